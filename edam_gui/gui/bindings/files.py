"""What the File menu does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMainWindow

from edam_gui.gui.shell.action_book import ActionBook
from edam_gui.session.session import Session


class FileActions:
    """Opening and closing.

    Parameters
    ----------
    session, window
        Whose projects, and over which window dialogs open.
    opened
        Called with every path that is opened, to remember it.
    """

    def __init__(self, session: Session, window: QMainWindow, opened: Callable[[Path], object]) -> None:
        self._session = session
        self._window = window
        self._opened = opened

    def bind(self, book: ActionBook) -> None:
        """Bind the actions."""
        book.bind_all(
            {
                "file.open_folder": self.open_folder,
                "file.open_voc": self.open_voc,
                "file.open_list": self.open_list,
                "file.open_project": self.open_project,
                "file.close_project": self._session.opener.close,
                "file.quit": self._window.close,
            }
        )

    def open_path(self, path: Path) -> None:
        """Open a folder, VOC root, list, image or project."""
        self._opened(path)
        self._session.open(path)

    def open_folder(self) -> None:
        """Ask for a folder of photos and open it."""
        self._open_folder("Open a folder of photos")

    def open_voc(self) -> None:
        """Ask for a VOC root and open it."""
        self._open_folder("Open a VOC root: the folder that holds JPEGImages")

    def _open_folder(self, title: str) -> None:
        chosen = QFileDialog.getExistingDirectory(self._window, title, self._start())
        if chosen:
            self.open_path(Path(chosen))

    def open_list(self) -> None:
        """Ask for a list of images and open it."""
        self._open_file("Open a list of images: one stem or path a line", "Lists (*.txt)")

    def open_project(self) -> None:
        """Ask for a project and open it."""
        self._open_file("Open a project", "Projects (*.edam)")

    def _open_file(self, title: str, filters: str) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self._window, title, self._start(), filters)
        if chosen:
            self.open_path(Path(chosen))

    def _start(self) -> str:
        project = self._session.project
        return str(project.folder) if project is not None else str(Path.home())
