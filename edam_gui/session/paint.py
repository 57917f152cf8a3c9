"""How painting is done at the moment."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from edam_gui.core.edits.brush import Brush
from edam_gui.core.edits.paint_rule import PaintRule
from edam_gui.core.label_set import BACKGROUND

LARGEST_BRUSH: Final = 1000.0
_SIZE_STEP: Final = 1.15


class Target(StrEnum):
    """What is painted on."""

    LABELS = "labels"
    SALIENCY = "saliency"


@dataclass(frozen=True)
class Paint:
    """How painting is done at the moment.

    Parameters
    ----------
    label
        Label that brush, shapes and fill write: 0..K, or 255 (ignore).
    brush
        Size and shape.
    rule
        Where painting on the label map is allowed.
    target
        Label map or saliency map.
    snap
        Whether a stroke claims every superpixel it touches.
    """

    label: int = BACKGROUND
    brush: Brush = field(default_factory=lambda: Brush(15.0))
    rule: PaintRule = field(default_factory=PaintRule)
    target: Target = Target.LABELS
    snap: bool = False

    def resized(self, steps: int) -> Paint:
        """Return it with a brush larger (or smaller) by about 15 %, and at least 1 px, a step; whole px."""
        size = self.brush.diameter
        for _ in range(abs(steps)):
            size = max(size + 1, size * _SIZE_STEP) if steps > 0 else min(size - 1, size / _SIZE_STEP)
        size = float(round(min(max(size, 1.0), LARGEST_BRUSH)))
        return replace(self, brush=replace(self.brush, diameter=size))
