"""Whole rows from one project file into another, texts byte for byte."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from edam_gui.project.store.connection import encode_text


class RowWriter:
    """Inserts rows into a table of a file with the newest schema.

    Parameters
    ----------
    connection
        The file.
    table
        One of `schema.TABLES`.
    """

    def __init__(self, connection: sqlite3.Connection, table: str) -> None:
        kinds = [row[2] for row in connection.execute(f"PRAGMA table_info({table})")]
        marks = ", ".join("CAST(? AS TEXT)" if kind == "TEXT" else "?" for kind in kinds)
        self._connection = connection
        self._sql = f"INSERT OR IGNORE INTO {table} VALUES ({marks})"  # noqa: S608 - names of our own schema only
        self.width = len(kinds)

    def insert(self, row: Sequence[Any]) -> None:
        """Insert a row, unless one of its key is there, or a check of the schema refuses it.

        Raises
        ------
        sqlite3.Error
            A value has another type than its column.
        """
        # Names of files need not be UTF-8, and as text they could not be bound.
        values = [encode_text(value) if isinstance(value, str) else value for value in row]
        self._connection.execute(self._sql, values)
