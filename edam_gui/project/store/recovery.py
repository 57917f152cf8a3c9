"""A damaged project: copied aside, and what is readable put into a new file."""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from edam_gui.core.errors import OutputError
from edam_gui.imaging.atomic import remove_quietly, write_cause
from edam_gui.project.store.changes import SetSetting
from edam_gui.project.store.connection import open_updater
from edam_gui.project.store.creating import build_file
from edam_gui.project.store.rows import RowWriter
from edam_gui.project.store.schema import TABLES
from edam_gui.project.store.trouble import DatabaseErrors

_SIDE_FILES: Final = ("", "-wal", "-journal", "-shm")
_MOST_PADDING: Final = 64


def recover(path: Path) -> str:
    """Copy a damaged project aside and replace it by a new one with all rows that can be read.

    Returns
    -------
    str
        A sentence for the user.

    Raises
    ------
    OutputError
        The copy or the new file cannot be written; the project is as it was.
    """
    aside = _copy_aside(path)
    counts: dict[str, int] = {}

    def fill(new: sqlite3.Connection) -> None:
        new.execute("BEGIN")
        with _legible_copy(aside) as copy, closing(_open(copy)) as old:
            for table in TABLES:
                counts[table] = _rescue(old, new, table)
        if new.execute("SELECT count(*) FROM setting WHERE key = 'project'").fetchone()[0] == 0:
            SetSetting("project", uuid.uuid4().hex).apply(new)
        _mend(new)
        new.execute("COMMIT")

    fresh = path.with_name(f".edam-{secrets.token_hex(8)}.edam")
    build_file(fresh, fill)
    # The log belongs to the damaged file; beside the new one it would destroy it. It is kept with the copy.
    for suffix in _SIDE_FILES[1:]:
        remove_quietly(path.with_name(path.name + suffix))
    try:
        fresh.replace(path)
    except OSError as error:
        raise OutputError(path, write_cause(error)) from error
    return (
        f"{path.name} was damaged. {counts['image']} images and {counts['step']} edit steps were recovered into a new "
        f"file; the damaged one is kept as {aside.name}."
    )


def _copy_aside(path: Path) -> Path:
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    aside = path.with_name(f"{path.stem}.damaged-{stamp}{path.suffix}")
    number = 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.stem}.damaged-{stamp}-{number}{path.suffix}")
    try:
        for suffix in _SIDE_FILES[:3]:
            source = path.with_name(path.name + suffix)
            if source.exists():
                _copy_new(source, aside.with_name(aside.name + suffix))
    except OSError as error:
        raise OutputError(aside, write_cause(error)) from error
    return aside


def _copy_new(source: Path, target: Path) -> None:
    with source.open("rb") as old, target.open("xb") as new:  # never through a link that stands there
        shutil.copyfileobj(old, new)
        new.flush()
        os.fsync(new.fileno())


@contextmanager
def _legible_copy(aside: Path) -> Iterator[Path]:
    """Give a copy that has the length its header states: of a file that is shorter SQLite reads nothing."""
    with TemporaryDirectory(prefix=".edam-", dir=aside.parent) as folder:
        copy = Path(folder) / aside.name
        for suffix in _SIDE_FILES[:3]:
            source = aside.with_name(aside.name + suffix)
            if source.exists():
                shutil.copyfile(source, copy.with_name(copy.name + suffix))
        with copy.open("r+b") as file:
            head = file.read(100)
            page_size = int.from_bytes(head[16:18], "big")
            stated = int.from_bytes(head[28:32], "big") * (65536 if page_size == 1 else page_size)
            length = file.seek(0, 2)
            if length < stated <= _MOST_PADDING * length:
                file.truncate(stated)
        yield copy


def _open(path: Path) -> sqlite3.Connection:
    try:
        return open_updater(path)
    except DatabaseErrors:
        return sqlite3.connect(":memory:")  # nothing of it can be read


def _rescue(old: sqlite3.Connection, new: sqlite3.Connection, table: str) -> int:
    """Copy the readable rows of a table that the new schema accepts; return how many there are."""
    writer = RowWriter(new, table)
    before = new.total_changes
    for row in _readable(old, table, writer.width):
        try:
            writer.insert(row)
        except DatabaseErrors:
            continue  # a damaged row; the count tells how many there were
    return new.total_changes - before


def _readable(old: sqlite3.Connection, table: str, width: int) -> Iterator[tuple[Any, ...]]:
    """Yield rows from the beginning up to the damage, from the end back to it, and between by number."""
    for order in _orders(old, table):
        try:
            for row in old.execute(f"SELECT * FROM {table} {order}"):  # noqa: S608
                if len(row) == width:
                    yield row
        except DatabaseErrors:
            continue  # the damage; another order reaches what is behind it


def _orders(old: sqlite3.Connection, table: str) -> list[str]:
    if table in ("setting", "role", "tick", "threshold"):
        keys = {"setting": "key", "role": "role"}.get(table, "image, class")
        descending = ", ".join(f"{key} DESC" for key in keys.split(", "))
        return [f"ORDER BY {keys}", f"ORDER BY {descending}"]
    orders = ["NOT INDEXED ORDER BY rowid", "NOT INDEXED ORDER BY rowid DESC"]
    if table in ("step", "snapshot", "view"):
        # The rows of one image lie together, so that looking for them image by image steps over damaged pages.
        orders += [f"WHERE image = {image}" for image in _image_ids(old)]
    return orders


def _image_ids(old: sqlite3.Connection) -> list[int]:
    ids: set[int] = set()
    for sql in ("SELECT id FROM image ORDER BY id", "SELECT id FROM image ORDER BY id DESC"):
        try:
            ids.update(int(row[0]) for row in old.execute(sql))
        except (*DatabaseErrors, ValueError):
            continue
    return sorted(ids)


def _mend(new: sqlite3.Connection) -> None:
    """Take out rows that refer to what was lost, and end histories where steps are missing."""
    new.execute("DELETE FROM image WHERE root NOT IN (SELECT id FROM root)")
    new.execute("DELETE FROM role WHERE root NOT IN (SELECT id FROM root)")
    for table in ("tick", "view", "step", "snapshot"):
        new.execute(f"DELETE FROM {table} WHERE image NOT IN (SELECT id FROM image)")  # noqa: S608
    new.execute("DELETE FROM threshold WHERE image <> 0 AND image NOT IN (SELECT id FROM image)")
    # A step after a gap cannot be replayed unless a snapshot bridges the gap.
    new.execute(
        "UPDATE image SET history = coalesce((SELECT max(seq) FROM"
        " (SELECT seq FROM step WHERE image = image.id UNION ALL SELECT seq FROM snapshot WHERE image = image.id)"
        " WHERE seq <= image.history), 0)"
    )
