"""Labels in menus: their names, their colours, and the order that helps."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QMenu

from edam_gui.core.arrays import UInt8Array
from edam_gui.core.label_set import BACKGROUND, IGNORE
from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.theme import current_theme
from edam_gui.session.session import Session

Colors = Callable[[], UInt8Array]
"""Returns the colours on the screen, (256, 3) uint8 RGB."""


def label_name(session: Session, label: int) -> str:
    """Return a label's name, first letter capital for the two that are no classes."""
    if label == IGNORE:
        return "Ignore (255)"
    if label == BACKGROUND:
        return "Background"
    names = session.label_set.names
    return names[label] if label < len(names) else f"Label {label}"


def swatch(colors: UInt8Array, label: int, ratio: float = 2.0) -> QIcon:
    """Return a label's colour as an icon; background is an empty frame."""
    side = spacing.ICON
    pixmap = QPixmap(round(side * ratio), round(side * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(current_theme().colors.dim), 1))
    red, green, blue = (int(c) for c in colors[label])
    painter.setBrush(Qt.BrushStyle.NoBrush if label == BACKGROUND else QColor(red, green, blue))
    painter.drawRoundedRect(2, 2, side - 4, side - 4, 3, 3)
    painter.end()
    return QIcon(pixmap)


def ordered_labels(session: Session) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the labels that matter in this image (ticked, in the map, background, ignore), and the other classes."""
    current = session.current
    near = set() if current is None else set(current.present) | set(current.shares())
    classes = range(1, len(session.label_set.names))
    first = (*(c for c in classes if c in near), BACKGROUND, IGNORE)
    return first, tuple(c for c in classes if c not in near)


def fill_label_menu(menu: QMenu, session: Session, colors: Colors, make: Callable[[QAction, int], None]) -> None:
    """Fill a menu with all labels, those of this image first; `make` finishes each action."""
    menu.clear()
    table = colors()
    first, others = ordered_labels(session)
    for labels in (first, others):
        if menu.actions() and labels:
            menu.addSeparator()
        for label in labels:
            action = menu.addAction(swatch(table, label), label_name(session, label))
            make(action, label)
