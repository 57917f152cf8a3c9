"""Keeps the shortcuts that the user changed."""

from __future__ import annotations

import json
from typing import Final

from PySide6.QtCore import QSettings

from edam_gui.gui.shell.action_book import ActionBook

_KEY: Final = "shortcuts/changed"


def keep_shortcuts(book: ActionBook, file: QSettings) -> None:
    """Put the stored shortcuts in force, and store them whenever they change."""
    book.set_keys(stored_shortcuts(file))

    def store() -> None:
        file.setValue(_KEY, json.dumps(book.changed_keys()))
        file.sync()

    book.keys_changed.connect(store)


def stored_shortcuts(file: QSettings) -> dict[str, tuple[str, ...]]:
    """Return what the user changed, by action id; damaged entries are left out."""
    try:
        stored = json.loads(str(file.value(_KEY, "{}")))
    except ValueError:
        return {}
    if not isinstance(stored, dict):
        return {}
    return {
        name: tuple(keys)
        for name, keys in stored.items()
        if isinstance(keys, list) and all(isinstance(key, str) for key in keys)
    }
