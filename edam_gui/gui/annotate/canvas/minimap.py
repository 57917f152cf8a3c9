"""A small picture of the whole photo in the corner, with the visible part framed."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from edam_gui.core.arrays import UInt8Array
from edam_gui.gui.annotate.canvas.photo import Photo
from edam_gui.gui.annotate.canvas.view import View

_SIDE, _MARGIN = 168.0, 12.0
"""Longer side and distance from the corner, in logical pixels."""


class Minimap:
    """Draws the map and says which image point lies under a position on it. All positions are device pixels."""

    def __init__(self) -> None:
        self._picture: QImage | None = None

    def forget(self) -> None:
        """Drop the small picture: the photo or its tone changed."""
        self._picture = None

    def place(self, image: tuple[int, int], port: tuple[int, int], ratio: float) -> QRectF:
        """Return where it lies: the lower right corner, never more than a third of the viewport."""
        side = min(_SIDE * ratio, min(port) / 3)
        scale = side / max(image)
        width, height = max(image[0] * scale, 1.0), max(image[1] * scale, 1.0)
        edge = _MARGIN * ratio
        return QRectF(port[0] - width - edge, port[1] - height - edge, width, height)

    def point(self, at: QPointF, place: QRectF, image: tuple[int, int]) -> tuple[float, float]:
        """Return the image coordinates under a position on the map."""
        x = (at.x() - place.left()) / place.width() * image[0]
        y = (at.y() - place.top()) / place.height() * image[1]
        return min(max(x, 0.0), float(image[0])), min(max(y, 0.0), float(image[1]))

    def paint(
        self, painter: QPainter, place: QRectF, photo: Photo, tone: UInt8Array | None, view: View, port: tuple[int, int]
    ) -> None:
        """Draw the map with a frame around what the viewport shows."""
        target = place.toAlignedRect()
        if self._picture is None or self._picture.size() != target.size():
            self._picture = photo.thumbnail(target.width(), target.height(), tone)
        painter.drawImage(target.topLeft(), self._picture)
        height, width = photo.size
        left, top = view.to_image(0, 0)
        right, bottom = view.to_image(*port)
        across, down = place.width() / width, place.height() / height
        frame = QRectF(
            QPointF(place.left() + max(left, 0) * across, place.top() + max(top, 0) * down),
            QPointF(place.left() + min(right, width) * across, place.top() + min(bottom, height) * down),
        )
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(0, 0, 0, 220), 3))
        painter.drawRect(frame)
        painter.setPen(QPen(QColor(255, 255, 255), 1))
        painter.drawRect(frame)
        painter.setPen(QPen(QColor(0, 0, 0, 160), 1))
        painter.drawRect(QRectF(target).adjusted(-0.5, -0.5, 0.5, 0.5))
