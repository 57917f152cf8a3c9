"""Lists of images: which, in which order, and how many there are."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any, Final

from edam_gui.core.label_set import MAX_CLASSES
from edam_gui.project.store.natural import folded
from edam_gui.project.store.values import Counts, ImageRow, Location, Query, Sort, Status, Ticks

_ORDERS: Final = {
    Sort.NATURAL: ("natural",),
    Sort.POSITION: ("position",),
    Sort.STATUS: ("status", "natural"),
    Sort.CORRECTED: ("corrected", "natural"),
    Sort.CHANGED: ("changed", "natural"),
}
_COLUMNS: Final = "id, root, path, status, note, annotator, labelled, history, corrected, changed"
_AT_ONCE: Final = 500


def find_ids(connection: sqlite3.Connection, query: Query, limit: int, offset: int) -> list[int]:
    """Return the ids of a page of images; a negative limit: of all from the offset on."""
    where, values = _where(query)
    direction = " DESC" if query.descending else ""
    order = ", ".join(column + direction for column in _ORDERS[query.sort])
    sql = f"SELECT id FROM image{where} ORDER BY {order} LIMIT ? OFFSET ?"  # noqa: S608 - columns of this module only
    return [row[0] for row in connection.execute(sql, (*values, limit, offset))]


def count_ids(connection: sqlite3.Connection, query: Query) -> int:
    """Return how many images there are."""
    where, values = _where(query)
    return int(connection.execute(f"SELECT count(*) FROM image{where}", values).fetchone()[0])  # noqa: S608


def read_rows(connection: sqlite3.Connection, ids: Sequence[int]) -> list[ImageRow]:
    """Return images in the order of their ids; ids of no image are left out."""
    found: dict[int, ImageRow] = {}
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        marks = ", ".join("?" * len(some))
        ticks: dict[int, list[tuple[int, int]]] = {}
        for image, index, suggested in connection.execute(
            f"SELECT image, class, suggested FROM tick WHERE image IN ({marks})",  # noqa: S608 - marks only
            some,
        ):
            ticks.setdefault(image, []).append((index, suggested))
        for row in connection.execute(f"SELECT {_COLUMNS} FROM image WHERE id IN ({marks})", some):  # noqa: S608
            found[row[0]] = _row(row, ticks.get(row[0], []))
    return [found[image] for image in ids if image in found]


def count_kinds(connection: sqlite3.Connection) -> Counts:
    """Return how many images there are of each kind."""
    by_status = dict.fromkeys(Status, 0)
    for status, number in connection.execute("SELECT status, count(*) FROM image GROUP BY status"):
        by_status[Status(status)] += number
    total, labelled, edited = connection.execute(
        "SELECT count(*), coalesce(sum(labelled), 0), coalesce(sum(history > 0), 0) FROM image"
    ).fetchone()
    by_class = dict(connection.execute("SELECT class, count(*) FROM tick GROUP BY class ORDER BY class"))
    return Counts(total, labelled, edited, by_status, by_class)


def _row(row: tuple[Any, ...], ticks: list[tuple[int, int]]) -> ImageRow:
    image, root, path, status, note, annotator, labelled, history, corrected, changed = row
    known = None
    if labelled:
        usable = [(index, suggested) for index, suggested in ticks if 1 <= index <= MAX_CLASSES]
        suggestions = frozenset(index for index, suggested in usable if suggested)
        known = Ticks(frozenset(index for index, _ in usable), suggestions)
    location = Location(root, PurePosixPath(path))
    return ImageRow(image, location, Status(status), note, annotator, known, history, corrected, changed)


def _where(query: Query) -> tuple[str, list[Any]]:
    terms: list[str] = []
    values: list[Any] = []
    for word in folded(query.text).split():
        # A note is short and rare, so that its folding by SQLite (ASCII only) is good enough.
        terms.append("(instr(folded, ?) OR (note <> '' AND instr(lower(note), ?)))")
        values += (word, word)
    if query.statuses:
        terms.append(f"status IN ({', '.join('?' * len(query.statuses))})")
        values += sorted(status.value for status in query.statuses)
    if query.classes:
        marks = ", ".join("?" * len(query.classes))
        terms.append(f"id IN (SELECT image FROM tick WHERE class IN ({marks}))")  # noqa: S608 - marks only
        values += sorted(query.classes)
    if query.labelled is not None:
        terms.append("labelled = ?")
        values.append(int(query.labelled))
    if query.edited is not None:
        terms.append("history > 0" if query.edited else "history = 0")
    if query.changed_since is not None:
        terms.append("changed >= ?")
        values.append(query.changed_since)
    return (" WHERE " + " AND ".join(terms) if terms else ""), values
