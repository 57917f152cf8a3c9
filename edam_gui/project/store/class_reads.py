"""Where a project speaks of classes by their numbers."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

_PAGE: Final = 200


class Table(StrEnum):
    """Tables with payloads of the session."""

    STEP = "step"
    SNAPSHOT = "snapshot"


def confirmed_classes(connection: sqlite3.Connection) -> dict[int, int]:
    """Return class -> number of images on which somebody has ticked or confirmed it."""
    return dict(connection.execute("SELECT class, count(*) FROM tick WHERE suggested = 0 GROUP BY class"))


def threshold_classes(connection: sqlite3.Connection) -> frozenset[int]:
    """Return the classes with thresholds of their own."""
    return frozenset(row[0] for row in connection.execute("SELECT DISTINCT class FROM threshold WHERE class > 0"))


def payload_page(
    connection: sqlite3.Connection, *, table: Table, kinds: Sequence[str], after: int
) -> list[tuple[int, str, bytes]]:
    """Return (rowid, kind, payload) of the next rows of some kinds, in order; empty at the end."""
    marks = ", ".join("?" * len(kinds))
    sql = (
        f"SELECT rowid, kind, payload FROM {table.value} WHERE rowid > ? AND kind IN ({marks})"  # noqa: S608 - no values
        " ORDER BY rowid LIMIT ?"
    )
    return list(connection.execute(sql, (after, *kinds, _PAGE)))
