"""Small projects to test with."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path, PurePosixPath

from edam_gui.core.label_set import PASCAL_VOC
from edam_gui.project.store import ProjectStore, Query
from edam_gui.project.store.changes import AddImages


class Ear:
    """Remembers what a store told, and lets a test wait for it."""

    def __init__(self) -> None:
        self.saved = 0
        self.sentences: list[str] = []
        self._changed = threading.Condition()

    def on_saved(self, number: int) -> None:
        with self._changed:
            self.saved = number
            self._changed.notify_all()

    def on_trouble(self, sentence: str) -> None:
        with self._changed:
            self.sentences.append(sentence)
            self._changed.notify_all()

    def wait_for_trouble(self, count: int = 1) -> str:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.sentences) >= count, 20)
        return self.sentences[-1]

    def wait_for_save(self, number: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.saved >= number, 20)


def new_store(folder: Path, images: int = 3, ear: Ear | None = None) -> ProjectStore:
    """Make a project of images `img1.jpg`, ... that do not exist."""
    ear = ear or Ear()
    store = ProjectStore.create(folder / "project.edam", PASCAL_VOC, on_saved=ear.on_saved, on_trouble=ear.on_trouble)
    root = store.add_root(folder)
    store.submit(AddImages(root.id, tuple(PurePosixPath(f"img{n}.jpg") for n in range(1, images + 1))))
    assert store.flush(20)
    return store


def names(store: ProjectStore, query: Query = Query()) -> list[str]:  # noqa: B008
    return [str(row.relative) for row in store.rows(store.ids(query))]


def hide_from_index(path: Path, index: str, image: str) -> None:
    """Damage a project: take an image out of an index and leave it in the table, as a lost page write may."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        row = connection.execute("SELECT * FROM image WHERE path = ?", (image,)).fetchone()
        entry = connection.execute("SELECT * FROM sqlite_schema WHERE name = ?", (index,)).fetchone()
        connection.execute("DELETE FROM image WHERE path = ?", (image,))
        _edit_schema(connection, "DELETE FROM sqlite_schema WHERE name = ?", (index,))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        marks = ", ".join("?" * len(row))
        connection.execute(f"INSERT INTO image VALUES ({marks})", row)  # noqa: S608
        _edit_schema(connection, "INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)", entry)


def _edit_schema(connection: sqlite3.Connection, sql: str, values: tuple[object, ...]) -> None:
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute(sql, values)
    connection.execute("PRAGMA writable_schema = OFF")
