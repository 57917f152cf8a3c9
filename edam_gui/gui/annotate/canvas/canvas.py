"""The canvas: a photo under its layers, zoomed and panned, with the pointer's doings told in image coordinates.

It knows arrays and signals, nothing of sessions or projects. Every layer is reduced to a byte per device pixel of
the visible part, so a frame costs what the screen shows, not what the image holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from edam_gui.gui.annotate.canvas.overlays import BrushCursor, ShapePreview
from edam_gui.gui.annotate.canvas.pointer_widget import PointerWidget
from edam_gui.gui.annotate.canvas.sampling import Box

_MOST_RECTS = 8


class Canvas(PointerWidget):
    """Shows a photo and its layers.

    All arrays belong to one image: they are (H, W) as the photo is, and are shared, not copied. Taking a photo of
    another size drops the other layers. `set_photo(None)` drops everything.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._brush: BrushCursor | None = None
        self._shape: ShapePreview | None = None
        self._brush_painted: QRectF | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 90)
        self.setAccessibleName("Canvas")
        self.setAccessibleDescription("The photo with its label map and the other layers")

    def set_brush_cursor(self, diameter: float | None, square: bool = False) -> None:
        """Draw the outline of a brush at the pointer, `diameter` in image pixels; `None`: a plain pointer."""
        self._brush = None if diameter is None else BrushCursor(float(diameter), square)
        self._tool_cursor = Qt.CursorShape.ArrowCursor if self._brush is None else Qt.CursorShape.BlankCursor
        self._show_cursor()
        self._repaint_brush()

    def set_tool_cursor(self, shape: Qt.CursorShape) -> None:
        """Set the pointer's shape for tools without a brush outline (a cross, for instance)."""
        self._tool_cursor = shape
        self._show_cursor()

    def set_shape_preview(self, points: Sequence[tuple[float, float]] | None, closed: bool = False) -> None:
        """Draw a shape in the making through image coordinates; `None` or nothing: no shape."""
        before, self._shape = self._shape, ShapePreview.of(points, closed) if points else None
        for shape in (before, self._shape):
            if shape is not None:
                self._update_rect(shape.bounds(self._view.snapped(), self._ratio))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw what is out of date."""
        painter = QPainter(self)
        painter.scale(1 / self._ratio, 1 / self._ratio)
        region = event.region()
        few = region.rectCount() <= _MOST_RECTS
        # PySide's type hints do not know that a region is a sequence.
        rects = cast(Iterable[QRect], region) if few else (region.boundingRect(),)
        for rect in rects:
            self._paint_rect(painter, rect)
        self._paint_furniture(painter)
        self._paint_tool(painter)
        painter.end()

    def _paint_tool(self, painter: QPainter) -> None:
        if self._image_size is None:
            return
        view = self._view.snapped()
        if self._shape is not None:
            self._shape.paint(painter, view, self._ratio)
        if self._brush is not None and self._at is not None and self._pointer_is_tool():
            self._brush.paint(painter, self._at, view.scale, self._ratio)

    def _follow(self, at: QPointF | None) -> None:
        super()._follow(at)
        self._repaint_brush()

    def _repaint_brush(self) -> None:
        bounds = None
        if self._brush is not None and self._at is not None:
            bounds = self._brush.bounds(self._at, self._view.scale, self._ratio)
        for rect in (self._brush_painted, bounds):
            if rect is not None:
                self._update_rect(rect)
        self._brush_painted = bounds

    def _update_rect(self, rect: QRectF) -> None:
        whole = rect.toAlignedRect()
        self._update_device(Box(whole.left(), whole.top(), whole.right() + 1, whole.bottom() + 1))
