"""A copy of a project in another place, with all that could not be written yet."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from edam_gui.core.errors import OutputError
from edam_gui.project.store.change import Change, apply_batch
from edam_gui.project.store.changes import PutRoot
from edam_gui.project.store.creating import build_file
from edam_gui.project.store.roots import place_of
from edam_gui.project.store.trouble import DatabaseErrors
from edam_gui.project.store.values import Root


def copy_project(
    stored: sqlite3.Connection, path: Path, roots: Iterable[Root], batches: Iterable[tuple[Change, ...]]
) -> None:
    """Write a copy of a project.

    Parameters
    ----------
    stored
        The project.
    path
        The copy; no file of this name may exist.
    roots
        All roots as they are now; the copy points at the same folders.
    batches
        All that is pending, in order; the writer has told of those that can never be applied, or will.

    Raises
    ------
    OutputError
        The copy cannot be written, or the project cannot be read.
    """

    def fill(copy: sqlite3.Connection) -> None:
        try:
            stored.backup(copy)
        except DatabaseErrors as error:
            raise OutputError(path, f"could not be written, because the project cannot be read ({error})") from error
        copy.execute("PRAGMA journal_mode = DELETE")  # the rename takes one file along, not its log
        copy.execute("BEGIN")
        for batch in batches:
            apply_batch(copy, batch, [])
        for root in roots:
            PutRoot(root.id, root.name, place_of(root.folder, path.parent)).apply(copy)
        copy.execute("COMMIT")

    build_file(path, fill)
