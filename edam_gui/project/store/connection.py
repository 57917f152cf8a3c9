"""Connections to a project file: nothing in the file is trusted, nothing saved is lost by a power cut."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

from edam_gui.project.store.disk import is_local_disk

MAX_BLOB: Final = 512 << 20
"""Bytes of the largest step, snapshot or text that is read or written."""

_BUSY_S: Final = 1.0
_MAX_SQL: Final = 1 << 16


def open_writer(path: Path) -> sqlite3.Connection:
    """Open an existing file for writing: a commit is on the disk when it returns."""
    connection = _connect(path, "mode=rw")
    try:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        # The writer thread moves the log into the file when it is idle; a stroke never waits for that.
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("PRAGMA journal_size_limit = 67108864")
    except BaseException:
        connection.close()
        raise
    return connection


def open_updater(path: Path) -> sqlite3.Connection:
    """Open a file to check and migrate it, in whatever journal mode it is in."""
    connection = _connect(path, "mode=rw")
    try:
        connection.execute("PRAGMA synchronous = FULL")
    except BaseException:
        connection.close()
        raise
    return connection


def choose_journal(connection: sqlite3.Connection, path: Path) -> None:
    """Choose WAL on a local disk, a rollback journal elsewhere; to be done before others open the file.

    WAL needs memory that all openers share, which network file systems do not give.
    """
    connection.execute("PRAGMA journal_mode = " + ("WAL" if is_local_disk(path) else "DELETE"))


def open_reader(path: Path) -> sqlite3.Connection:
    """Open a file for reading, also one in a folder that cannot be written to."""
    try:
        return _probed(path, "mode=ro")
    except sqlite3.OperationalError:
        log = path.with_name(path.name + "-wal")
        if log.exists() and log.stat().st_size:
            raise
        # A file in WAL mode wants a shared-memory file beside it, which a read-only folder refuses.
        return _probed(path, "mode=ro&immutable=1")


def create_file(path: Path) -> sqlite3.Connection:
    """Make an empty database; the caller has seen to it that there is no file of this name."""
    return _connect(path, "mode=rwc")


def _probed(path: Path, options: str) -> sqlite3.Connection:
    connection = _connect(path, options)
    try:
        connection.execute("PRAGMA schema_version").fetchone()
        connection.execute("PRAGMA query_only = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _connect(path: Path, options: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{options}",
        uri=True,
        isolation_level=None,
        timeout=_BUSY_S,
        check_same_thread=False,
    )
    try:
        harden(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def harden(connection: sqlite3.Connection) -> None:
    """Forbid what a hostile file could use: functions in its schema, attached files, sizes without limit."""
    connection.text_factory = decode_text
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_BLOB)
    connection.setlimit(sqlite3.SQLITE_LIMIT_SQL_LENGTH, _MAX_SQL)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.setlimit(sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH, 1)  # ON DELETE CASCADE is one
    for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0"):
        connection.execute("PRAGMA " + pragma).close()


def decode_text(data: bytes) -> str:
    """Decode text as file names are decoded, so that no byte is an error and names in old encodings survive."""
    return data.decode("utf-8", "surrogateescape")


def encode_text(text: str) -> bytes:
    """Undo `decode_text`; bind the result as `CAST(? AS TEXT)`."""
    return text.encode("utf-8", "surrogateescape")
