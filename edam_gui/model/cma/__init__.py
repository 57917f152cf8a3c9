"""The CMA module: joint attention over the images of a group; for training only."""

from __future__ import annotations

from edam_gui.model.cma.module import CMA, DROPOUT
from edam_gui.model.cma.sizes import CMASizes

__all__ = ["CMA", "DROPOUT", "CMASizes"]
