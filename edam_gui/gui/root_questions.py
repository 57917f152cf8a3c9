"""Folders of a project that the user has to say something about: not allowed yet, or not where they were."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QFileDialog, QWidget

from edam_gui.gui.shell.message_bar import MessageBar
from edam_gui.project.store import Root
from edam_gui.session.session import Session

_GRANTED: Final = "projects/granted"


class RootQuestions:
    """Asks in the message bar, and remembers what was allowed.

    Parameters
    ----------
    session, bar, file
        Whose project, where to ask, and where answers are kept.
    parent
        Of the dialog that chooses a folder.
    """

    def __init__(self, session: Session, bar: MessageBar, file: QSettings, parent: QWidget) -> None:
        self._session = session
        self._bar = bar
        self._file = file
        self._parent = parent
        self._asked: list[str] = []
        session.opener.granted = self.granted()
        session.opener.on_grant = self._remember
        session.events.project_changed.connect(self.ask)

    def granted(self) -> list[Path]:
        """Return the folders that projects may read."""
        try:
            stored = json.loads(str(self._file.value(_GRANTED, "[]")))
        except ValueError:
            return []
        return [Path(path) for path in stored if isinstance(path, str)] if isinstance(stored, list) else []

    def ask(self) -> None:
        """Ask what the open project needs."""
        for text in self._asked:
            self._bar.withdraw(text)
        self._asked = []
        for root in self._session.opener.ungranted():
            self._say(
                f"This project wants to read {root.folder}, which is outside its own folder. Allow it if you know it.",
                "Allow",
                partial(self._allow, root),
            )
        for file in self._session.opener.ungranted_files():
            self._say(
                f"This project wants to use the network {file}, which is outside its own folder. Allow it if you know "
                "it.",
                "Allow",
                partial(self._allow_file, file),
            )
        for root, guess in self._session.opener.missing().items():
            if guess is not None:
                text = f"{root.folder} is not there any more; it is probably {guess} now."
                self._say(text, "Use that folder", partial(self._move, root, guess))
            else:
                text = f"{root.folder} is not there any more. Where is it now?"
                self._say(text, "Choose…", partial(self._choose, root))

    def _say(self, text: str, action: str, run: Callable[[], object]) -> None:
        self._asked.append(text)
        self._bar.warn(text, action, run)

    def _allow(self, root: Root) -> None:
        self._session.opener.grant(root.folder)
        self._session.show_again()

    def _allow_file(self, file: Path) -> None:
        self._session.opener.grant(file)
        self._session.load_model()
        self._session.show_again()

    def _move(self, root: Root, folder: Path) -> None:
        self._session.opener.move(root, folder)
        self._session.show_again()

    def _choose(self, root: Root) -> None:
        chosen = QFileDialog.getExistingDirectory(self._parent, f"Where is {root.name} now?")
        if chosen:
            self._move(root, Path(chosen))

    def _remember(self, folder: Path) -> None:
        kept = self.granted()
        if folder not in kept:
            self._file.setValue(_GRANTED, json.dumps([str(path) for path in (*kept, folder)]))
            self._file.sync()
