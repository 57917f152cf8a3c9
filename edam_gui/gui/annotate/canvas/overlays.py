"""Thin things drawn over the picture, in device pixels: pixel grid, brush outline, shapes in the making, divider."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from edam_gui.gui.annotate.canvas.sampling import Box, Sampling
from edam_gui.gui.annotate.canvas.view import View

GRID_SCALE = 12.0
"""Device pixels per image pixel (at a pixel ratio of 1) from which on the pixel grid is drawn."""
_NAME_PX = 13
_LIGHT, _DARK = QColor(255, 255, 255, 230), QColor(0, 0, 0, 200)


@dataclass(frozen=True)
class BrushCursor:
    """The outline of a brush.

    Parameters
    ----------
    diameter
        In image pixels, > 0.
    square
        Square instead of round.
    """

    diameter: float
    square: bool = False

    def bounds(self, at: QPointF, scale: float, ratio: float) -> QRectF:
        """Return what it covers in device pixels, its line included."""
        half = self.diameter * scale / 2
        wide = max(half, 6 * ratio) + 3 * ratio
        return QRectF(at.x() - wide, at.y() - wide, 2 * wide, 2 * wide)

    def paint(self, painter: QPainter, at: QPointF, scale: float, ratio: float) -> None:
        """Draw it around a device position."""
        half = self.diameter * scale / 2
        outline = QRectF(at.x() - half, at.y() - half, 2 * half, 2 * half)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, not self.square)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for color, width in ((_DARK, 3 * ratio), (_LIGHT, 1.2 * ratio)):
            painter.setPen(_pen(color, width))
            if self.square:
                painter.drawRect(outline)
            elif half > 2 * ratio:
                painter.drawEllipse(outline)
            if half < 4 * ratio:
                # Too small to be seen: a cross shows where it is.
                arm = 6 * ratio
                painter.drawLine(QLineF(at.x() - arm, at.y(), at.x() + arm, at.y()))
                painter.drawLine(QLineF(at.x(), at.y() - arm, at.x(), at.y() + arm))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


@dataclass(frozen=True)
class ShapePreview:
    """A polygon, lasso or rectangle that is being drawn.

    Parameters
    ----------
    points
        Image coordinates of its corners.
    closed
        Whether the last corner is joined to the first.
    """

    points: tuple[tuple[float, float], ...]
    closed: bool = False

    @classmethod
    def of(cls, points: Sequence[tuple[float, float]], closed: bool) -> ShapePreview:
        """Return the shape through some points."""
        return cls(tuple((float(x), float(y)) for x, y in points), closed)

    def bounds(self, view: View, ratio: float) -> QRectF:
        """Return what it covers in device pixels, its handles included."""
        edge = 6 * ratio
        return self._polygon(view).boundingRect().adjusted(-edge, -edge, edge, edge)

    def paint(self, painter: QPainter, view: View, ratio: float) -> None:
        """Draw lines, and handles where the corners are not crowded as a lasso's are."""
        polygon = self._polygon(view)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setBrush(QColor(255, 255, 255, 40) if self.closed else Qt.BrushStyle.NoBrush)
        for color, width in ((_DARK, 3 * ratio), (_LIGHT, 1.2 * ratio)):
            painter.setPen(_pen(color, width))
            if self.closed:
                painter.drawPolygon(polygon)
            else:
                painter.drawPolyline(polygon)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        if _length(polygon) > 16 * ratio * len(self.points):
            painter.setPen(_pen(_DARK, ratio))
            painter.setBrush(_LIGHT)
            for index, point in enumerate(polygon.toList()):
                radius = (4.5 if index == 0 else 3) * ratio
                painter.drawEllipse(point, radius, radius)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _polygon(self, view: View) -> QPolygonF:
        return QPolygonF([QPointF(*view.to_device(x, y)) for x, y in self.points])


def paint_grid(painter: QPainter, sampling: Sampling, box: Box) -> None:
    """Draw the borders of image pixels inside a device rectangle counted from the visible part's corner."""
    view = sampling.view
    columns, rows = sampling.columns[box.left : box.right], sampling.rows[box.top : box.bottom]
    if not len(columns) or not len(rows):
        return
    left, right = sampling.left + box.left, sampling.left + box.right
    top, bottom = sampling.top + box.top, sampling.top + box.bottom
    lines = []
    for column in range(int(columns[0]), int(columns[-1]) + 2):
        x = round(view.left + column * view.scale)
        lines.append(QLineF(x, top, x, bottom))
    for row in range(int(rows[0]), int(rows[-1]) + 2):
        y = round(view.top + row * view.scale)
        lines.append(QLineF(left, y, right, y))
    painter.setPen(_pen(QColor(128, 128, 128, 90), 1.0))
    painter.drawLines(lines)


def paint_divider(painter: QPainter, x: float, height: float, ratio: float) -> None:
    """Draw the movable line of the split view, with a grip in its middle."""
    for color, width in ((_DARK, 3 * ratio), (_LIGHT, 1.2 * ratio)):
        painter.setPen(_pen(color, width))
        painter.drawLine(QLineF(x, 0, x, height))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(_pen(_DARK, ratio))
    painter.setBrush(_LIGHT)
    middle, arm = height / 2, 4 * ratio
    painter.drawEllipse(QPointF(x, middle), 11 * ratio, 11 * ratio)
    painter.setPen(_pen(_DARK, 1.6 * ratio))
    for side in (-1, 1):
        tip = QPointF(x + side * 7 * ratio, middle)
        for end in (-arm, arm):
            painter.drawLine(tip, QPointF(x + side * 3 * ratio, middle + end))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _length(polygon: QPolygonF) -> float:
    points = polygon.toList()
    return sum(QLineF(a, b).length() for a, b in pairwise(points))


def _pen(color: QColor, width: float) -> QPen:
    pen = QPen(color, width)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen


def paint_side_names(painter: QPainter, names: tuple[str, str], width: float, ratio: float) -> None:
    """Name the sides of the split view in the upper corners; light on dark, so that it is read on any photo.

    Parameters
    ----------
    names
        Of the left and of the right side; nothing is drawn for an empty one.
    width
        Of the view, in device pixels.
    ratio
        Device pixels per logical pixel.
    """
    font = painter.font()
    font.setPixelSize(round(_NAME_PX * ratio))
    painter.save()
    painter.setFont(font)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    gap, metrics = 8 * ratio, painter.fontMetrics()
    for name, on_right in zip(names, (False, True), strict=True):
        if not name:
            continue
        size = QSizeF(metrics.horizontalAdvance(name) + 2 * gap, metrics.height() + gap)
        left = width - gap - size.width() if on_right else gap
        place = QRectF(QPointF(left, gap), size)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 170))
        painter.drawRoundedRect(place, gap / 2, gap / 2)
        painter.setPen(QColor(255, 255, 255))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, name)
    painter.restore()
