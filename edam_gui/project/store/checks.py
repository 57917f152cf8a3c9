"""What is looked at before a project file is used; it may come from anywhere."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from edam_gui.core.errors import InputFileError
from edam_gui.imaging.picture_file import read_cause
from edam_gui.project.store.connection import open_reader
from edam_gui.project.store.lock import lock_file
from edam_gui.project.store.schema import TABLES, check_schema
from edam_gui.project.store.trouble import DatabaseErrors, primary_code

_MAGIC: Final = b"SQLite format 3\0"
_JOURNAL_MAGIC: Final = bytes.fromhex("d9d505f920a163d7")
_SMALL: Final = 2 << 20
_WHOLE_CHECK: Final = 32 << 20
_QUICK_CHECK: Final = 512 << 20
"""Bytes of a file that is checked at once whatever was asked, that is checked whole, and that is checked at all but
for its small tables. A whole check looks up each row in each index, which takes a second for 100,000 images."""

_OPERATIONS: Final = 200_000
"""Steps of SQLite's machine between two looks at whether a check is still wanted: some milliseconds."""


class DamagedError(InputFileError):
    """A project file is damaged; what is readable can be recovered."""


def check_side_files(path: Path) -> None:
    """Refuse links, pipes and folders under the names of the files that SQLite and the lock keep beside a project.

    Raises
    ------
    InputFileError
        There is one; what it leads to was not touched.
    """
    beside = [path.with_name(path.name + suffix) for suffix in ("-wal", "-shm", "-journal")]
    for file in (*beside, lock_file(path)):
        try:
            mode = file.lstat().st_mode
        except OSError:
            continue  # not there
        if not stat.S_ISREG(mode):
            raise InputFileError(file, "is a link or no file, which no project has beside it; remove it")


def check_file(path: Path) -> None:
    """Look at a project file, and at what a crash may have left beside it, before SQLite does.

    Raises
    ------
    InputFileError
        It is no database.
    DamagedError
        It was one.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise InputFileError(path, "is no project file")
        with path.open("rb") as file:
            head = file.read(100)
        journal = path.with_name(path.name + "-journal")
        tail = _tail(journal) if journal.exists() else b""
    except OSError as error:
        raise InputFileError(path, read_cause(error)) from error
    if not head.startswith(_MAGIC):
        if not head.strip(b"\0") and path.suffix == ".edam":
            raise DamagedError(path, "is damaged: its beginning is empty")
        raise InputFileError(path, "is no project of this program")
    # A journal that names a second journal makes SQLite delete that file; ours never does.
    if tail == _JOURNAL_MAGIC:
        raise InputFileError(journal, "names a file outside the project; it was not opened")


def check_content(connection: sqlite3.Connection, path: Path, *, at_once: bool = True) -> bool:
    """Refuse a schema that is not ours, then look for damage: the whole file, or the small tables of a very large one.

    Parameters
    ----------
    at_once
        Otherwise what takes long is left to `find_damage`: whether the indexes say what the tables say.

    Returns
    -------
    bool
        Whether something was left to `find_damage`.

    Raises
    ------
    InputFileError
        It is no project, or holds what no project holds.
    DamagedError
        It is damaged.
    """
    try:
        check_schema(connection, path)
        size = path.stat().st_size
        later = not at_once and _SMALL < size <= _WHOLE_CHECK
        for pragma in _integrity_checks(size, whole=not later):
            found = connection.execute(pragma).fetchone()[0]
            if found != "ok":
                raise _damaged(path, str(found))
    except DatabaseErrors as error:
        raise opening_error(error, path) from error
    return later


def find_damage(path: Path, cancelled: Callable[[], bool]) -> str | None:
    """Look through the whole of a project that is open; others read and write it meanwhile.

    Parameters
    ----------
    path
        The file.
    cancelled
        Asked every now and then; the answer is `None` then.

    Returns
    -------
    str or None
        What is wrong, as a sentence.
    """
    try:
        with closing(open_reader(path)) as connection:
            connection.set_progress_handler(cancelled, _OPERATIONS)
            found = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
    except DatabaseErrors as error:
        # Only damage counts: a file that is gone or locked is the writer's to tell.
        damaged = primary_code(error) in ("CORRUPT", "NOTADB")
        return str(opening_error(error, path)) if damaged else None
    return None if found == "ok" else str(_damaged(path, found))


def opening_error(error: Exception, path: Path) -> InputFileError:
    """Return what to raise when SQLite cannot open or read a project."""
    code = primary_code(error)
    if code in ("CORRUPT", "NOTADB", "ERROR", "FORMAT", "TOOBIG"):
        return DamagedError(path, f"is damaged ({error})")
    if code in ("BUSY", "LOCKED"):
        return InputFileError(path, "cannot be opened, because another program has locked it; close that program")
    return InputFileError(path, f"cannot be opened ({error})")


def _damaged(path: Path, found: str) -> DamagedError:
    return DamagedError(path, f"is damaged ({found.splitlines()[0][:200]})")


def _integrity_checks(size: int, *, whole: bool) -> list[str]:
    if size <= _WHOLE_CHECK and whole:
        return ["PRAGMA integrity_check(1)"]
    if size <= _QUICK_CHECK:
        return ["PRAGMA quick_check(1)"]
    return [f"PRAGMA quick_check({table})" for table in TABLES if table not in ("step", "snapshot")]


def _tail(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - len(_JOURNAL_MAGIC)))
        return file.read()
