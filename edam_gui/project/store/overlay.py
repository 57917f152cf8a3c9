"""One image and its project as they will be when all that is pending is written."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable
from typing import Final

from edam_gui.project.store.changes import Change
from edam_gui.project.store.connection import harden
from edam_gui.project.store.rows import RowWriter
from edam_gui.project.store.schema import migrate

# What reading one image, or the project, looks at: all rows, or those of the image.
_PROJECT: Final = ("setting", "root", "role")
_IMAGE: Final = (
    ("image", "id = ?"),
    ("tick", "image = ?"),
    ("threshold", "image IN (0, ?)"),
    ("view", "image = ?"),
    ("step", "image = ?"),
    ("snapshot", "image = ?"),
)
_log = logging.getLogger(__name__)


def with_pending(stored: sqlite3.Connection, image: int | None, changes: Iterable[Change]) -> sqlite3.Connection:
    """Copy an image and its project into memory and apply what is pending for them.

    Works while the file cannot be written, so that nobody sees an image without its newest edits.

    Parameters
    ----------
    stored
        The file.
    image
        `None`: the project alone.
    changes
        All that is pending, in order.
    """
    memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    harden(memory)
    migrate(memory)
    memory.execute("BEGIN")
    stored.execute("BEGIN")  # all tables as of one moment
    try:
        for table in _PROJECT:
            _copy(stored, memory, f"{table}", ())
        for table, where in _IMAGE:
            _copy(stored, memory, f"{table} WHERE {where}", (image or 0,))
    finally:
        stored.execute("ROLLBACK")
    for change in changes:
        if not change.bulk and change.scope in (None, image):
            _try(memory, change)
    memory.execute("COMMIT")
    return memory


def _copy(stored: sqlite3.Connection, memory: sqlite3.Connection, rows: str, values: tuple[int, ...]) -> None:
    table = rows.split(" ", 1)[0]
    writer = RowWriter(memory, table)
    for row in stored.execute(f"SELECT * FROM {rows}", values):  # noqa: S608 - names of this module only
        writer.insert(row)


def _try(memory: sqlite3.Connection, change: Change) -> None:
    try:
        change.apply(memory)
    except sqlite3.Error:
        # The writer refuses it too, and tells the user.
        _log.debug("A pending change cannot be applied.", exc_info=True)
