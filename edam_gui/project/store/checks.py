"""What is looked at before a project file is used; it may come from anywhere."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path
from typing import Final

from edam_gui.core.errors import InputFileError
from edam_gui.imaging.picture_file import read_cause
from edam_gui.project.store.lock import lock_file
from edam_gui.project.store.schema import TABLES, check_schema
from edam_gui.project.store.trouble import DatabaseErrors, primary_code

_MAGIC: Final = b"SQLite format 3\0"
_JOURNAL_MAGIC: Final = bytes.fromhex("d9d505f920a163d7")
_WHOLE_CHECK: Final = 32 << 20
_QUICK_CHECK: Final = 512 << 20


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


def check_content(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse a schema that is not ours, then look for damage: the whole file, or the small tables of a very large one.

    Raises
    ------
    InputFileError
        It is no project, or holds what no project holds.
    DamagedError
        It is damaged.
    """
    try:
        check_schema(connection, path)
        for pragma in _integrity_checks(path.stat().st_size):
            found = connection.execute(pragma).fetchone()[0]
            if found != "ok":
                raise DamagedError(path, f"is damaged ({str(found).splitlines()[0][:200]})")
    except DatabaseErrors as error:
        raise opening_error(error, path) from error


def opening_error(error: Exception, path: Path) -> InputFileError:
    """Return what to raise when SQLite cannot open or read a project."""
    code = primary_code(error)
    if code in ("CORRUPT", "NOTADB", "ERROR", "FORMAT", "TOOBIG"):
        return DamagedError(path, f"is damaged ({error})")
    if code in ("BUSY", "LOCKED"):
        return InputFileError(path, "cannot be opened, because another program has locked it; close that program")
    return InputFileError(path, f"cannot be opened ({error})")


def _integrity_checks(size: int) -> list[str]:
    if size <= _WHOLE_CHECK:
        return ["PRAGMA integrity_check(1)"]
    if size <= _QUICK_CHECK:
        return ["PRAGMA quick_check(1)"]
    return [f"PRAGMA quick_check({table})" for table in TABLES if table not in ("step", "snapshot")]


def _tail(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - len(_JOURNAL_MAGIC)))
        return file.read()
