"""What was opened lately, and the menu of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtWidgets import QMenu

_KEY: Final = "recent/paths"


class RecentFiles(QObject):
    """The latest folders, lists and projects, newest first; stored at once.

    Whether they still exist is not asked here: a drive of the network may take its time to answer.
    """

    changed = Signal()

    def __init__(self, file: QSettings, limit: int = 12, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file = file
        self._limit = limit

    def paths(self) -> tuple[Path, ...]:
        """Return what was opened, newest first."""
        try:
            stored = json.loads(str(self._file.value(_KEY, "[]")))
        except ValueError:
            return ()
        if not isinstance(stored, list):
            return ()
        return tuple(Path(p) for p in stored if isinstance(p, str) and p)[: self._limit]

    def add(self, path: Path) -> None:
        """Put a path first."""
        absolute = path.absolute()
        self._store((absolute, *(p for p in self.paths() if p != absolute)))

    def remove(self, path: Path) -> None:
        """Forget a path, because it is gone."""
        self._store(tuple(p for p in self.paths() if p != path.absolute()))

    def clear(self) -> None:
        """Forget all."""
        self._store(())

    def _store(self, paths: tuple[Path, ...]) -> None:
        self._file.setValue(_KEY, json.dumps([str(p) for p in paths[: self._limit]]))
        self._file.sync()
        self.changed.emit()


def keep_recent_menu(menu: QMenu, recent: RecentFiles, open_path: Callable[[Path], object]) -> None:
    """Fill a menu with what was opened lately, now and whenever that changes."""
    menu.setToolTipsVisible(True)
    keeper = _MenuKeeper(menu, recent, open_path)
    keeper.fill()
    recent.changed.connect(keeper.fill)


class _MenuKeeper(QObject):
    """A child of the menu, so that Qt ends the connection with the menu."""

    def __init__(self, menu: QMenu, recent: RecentFiles, open_path: Callable[[Path], object]) -> None:
        super().__init__(menu)
        self._menu = menu
        self._recent = recent
        self._open_path = open_path

    def fill(self) -> None:
        self._menu.clear()
        paths = self._recent.paths()
        for number, path in enumerate(paths, 1):
            action = self._menu.addAction(f"{f'&{number} ' if number < 10 else ''}{_short(path)}")
            action.setToolTip(str(path))
            action.triggered.connect(lambda _=False, path=path: self._open_path(path))
        if paths:
            self._menu.addSeparator()
            self._menu.addAction("Clear this list").triggered.connect(lambda _=False: self._recent.clear())
        self._menu.setEnabled(bool(paths))


def _short(path: Path) -> str:
    """Return the end of a path, `&` doubled, so that the menu is not wider than the window."""
    text = str(path)
    shortened = text if len(text) <= 60 else f"…{text[-59:]}"
    return shortened.replace("&", "&&")
