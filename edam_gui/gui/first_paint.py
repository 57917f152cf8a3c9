"""Waiting for the window's first paint."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget


class FirstPaint(QObject):
    """Calls a function once, after a widget was painted for the first time.

    Parameters
    ----------
    widget, call
        Whose paint it waits for, and what is called then.
    """

    def __init__(self, widget: QWidget, call: Callable[[], None]) -> None:
        super().__init__(widget)
        self._widget = widget
        self._call = call
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802, D102
        if event.type() is QEvent.Type.Paint:
            self._widget.removeEventFilter(self)
            # After this paint, not in the middle of it.
            QTimer.singleShot(0, self, self._call)
        return super().eventFilter(watched, event)
