"""The middle of the window: messages above, the canvas below, or what to do while nothing is open."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QStackedWidget, QVBoxLayout, QWidget

from edam_gui.gui.annotate.canvas import Canvas
from edam_gui.gui.annotate.empty_page import EmptyPage
from edam_gui.gui.annotate.image_list import ImageGrid
from edam_gui.gui.annotate.image_list.grid_view import GridView
from edam_gui.gui.shell.message_bar import MessageBar
from edam_gui.gui.shell.roles import Role, with_role
from edam_gui.session.session import Session


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
    def in_grid(self) -> bool:
        """Whether the grid is what the middle of the window shows."""
        return self._grid is not None and self._pages.currentWidget() is self._grid

    @property
    def grid(self) -> ImageGrid | None:
        """The grid, once it was shown."""
        return self._grid

    @property
    def tiles(self) -> GridView | None:
        """The thumbnails, while they are shown."""
        return self._grid.view if self._grid is not None and self.in_grid else None

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

    @property
    def page_top(self) -> int:
        """Where the page begins, below the options of the tool in use, px."""
        return self._pages.geometry().top()

    def _tell(self, text: str) -> None:
        self._note.setText(text)
        self._pages.setCurrentWidget(self._note)
