"""The message bar lies over the page, not above it: a photo that moves under the brush would spoil the stroke."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

from edam_gui.gui.shell.message_bar import Kind, MessageBar

_FADE_MS: Final = 8000
"""How long a message stays that only tells of something."""


class MessageOverlay(QObject):
    """Keeps a message bar at the top of a widget, and lets mere information fade.

    It covers what lies there, unless `make_room` moves that down.

    Parameters
    ----------
    bar, page
        The bar becomes a child of the page.
    top
        Returns how far below the page's upper edge the bar lies.
    make_room
        Told how high the bar is; 0: there is none.
    """

    def __init__(
        self, bar: MessageBar, page: QWidget, top: Callable[[], int], make_room: Callable[[int], None]
    ) -> None:
        super().__init__(page)
        self._bar = bar
        self._page = page
        self._top = top
        self._make_room = make_room
        bar.setParent(page)
        bar.hide()
        self._fade = QTimer(self)
        self._fade.setSingleShot(True)
        self._fade.setInterval(_FADE_MS)
        self._fade.timeout.connect(self._dismiss_info)
        bar.shown.connect(self._shown)
        bar.emptied.connect(self.place)
        page.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802, D102
        if watched is self._page and event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self.place()
        return super().eventFilter(watched, event)

    def _shown(self) -> None:
        self.place()
        message = self._bar.message()
        if message is not None and message.kind is Kind.INFO and not message.action:
            self._fade.start()
        else:
            self._fade.stop()

    def place(self) -> None:
        """Put the bar where it belongs now."""
        width = self._page.width()
        height = self._bar.sizeHint().height()
        if self._bar.hasHeightForWidth():
            height = max(self._bar.heightForWidth(width), self._bar.minimumSizeHint().height())
        self._bar.setGeometry(0, self._top(), width, height)
        self._bar.raise_()
        self._make_room(height if self._bar.message() is not None else 0)

    def _dismiss_info(self) -> None:
        message = self._bar.message()
        if message is not None and message.kind is Kind.INFO:
            self._bar.dismiss()
