"""Ticked classes as coloured marks."""

from __future__ import annotations

from dataclasses import dataclass
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
_LINE_GAP: Final = 3
_MORE: Final = 26


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


@dataclass(frozen=True)
class _Pill:
    index: int
    text: str
    doubtful: bool
    box: QRectF


def draw_pills(
    painter: QPainter, rect: QRectF, ticks: Ticks, names: tuple[str, ...], palette: UInt8Array, colors: ThemeColors
) -> None:
    """Draw a mark with a name per ticked class, in as many lines as there is room for.

    Parameters are those of `draw_dots`, and `names` by index. A suggested class has a question mark and no filling.
    """
    metrics = QFontMetrics(painter.font())
    pills, left = _place_pills(rect, ticks, names, metrics)
    for pill in pills:
        pen = QPen(QColor(colors.edge if pill.doubtful else colors.border))
        pen.setStyle(Qt.PenStyle.DashLine if pill.doubtful else Qt.PenStyle.SolidLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush if pill.doubtful else QColor(colors.raised))
        box = pill.box.adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, box.height() / 2 - 0.5, box.height() / 2 - 0.5)
        dot = QRectF(pill.box.left() + _PAD + 0.5, box.center().y() - DOT / 2 + 0.5, DOT - 1, DOT - 1)
        _draw_dot(painter, dot, palette, pill.index, colors, hollow=pill.doubtful)
        painter.setPen(QColor(colors.dim if pill.doubtful else colors.text))
        room = pill.box.adjusted(_PAD + DOT + _GAP, 0, -_PAD + 2, 0)
        painter.drawText(room, _LEFT, metrics.elidedText(pill.text, Qt.TextElideMode.ElideRight, int(room.width())))
    if left and pills:
        last = pills[-1].box
        painter.setPen(QColor(colors.dim))
        painter.drawText(QRectF(last.right() + _GAP, last.top(), _MORE, last.height()), _LEFT, f"+{left}")


def _place_pills(rect: QRectF, ticks: Ticks, names: tuple[str, ...], metrics: QFontMetrics) -> tuple[list[_Pill], int]:
    """Return the marks that fit, and the number of those that do not, for which room is kept behind the last."""
    height = metrics.height() + 2
    lines = max(1, int((rect.height() + _LINE_GAP) // (height + _LINE_GAP)))
    order = [index for index in sorted(ticks.classes) if index < len(names)]
    pills: list[_Pill] = []
    x, line = rect.left(), 0
    for place, index in enumerate(order):
        doubtful = index in ticks.suggested
        text = names[index] + ("?" if doubtful else "")
        width = min(metrics.horizontalAdvance(text) + DOT + _GAP + 2 * _PAD, rect.width())
        if x > rect.left() and x + width > rect.right() + 1:
            x, line = rect.left(), line + 1
        keep = _MORE if line == lines - 1 and place < len(order) - 1 else 0
        if line >= lines or (pills and x + width + keep > rect.right() + 1):
            return pills, len(order) - place
        pills.append(_Pill(index, text, doubtful, QRectF(x, rect.top() + line * (height + _LINE_GAP), width, height)))
        x += width + _GAP
    return pills, 0


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
