"""Asks before work that cannot be written is left behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget

from edam_gui.session.session import Session

_TEXT: Final = "Not everything in this project is saved."


class UnsavedQuestion:
    """Stands before everything that closes a project.

    Parameters
    ----------
    session
        Whose project it is.
    save_elsewhere
        Asks for another place and goes on there; returns whether that was done.
    parent
        Of the dialog.
    """

    def __init__(self, session: Session, save_elsewhere: Callable[[], bool], parent: QWidget) -> None:
        self._session = session
        self._save_elsewhere = save_elsewhere
        self._parent = parent
        self.box: QMessageBox | None = None

    def is_clear(self, go_on: Callable[[], object]) -> bool:
        """Return whether all is on the disk; else ask, and call `go_on` once it is, or if the user gives it up."""
        sentence = self._session.unsaved()
        if not sentence:
            return True
        if self.box is None:
            self._ask(sentence, go_on)
        return False

    def _ask(self, sentence: str, go_on: Callable[[], object]) -> None:
        role = QMessageBox.ButtonRole
        box = QMessageBox(QMessageBox.Icon.Warning, "Not saved", _TEXT, QMessageBox.StandardButton.Cancel, self._parent)
        box.setInformativeText(sentence)
        elsewhere = _button(box, "Save elsewhere…", role.AcceptRole, "Keep a full copy in another place, and go on")
        again = _button(box, "Try again", role.AcceptRole, "The cause is removed: write it now")
        lose = _button(box, "Go on without saving", role.DestructiveRole, "What is not saved is lost")
        box.setDefaultButton(elsewhere)
        self.box = box

        def answered(_: int) -> None:
            clicked = box.clickedButton()
            self.box = None
            box.deleteLater()
            retries = clicked is again or (clicked is elsewhere and self._save_elsewhere())
            if clicked is lose or (retries and self.is_clear(go_on)):
                go_on()

        box.finished.connect(answered)
        box.open()


def _button(box: QMessageBox, text: str, role: QMessageBox.ButtonRole, tip: str) -> QPushButton:
    button = box.addButton(text, role)
    button.setToolTip(tip)
    return button
