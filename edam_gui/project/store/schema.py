"""The tables of a project file, its versions, and the check that a file has these tables and nothing else."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

from edam_gui.core.errors import InputFileError

APPLICATION_ID: Final = 0x4544414D
"""`EDAM`, in the header of every project file."""

_VERSION_1: Final = (
    # Project-wide values, JSON: project (a uuid), label_set, choices, annotator, and what the session keeps.
    "CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
    # place: `.` or a path below the project's folder, without `..`; or an absolute path, which needs granting.
    "CREATE TABLE root (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, place TEXT NOT NULL) STRICT",
    # What a folder or file is for; path is relative to the root.
    "CREATE TABLE role (role TEXT PRIMARY KEY, root INTEGER NOT NULL REFERENCES root, path TEXT NOT NULL)"
    " STRICT, WITHOUT ROWID",
    # folded: the path as it is searched; natural: bytes that sort as `walk.natural_key` does; history: the number of
    # the last step that holds, 0 for none; labelled: whether anything is said of its classes.
    "CREATE TABLE image (id INTEGER PRIMARY KEY AUTOINCREMENT, root INTEGER NOT NULL REFERENCES root,"
    " path TEXT NOT NULL, folded TEXT NOT NULL, natural BLOB NOT NULL, position INTEGER NOT NULL,"
    " status TEXT NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'in_progress', 'accepted', 'needs_work', 'skipped')),"
    " labelled INTEGER NOT NULL DEFAULT 0 CHECK (labelled IN (0, 1)), history INTEGER NOT NULL DEFAULT 0,"
    " corrected REAL, note TEXT NOT NULL DEFAULT '', annotator TEXT NOT NULL DEFAULT '', changed REAL,"
    " UNIQUE (root, path)) STRICT",
    "CREATE INDEX image_natural ON image (natural)",
    "CREATE INDEX image_position ON image (position)",
    "CREATE INDEX image_status ON image (status, natural)",
    "CREATE TABLE tick (image INTEGER NOT NULL REFERENCES image ON DELETE CASCADE, class INTEGER NOT NULL,"
    " suggested INTEGER NOT NULL CHECK (suggested IN (0, 1)), PRIMARY KEY (image, class)) STRICT, WITHOUT ROWID",
    "CREATE INDEX tick_class ON tick (class, image)",
    # image 0: the project; class 0: every class. fields: a JSON object of the thresholds that are set here.
    "CREATE TABLE threshold (image INTEGER NOT NULL, class INTEGER NOT NULL, fields TEXT NOT NULL,"
    " PRIMARY KEY (image, class)) STRICT, WITHOUT ROWID",
    "CREATE TABLE view (image INTEGER PRIMARY KEY REFERENCES image ON DELETE CASCADE, state TEXT NOT NULL) STRICT",
    # The history of an image; payloads are the session's.
    "CREATE TABLE step (image INTEGER NOT NULL REFERENCES image ON DELETE CASCADE, seq INTEGER NOT NULL,"
    " kind TEXT NOT NULL, name TEXT NOT NULL, payload BLOB NOT NULL, time REAL NOT NULL, UNIQUE (image, seq)) STRICT",
    # A layer as it was after step `seq`.
    "CREATE TABLE snapshot (image INTEGER NOT NULL REFERENCES image ON DELETE CASCADE, kind TEXT NOT NULL,"
    " seq INTEGER NOT NULL, payload BLOB NOT NULL, UNIQUE (image, kind, seq)) STRICT",
)

MIGRATIONS: Final = (_VERSION_1,)
"""Statements that lead from each version to the next; a new file takes all of them."""

VERSION: Final = len(MIGRATIONS)
TABLES: Final = ("setting", "root", "role", "image", "tick", "threshold", "view", "step", "snapshot")
"""In the order in which rows may be inserted."""


def migrate(connection: sqlite3.Connection, migrations: tuple[tuple[str, ...], ...] = MIGRATIONS) -> None:
    """Bring an empty or older file to the newest version, whole or not at all."""
    version = version_of(connection)
    if version >= len(migrations):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statements in migrations[version:]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(migrations)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def version_of(connection: sqlite3.Connection) -> int:
    """Return the schema version of a file, 0 for an empty one."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def check_schema(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse a file that is no project, is newer than this program, or has any table, view or trigger of its own.

    Raises
    ------
    InputFileError
        As said.
    sqlite3.Error
        The schema cannot be read: the file is damaged.
    """
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise InputFileError(path, "is no project of this program")
    version = version_of(connection)
    if version > VERSION:
        raise InputFileError(path, "was made by a newer version of this program; update the program to open it")
    found, expected = _objects(connection), _expected(version)
    for key in found.keys() - expected.keys():
        raise InputFileError(path, f"holds the {key[0]} '{key[1]}', which no project has; it was not opened")
    for key, sql in expected.items():
        if found.get(key) != sql:
            raise InputFileError(path, f"does not have the {key[0]} '{key[1]}' of a project; it was not opened")


def _expected(version: int) -> dict[tuple[str, str], str]:
    memory = sqlite3.connect(":memory:", isolation_level=None)
    try:
        migrate(memory, MIGRATIONS[:version])
        return _objects(memory)
    finally:
        memory.close()


def _objects(connection: sqlite3.Connection) -> dict[tuple[str, str], str]:
    rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema")
    return {(str(kind), str(name)): f"{table}\n{sql}" for kind, name, table, sql in rows}
