"""The canvas: photo, label map and other layers, zoomed and painted at the screen's resolution."""

from edam_gui.gui.annotate.canvas.canvas import Canvas
from edam_gui.gui.annotate.canvas.layers import Layer, Layers, LayerState, PhotoTone
from edam_gui.gui.annotate.canvas.picture_widget import Rect
from edam_gui.gui.annotate.canvas.pointer import PointerEvent, PointerKind
from edam_gui.gui.annotate.canvas.tables import label_table
from edam_gui.gui.annotate.canvas.view_widget import ViewState

__all__ = [
    "Canvas",
    "Layer",
    "LayerState",
    "Layers",
    "PhotoTone",
    "PointerEvent",
    "PointerKind",
    "Rect",
    "ViewState",
    "label_table",
]
