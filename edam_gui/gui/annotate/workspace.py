"""The middle of the window: messages above, the canvas below, or what to do while nothing is open."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QStackedWidget, QVBoxLayout, QWidget

from edam_gui.gui.annotate.canvas import Canvas
from edam_gui.gui.annotate.empty_page import EmptyPage
from edam_gui.gui.annotate.image_list import ImageGrid
from edam_gui.gui.shell.message_bar import Kind, MessageBar
from edam_gui.gui.shell.roles import Role, with_role
from edam_gui.session.session import Session

_FADE_MS = 8000
"""How long a message stays that only tells of something."""


class Workspace(QWidget):
    """Holds the canvas.

    Parameters
    ----------
    session
        Tells whether there is anything to show.

    Signals: `grid_left()` when the user goes from the grid back to an image.
    """

    grid_left = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.messages = MessageBar(self)
        self.canvas = Canvas(self)
        self.empty = EmptyPage(self)
        self._note = with_role(QLabel("", self), Role.HINT)
        self._note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._note.setWordWrap(True)
        self._note.setMargin(24)
        self._pages = QStackedWidget(self)
        for page in (self.empty, self.canvas, self._note):
            self._pages.addWidget(page)
        self.top = QVBoxLayout()
        self.top.setContentsMargins(0, 0, 0, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self.top)
        layout.addWidget(self._pages, 1)
        self._grid: ImageGrid | None = None
        self._grid_wanted = False
        events = session.events
        for signal in (events.project_changed, events.current_changed, events.photo_changed):
            signal.connect(self.refresh)
        self._fade = QTimer(self)
        self._fade.setSingleShot(True)
        self._fade.setInterval(_FADE_MS)
        self._fade.timeout.connect(self._dismiss_info)
        self.messages.shown.connect(self._message_shown)
        self.refresh()

    def show_grid(self, on: bool) -> None:
        """Show the thumbnails of all images instead of one image, or the image again."""
        self._grid_wanted = on
        if on and self._grid is None:
            self._grid = ImageGrid(self._session, self)
            self._grid.left.connect(self.grid_left)
            self._pages.addWidget(self._grid)
        self.refresh()
        if not on:
            self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def grid(self) -> ImageGrid | None:
        """The grid, once it was shown."""
        return self._grid

    def refresh(self) -> None:
        """Show the page that fits."""
        session = self._session
        if session.project is None:
            self._pages.setCurrentWidget(self.empty)
            return
        if self._grid_wanted and self._grid is not None:
            self._pages.setCurrentWidget(self._grid)
            return
        current = session.current
        if current is None and (session.navigator.is_listing or session.navigator.ids):
            self._tell("Opening…")
        elif current is None:
            self._tell("This project holds no images yet.\nAdd some with File ▸ Add images.")
        elif current.problem:
            self._tell(f"{current.entry.relative} cannot be shown.\n{current.problem}")
        elif self._pages.currentWidget() is self.empty and current.files is None:
            self._tell("Opening…")
        elif current.files is not None:
            self._pages.setCurrentWidget(self.canvas)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Keep the message over the top of the page."""
        super().resizeEvent(event)
        self._place_message()

    def _message_shown(self) -> None:
        self._place_message()
        message = self.messages.message()
        if message is not None and message.kind is Kind.INFO and not message.action:
            self._fade.start()
        else:
            self._fade.stop()

    def _place_message(self) -> None:
        # Over the page, not above it: a photo that moves under the brush would spoil the stroke.
        bar = self.messages
        bar.setFixedWidth(self.width())
        height = bar.heightForWidth(self.width()) if bar.hasHeightForWidth() else bar.sizeHint().height()
        bar.setGeometry(0, self._pages.geometry().top(), self.width(), max(height, bar.minimumSizeHint().height()))
        bar.raise_()

    def _dismiss_info(self) -> None:
        message = self.messages.message()
        if message is not None and message.kind is Kind.INFO:
            self.messages.dismiss()

    def _tell(self, text: str) -> None:
        self._note.setText(text)
        self._pages.setCurrentWidget(self._note)
