"""What the training tab asks of the rest of the window."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QMainWindow, QSystemTrayIcon

from edam_gui.gui.shell.action_book import ActionBook
from edam_gui.gui.shell.icons import themed_icon
from edam_gui.gui.workspaces import Workspaces
from edam_gui.session.session import Session
from edam_gui.session.training.look import Phase, RunLook

_LONG_MS: Final = 15_000
_LOOK_MS: Final = 5000
"""How often the window looks whether a run has ended; the training tab looks more often."""


class TrainingActions(QObject):
    """Uses a run's model, and tells when a run ends.

    Parameters
    ----------
    session, window, places
        What it connects.
    """

    def __init__(self, session: Session, window: QMainWindow, places: Workspaces) -> None:
        super().__init__(window)
        self._session = session
        self._window = window
        self._places = places
        self._tray: QSystemTrayIcon | None = None
        self._book: ActionBook | None = None
        places.use_asked.connect(self.use_model)
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(session.training.poll)
        self._timer.start()
        session.training.ended.connect(self._ended)
        session.training.model_use.used.connect(self._model_used)

    def bind(self, book: ActionBook) -> None:
        """Bind the places' actions, too."""
        self._book = book
        self._places.bind(book)

    def use_model(self, path: Path) -> None:
        """Make a run's model the project's."""
        self._session.training.use_model(path)

    def _model_used(self, _model: Path) -> None:
        """Show the label map before and after, side by side."""
        self._places.show_labelling()
        book = self._book
        if book is not None and not book.action("view.split").isChecked():
            book.run("view.split")

    def _ended(self, look: RunLook) -> None:
        """Tell on the desktop; the message bar tells in the window."""
        if self._window.isActiveWindow() or not QSystemTrayIcon.isSystemTrayAvailable():
            return
        if not QSystemTrayIcon.supportsMessages():
            return
        if self._tray is None:
            self._tray = QSystemTrayIcon(themed_icon("training"), self)
            self._tray.activated.connect(self._raise)
            self._tray.messageClicked.connect(self._raise)
        self._tray.show()
        icon = QSystemTrayIcon.MessageIcon
        crashed = look.phase is Phase.CRASHED
        text = look.sentence if crashed else "The model can be used."
        title = f"Training {look.name} {'crashed' if crashed else 'has ended'}"
        self._tray.showMessage(title, text, icon.Warning if crashed else icon.Information, _LONG_MS)

    def _raise(self) -> None:
        if self._tray is not None:
            self._tray.hide()
        self._window.raise_()
        self._window.activateWindow()
