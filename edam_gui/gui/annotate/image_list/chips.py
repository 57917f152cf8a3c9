"""Ticked classes as coloured marks."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen

from edam_gui.core.arrays import UInt8Array
from edam_gui.gui.shell.theme_colors import ThemeColors
from edam_gui.project.store import Ticks

DOT: Final = 10
"""Side of a mark without a name."""

_GAP: Final = 4
_PAD: Final = 6


def draw_dots(painter: QPainter, rect: QRectF, ticks: Ticks, palette: UInt8Array, colors: ThemeColors) -> float:
    """Draw a mark per ticked class, hollow if only suggested; return the width used.

    Parameters
    ----------
    painter
        Its pen, brush and font are left changed.
    rect
        Where; marks that do not fit become a number.
    ticks
        The classes.
    palette
        (256, 3) uint8 RGB colours of the classes.
    colors
        The theme.
    """
    order = sorted(ticks.classes)
    room = int((rect.width() + _GAP) // (DOT + _GAP))
    shown = order if len(order) <= room else order[: max(0, room - 2)]
    x = rect.left()
    for index in shown:
        box = QRectF(x + 0.5, rect.center().y() - DOT / 2 + 0.5, DOT - 1, DOT - 1)
        _draw_dot(painter, box, palette, index, colors, hollow=index in ticks.suggested)
        x += DOT + _GAP
    if len(shown) < len(order):
        painter.setPen(QColor(colors.dim))
        painter.drawText(QRectF(x, rect.top(), rect.right() - x, rect.height()), _LEFT, f"+{len(order) - len(shown)}")
        x = rect.right()
    return x - rect.left()


def draw_pills(
    painter: QPainter, rect: QRectF, ticks: Ticks, names: tuple[str, ...], palette: UInt8Array, colors: ThemeColors
) -> None:
    """Draw a mark with a name per ticked class, in as many lines as there is room for.

    Parameters are those of `draw_dots`, and `names` by index. A suggested class has a question mark and no filling.
    """
    metrics = QFontMetrics(painter.font())
    height = metrics.height() + 2
    x, y = rect.left(), rect.top()
    order = [index for index in sorted(ticks.classes) if index < len(names)]
    for place, index in enumerate(order):
        doubtful = index in ticks.suggested
        text = names[index] + ("?" if doubtful else "")
        width = min(metrics.horizontalAdvance(text) + DOT + _GAP + 2 * _PAD, rect.width())
        if x + width > rect.right() + 1 and x > rect.left():
            x, y = rect.left(), y + height + 3
        last_line = y + 2 * height + 3 > rect.bottom() + 1
        left = len(order) - place
        if last_line and left > 1 and x + width + 30 > rect.right():
            painter.setPen(QColor(colors.dim))
            painter.drawText(QRectF(x, y, rect.right() - x, height), _LEFT, f"+{left}")
            return
        pill = QRectF(x + 0.5, y + 0.5, width - 1, height - 1)
        pen = QPen(QColor(colors.edge if doubtful else colors.border))
        pen.setStyle(Qt.PenStyle.DashLine if doubtful else Qt.PenStyle.SolidLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush if doubtful else QColor(colors.raised))
        painter.drawRoundedRect(pill, height / 2 - 1, height / 2 - 1)
        dot = QRectF(x + _PAD + 0.5, y + (height - DOT) / 2 + 0.5, DOT - 1, DOT - 1)
        _draw_dot(painter, dot, palette, index, colors, hollow=doubtful)
        painter.setPen(QColor(colors.dim if doubtful else colors.text))
        room = QRectF(x + _PAD + DOT + _GAP, y, width - 2 * _PAD - DOT - _GAP + 2, height)
        painter.drawText(room, _LEFT, metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(room.width())))
        x += width + _GAP


_LEFT: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


def _draw_dot(
    painter: QPainter, box: QRectF, palette: UInt8Array, index: int, colors: ThemeColors, *, hollow: bool
) -> None:
    """Draw a mark; a hollow one is a frame around a little of the colour, as few colours can be told as thin lines."""
    color = QColor(*palette[index].tolist())
    painter.setPen(QPen(QColor(colors.edge), 1.0))
    painter.setBrush(Qt.BrushStyle.NoBrush if hollow else color)
    painter.drawRoundedRect(box, 2, 2)
    if hollow:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawRect(box.adjusted(2.5, 2.5, -2.5, -2.5))
