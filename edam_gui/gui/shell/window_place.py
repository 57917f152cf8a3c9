"""Keeps a window's size, place, docks and tool bars, and never puts it where no screen is."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QRect, QSettings, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow, QWidget

_VERSION = 1
"""Of the docks and tool bars; raised when their names change, so that an old arrangement is not applied."""
_GRIP = QSize(80, 24)
"""How much of a title bar must be on a screen for the window to be moved with the mouse."""

_TITLE_BAR = 36


def store_place(window: QWidget, file: QSettings, name: str = "main") -> None:
    """Store where and how large the window is, and its docks and tool bars; call it on closing."""
    file.setValue(f"windows/{name}/geometry", window.saveGeometry())
    if isinstance(window, QMainWindow):
        file.setValue(f"windows/{name}/state", window.saveState(_VERSION))
    file.sync()


def restore_place(window: QWidget, file: QSettings, name: str = "main", size: QSize | None = None) -> None:
    """Put the window where it was, moved onto a screen if that one is gone; call it before `show`.

    Parameters
    ----------
    window
        With its docks and tool bars, which need object names.
    file
        Settings file.
    name
        Which window.
    size
        For the first time, made smaller if the screen is; the window's own `sizeHint` if None.
    """
    stored = file.value(f"windows/{name}/geometry")
    if not (isinstance(stored, QByteArray) and window.restoreGeometry(stored)):
        window.resize(size or window.sizeHint())
        window.setGeometry(_centred(window.geometry()))
    elif not _reachable(window.geometry()):
        window.setGeometry(_centred(window.geometry()))
    state = file.value(f"windows/{name}/state")
    if isinstance(window, QMainWindow) and isinstance(state, QByteArray):
        window.restoreState(state, _VERSION)


def _reachable(place: QRect) -> bool:
    bar = QRect(place.left(), place.top() - _GRIP.height() // 2, place.width(), _GRIP.height())
    for screen in QGuiApplication.screens():
        seen = bar.intersected(screen.availableGeometry())
        if seen.width() >= _GRIP.width() and seen.height() >= _GRIP.height() // 2:
            return True
    return False


def size_on_screen(size: QSize) -> QSize:
    """Return a size made smaller to fit the screen with its title bar."""
    room = _room()
    return QSize(min(size.width(), room.width()), min(size.height(), room.height()))


def _centred(place: QRect) -> QRect:
    fitting = QRect(0, 0, 0, 0)
    fitting.setSize(size_on_screen(place.size()))
    fitting.moveCenter(_room().center())
    return fitting


def _room() -> QRect:
    """Return where windows may be on the main screen, less what a title bar takes at the top."""
    return QGuiApplication.primaryScreen().availableGeometry().adjusted(0, _TITLE_BAR, 0, -4)
