"""Buttons that open a menu."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QMenu, QToolButton


def give_menu(button: QToolButton, menu: QMenu) -> None:
    """Have a button open a menu at once; when that closes, the button does not stay drawn as if under the mouse.

    The menu takes the mouse, so the button never hears that the mouse has left.
    """
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setMenu(menu)

    def closed() -> None:
        inside = button.rect().contains(button.mapFromGlobal(QCursor.pos()))
        button.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, inside)
        button.update()

    after = QTimer(button)
    after.setSingleShot(True)
    after.setInterval(0)
    after.timeout.connect(closed)
    menu.aboutToHide.connect(after.start)
