"""Split view and blinking: the label map against what it was, or against something else."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

from edam_gui.gui.annotate.canvas import Canvas
from edam_gui.gui.annotate.canvas_presenter import CanvasPresenter
from edam_gui.gui.shell.action_book import ActionBook
from edam_gui.session.comparison import Against
from edam_gui.session.messages import Level, Message
from edam_gui.session.session import Session

_BLINK_MS: Final = 600
_SAME: Final = (
    "Both sides are the same until you change something. View ▸ Compare with also offers the ground truth and the "
    "label map without corrections."
)
_AGAINST: Final = {
    Against.BEFORE: "How it was when comparing began",
    Against.AUTOMATIC: "Without corrections",
    Against.TRUTH: "Ground truth",
}
_LEFT: Final = {
    Against.BEFORE: "Before",
    Against.AUTOMATIC: "Without corrections",
    Against.TRUTH: "Ground truth",
}


class Comparing(QObject):
    """Shows the session's comparison on the canvas.

    Parameters
    ----------
    session, canvas, presenter
        What is compared, and where.
    """

    def __init__(self, session: Session, canvas: Canvas, presenter: CanvasPresenter) -> None:
        super().__init__(canvas)
        self._session = session
        self._canvas = canvas
        self._presenter = presenter
        self._split = False
        self._blinks = QTimer(self)
        self._blinks.setInterval(_BLINK_MS)
        self._blinks.timeout.connect(self._blink)
        self._other_shown = False
        session.comparison.changed.connect(self._show)

    def bind(self, book: ActionBook) -> None:
        """Bind the actions."""
        book.bind_all({"view.split": self.split, "view.blink": self.blink})

    def split(self, on: bool) -> None:
        """Show both label maps side by side, with a divider to drag."""
        self._split = on
        self._want()
        self._canvas.set_split(on)
        self._tell_same(on)

    def blink(self, on: bool) -> None:
        """Show the label maps in turn."""
        if on:
            self._want()
            self._blinks.start()
            self._tell_same(on)
        else:
            self._blinks.stop()
            self._other_shown = False
            self._presenter.show_instead(None)
            self._want()

    def fill_menu(self, menu: QMenu) -> None:
        """Offer what split view and blinking compare with."""
        group = QActionGroup(menu)
        for against, text in _AGAINST.items():
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(against is self._session.comparison.against)
            action.triggered.connect(lambda _=False, against=against: self._session.comparison.choose(against))
            group.addAction(action)
        menu.addSeparator()
        menu.addAction("Take the label map as it is now for before").triggered.connect(
            lambda _=False: self._session.comparison.remember()
        )

    def _tell_same(self, on: bool) -> None:
        """Say why there is nothing to see yet: before and after are one until something changes."""
        text = _SAME if on and self._session.comparison.is_same else ""
        self._session.events.message.emit(Message(Level.INFO, text, "comparing"))

    def _want(self) -> None:
        wanted = self._split or self._blinks.isActive()
        if wanted != self._session.comparison.wanted:
            self._session.comparison.want(wanted)

    def _blink(self) -> None:
        self._other_shown = not self._other_shown
        self._presenter.show_instead(self._session.comparison.labels if self._other_shown else None)

    def _show(self) -> None:
        self._canvas.set_side_names(_LEFT[self._session.comparison.against], "Now")
        self._canvas.set_compare(self._session.comparison.labels)
