"""A project file made ready to be used: locked, checked, recovered, migrated."""

from __future__ import annotations

import errno
import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from edam_gui.core.errors import InputFileError, OutputError
from edam_gui.imaging.atomic import write_cause
from edam_gui.project.store.checks import DamagedError, check_content, check_file, check_side_files, opening_error
from edam_gui.project.store.connection import choose_journal, open_reader, open_updater, open_writer
from edam_gui.project.store.disk import is_local_disk
from edam_gui.project.store.lock import ProjectLock
from edam_gui.project.store.records import read_setting
from edam_gui.project.store.recovery import recover
from edam_gui.project.store.schema import migrate, version_of
from edam_gui.project.store.trouble import DatabaseErrors, LostFileError, primary_code


def check_exists(path: Path) -> None:
    """Refuse what is no file, or has links beside it, before a lock is laid there."""
    if not path.is_file():
        raise InputFileError(path, "does not exist" if not path.exists() else "is no project file")
    check_side_files(path)


def open_same(path: Path, project: object) -> sqlite3.Connection:
    """Open the file for writing if it still holds the project that it held."""
    connection = open_writer(path)
    try:
        if read_setting(connection, "project") != project:
            raise LostFileError
    except BaseException:
        connection.close()
        raise
    return connection


def take(lock: ProjectLock, path: Path) -> str | None:
    """Return why the project can only be read, if so."""
    try:
        if not lock.take():
            return (
                f"{path.name} is open in another window or program, so it is shown here without being changed. "
                "Close it there and open it again to work on it."
            )
        if not os.access(path.parent, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        with path.open("r+b"):
            return None
    except OSError as error:
        cause = write_cause(error).removeprefix("could not be written")
        return f"{path.name} can only be read{cause}. Save it elsewhere to work on it."


@dataclass(frozen=True)
class Prepared:
    """What came of making a project ready.

    Parameters
    ----------
    notices
        What the user should know.
    check_later
        Whether `find_damage` should still look through it.
    """

    notices: tuple[str, ...] = ()
    check_later: bool = False


def prepare(path: Path, *, writable: bool, at_once: bool = True) -> Prepared:
    """Check a project, recover or migrate it where needed; without `at_once`, what takes long is left for later."""
    # Without WAL, reading for long would keep the user's work from being written.
    at_once = at_once or not is_local_disk(path)
    try:
        return Prepared(check_later=_check(path, writable=writable, at_once=at_once))
    except DamagedError as error:
        if not writable:
            raise
        notice = recover(path)
        _check(path, writable=True, at_once=True)
        return Prepared((notice, str(error)))


def _check(path: Path, *, writable: bool, at_once: bool) -> bool:
    check_file(path)
    try:
        connection = open_updater(path) if writable else open_reader(path)
    except DatabaseErrors as error:
        raise opening_error(error, path) from error
    try:
        later = check_content(connection, path, at_once=at_once)
        if writable:
            _check_writable(connection, path)
            migrate(connection)
            choose_journal(connection, path)
    except DatabaseErrors as error:
        raise OutputError(path, f"could not be made ready for writing ({error})") from error
    finally:
        connection.close()
    return later


def _check_writable(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse a file whose header, damaged, says that it is for later versions of SQLite to write."""
    try:
        connection.execute("BEGIN IMMEDIATE")  # which alone says nothing of a file that is only read
        try:
            connection.execute(f"PRAGMA user_version = {version_of(connection)}")
        finally:
            connection.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        if primary_code(error) == "READONLY":
            raise DamagedError(path, "is damaged: its header does not allow it to be written") from error
        raise
