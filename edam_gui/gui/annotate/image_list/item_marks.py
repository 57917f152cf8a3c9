"""What the items of the list and of the grid have in common: background, thumbnail, status."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from edam_gui.gui.annotate.image_list.status_look import STATUS_ICONS, status_color
from edam_gui.gui.shell.icons import icon_pixmap
from edam_gui.gui.shell.theme_colors import ThemeColors
from edam_gui.project.store import Status

STATUS_SIDE: Final = 16


@lru_cache(maxsize=128)
def mark(name: str, color: str, side: int, ratio: float) -> QPixmap:
    """Return an icon as a picture, drawn once: see `icon_pixmap`."""
    return icon_pixmap(name, color, side, ratio)


def draw_background(
    painter: QPainter, option: QStyleOptionViewItem, rect: QRect, colors: ThemeColors, *, on_desk: bool
) -> None:
    """Draw what says that an item is selected, under the mouse, has the focus, or is the image on the desk."""
    flags, state = QStyle.StateFlag, option.state
    box = QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5)
    painter.setPen(Qt.PenStyle.NoPen)
    if state & flags.State_Selected:
        painter.setBrush(QColor(colors.accent_soft))
        painter.drawRoundedRect(box, 5, 5)
    elif state & flags.State_MouseOver:
        painter.setBrush(QColor(colors.hover))
        painter.drawRoundedRect(box, 5, 5)
    if state & flags.State_HasFocus:
        painter.setPen(QColor(colors.link))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 5, 5)
    if on_desk:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colors.accent))
        painter.drawRoundedRect(QRectF(rect.left(), rect.top() + 6, 3, rect.height() - 12), 1.5, 1.5)


def draw_thumbnail(
    painter: QPainter, box: QRect, pixmap: QPixmap | None, problem: str, colors: ThemeColors, ratio: float
) -> None:
    """Draw a thumbnail in the middle of its box; a pale frame while there is none, a warning if there will be none."""
    if pixmap is not None:
        size = pixmap.deviceIndependentSize()
        corner = QPointF(box.x() + (box.width() - size.width()) / 2, box.y() + (box.height() - size.height()) / 2)
        painter.drawPixmap(corner, pixmap)
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colors.warning_back if problem else colors.line))
    painter.drawRoundedRect(QRectF(box), 4, 4)
    side = max(14, min(28, box.height() // 2))
    color = colors.warning if problem else colors.off
    icon = mark("warning" if problem else "photo", color, side, ratio)
    painter.drawPixmap(box.x() + (box.width() - side) // 2, box.y() + (box.height() - side) // 2, icon)


def draw_status(painter: QPainter, x: int, y: int, status: Status, colors: ThemeColors, ratio: float) -> None:
    """Draw the icon of a status with its top left corner at (x, y)."""
    painter.drawPixmap(x, y, mark(STATUS_ICONS[status], status_color(status, colors), STATUS_SIDE, ratio))
