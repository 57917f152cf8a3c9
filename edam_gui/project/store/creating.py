"""New project files: whole or not there."""

from __future__ import annotations

import os
import secrets
import sqlite3
import uuid
from collections.abc import Callable
from pathlib import Path

from edam_gui.core.errors import OutputError
from edam_gui.imaging.atomic import remove_quietly, write_cause
from edam_gui.project.store.changes import Change, SetSetting
from edam_gui.project.store.connection import create_file
from edam_gui.project.store.schema import migrate
from edam_gui.project.store.trouble import DatabaseErrors, primary_code


def new_project(path: Path, changes: tuple[Change, ...]) -> None:
    """Make a project file with its first changes.

    Raises
    ------
    OutputError
        It cannot be written, or a file of this name exists.
    """

    def fill(connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN")
        for change in (SetSetting("project", uuid.uuid4().hex), *changes):
            change.apply(connection)
        connection.execute("COMMIT")

    build_file(path, fill)


def build_file(path: Path, fill: Callable[[sqlite3.Connection], None]) -> None:
    """Build a project file under another name in the same folder and give it its name when it is complete.

    Parameters
    ----------
    path
        The file; none of this name may exist.
    fill
        Is given a new file with the newest schema.

    Raises
    ------
    OutputError
        It cannot be written; nothing half-written is left.
    """
    temporary = path.with_name(f".edam-{secrets.token_hex(8)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            raise OutputError(path, "exists already; open it, or choose another name")
        connection = create_file(temporary)
        try:
            connection.execute("PRAGMA synchronous = FULL")
            migrate(connection)
            fill(connection)
        finally:
            connection.close()
        temporary.replace(path)
        _sync_folder(path.parent)
    except DatabaseErrors as error:
        full = primary_code(error) == "FULL"
        raise OutputError(
            path, f"could not be written{', because the disk is full' if full else f' ({error})'}"
        ) from error
    except OSError as error:
        raise OutputError(path, write_cause(error)) from error
    finally:
        remove_quietly(temporary)
        remove_quietly(temporary.with_name(temporary.name + "-journal"))


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return  # elsewhere folders cannot be opened
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
