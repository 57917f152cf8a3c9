"""Small projects to test with."""

from __future__ import annotations

import threading
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
