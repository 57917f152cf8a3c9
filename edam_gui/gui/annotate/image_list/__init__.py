"""The list of images, and the grid of thumbnails on which classes are ticked."""

from __future__ import annotations

from edam_gui.gui.annotate.image_list.grid import ImageGrid
from edam_gui.gui.annotate.image_list.model import ImageListModel
from edam_gui.gui.annotate.image_list.panel import ImageListPanel

__all__ = ["ImageGrid", "ImageListModel", "ImageListPanel"]
