"""Reading a project, from any thread, with what is pending where one image or the project itself is read."""

from __future__ import annotations

import sqlite3
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from edam_gui.core.errors import InputFileError
from edam_gui.core.label_set import LabelSet
from edam_gui.project.choices import Choices
from edam_gui.project.store import class_reads, queries, records
from edam_gui.project.store.changes import Change
from edam_gui.project.store.connection import open_reader
from edam_gui.project.store.overlay import with_pending
from edam_gui.project.store.trouble import DatabaseErrors, primary_code
from edam_gui.project.store.values import (
    Counts,
    ImageRecord,
    ImageRow,
    Location,
    Query,
    Role,
    Step,
    StepInfo,
)
from edam_gui.project.thresholds import ThresholdScopes

T = TypeVar("T")
_LAST: Final = (1 << 63) - 1
_SHORT: Final = 500
"""Rows of a list that is read as quickly as one image."""


class _Reader:
    """A connection, and the lock of the thread that uses it."""

    def __init__(self, path: Path) -> None:
        self.lock = threading.Lock()
        self.connection: sqlite3.Connection | None = open_reader(path)

    def close(self) -> None:
        with self.lock:
            if self.connection is not None:
                self.connection.close()
                self.connection = None


def _open_both(path: Path) -> tuple[_Reader, _Reader]:
    short = _Reader(path)
    try:
        return short, _Reader(path)
    except BaseException:
        short.close()
        raise


class ProjectReads(ABC):
    """The reading half of `ProjectStore`.

    Lists, counts and pages show what is on the disk (`ProjectStore.flush` first where that matters). What is read of
    one image, and of the project itself, includes all that was submitted, even while it cannot be written.

    Every method may raise `InputFileError` if the file cannot be read any more.

    Long lists have a connection of their own, so that reading one image or a page never waits for them.
    """

    path: Path
    """The project file, links resolved."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._short, self._long = _open_both(path)

    @abstractmethod
    def _pending_batches(self) -> tuple[tuple[Change, ...], ...]:
        """Return what is not yet on the disk."""

    def _reopen(self, path: Path) -> None:
        """Read another file from now on."""
        before = (self._short, self._long)
        self._short, self._long = _open_both(path)
        self.path = path
        for reader in before:
            reader.close()

    def close_reader(self) -> None:
        """Close the connections; nothing can be read afterwards."""
        for reader in (self._short, self._long):
            reader.close()

    # Lists

    def count(self, query: Query = Query()) -> int:  # noqa: B008 - frozen
        """Return how many images there are."""
        return self._read(lambda reader: queries.count_ids(reader, query), self._long)

    def ids(self, query: Query = Query(), *, limit: int | None = None, offset: int = 0) -> list[int]:  # noqa: B008
        """Return the ids of a page of images, in order; without a limit, of all from `offset` on."""
        number = -1 if limit is None else limit
        return self._read(lambda reader: queries.find_ids(reader, query, number, offset), self._long)

    def rows(self, ids: Sequence[int]) -> list[ImageRow]:
        """Return images by id, in the order of the ids; ids of no image are left out."""
        by = self._short if len(ids) <= _SHORT else self._long
        return self._read(lambda reader: queries.read_rows(reader, ids), by)

    def counts(self) -> Counts:
        """Return how many images there are of each status and class."""
        return self._read(queries.count_kinds, self._long)

    # One image

    def load(self, image: int) -> ImageRecord:
        """Return all that is known of an image.

        Raises
        ------
        InputFileError
            There is no such image.
        """

        def load(reader: sqlite3.Connection) -> ImageRecord:
            return ImageRecord(
                self._one(reader, image),
                records.read_scopes(reader, image),
                records.read_view(reader, image),
                records.read_steps(reader, image, 0, _LAST),
                records.read_snapshots(reader, image),
            )

        return self._read_pending(image, load)

    def row(self, image: int) -> ImageRow:
        """Return one image; raises as `load`."""
        return self._read_pending(image, lambda reader: self._one(reader, image))

    def thresholds(self, image: int | None = None) -> ThresholdScopes:
        """Return the thresholds of the project and, if one is given, an image; see `resolve_rule`."""
        return self._read_pending(image, lambda reader: records.read_scopes(reader, image))

    def history(self, image: int) -> tuple[StepInfo, ...]:
        """Return all steps of an image without their payloads, those too that were undone."""
        return self._read_pending(image, lambda reader: records.read_history(reader, image))

    def steps(self, image: int, first: int = 1, last: int = _LAST) -> tuple[Step, ...]:
        """Return steps of an image with their payloads, from `first` to `last`."""
        return self._read_pending(image, lambda reader: records.read_steps(reader, image, first, last))

    # The project

    @property
    def label_set(self) -> LabelSet:
        """The classes."""
        return self._read_pending(None, records.read_label_set)

    @property
    def known_as(self) -> tuple[str, ...] | None:
        """Under which name models know each class 1..K; `None`: under their own, and nobody has chosen the classes."""
        count = len(self.label_set)
        return self._read_pending(None, lambda reader: records.read_known_as(reader, count))

    def confirmed_classes(self) -> dict[int, int]:
        """Return for each class that somebody has ticked or confirmed how many images show it."""
        return self._read(class_reads.confirmed_classes, self._long)

    def threshold_classes(self) -> frozenset[int]:
        """Return the classes that have thresholds of their own, in the project or in any image."""
        return self._read(class_reads.threshold_classes, self._long)

    def payloads(self, kinds: Sequence[str]) -> Iterator[tuple[class_reads.Table, str, bytes]]:
        """Return (table, kind, payload) of every step and snapshot of some kinds, undone ones too."""
        for table in class_reads.Table:
            last = 0
            while page := self._read(partial(class_reads.payload_page, table=table, kinds=kinds, after=last)):
                yield from ((table, kind, payload) for _, kind, payload in page)
                last = page[-1][0]

    @property
    def choices(self) -> Choices:
        """Dialect, model and so on, as far as chosen."""
        return Choices.from_data(self.setting("choices"))

    @property
    def annotator(self) -> str:
        """Who is working; empty: nobody said."""
        name = self.setting("annotator")
        return name if isinstance(name, str) else ""

    def setting(self, key: str) -> Any:
        """Return what `SetSetting` kept under a name; `None`: nothing."""
        return self._read_pending(None, lambda reader: records.read_setting(reader, key))

    def roles(self) -> dict[Role, Location]:
        """Return the folder or file of each role that has one; see `ProjectStore.path_of`."""
        return self._read_pending(None, records.read_roles)

    # Below: the connection

    def _one(self, reader: sqlite3.Connection, image: int) -> ImageRow:
        rows = queries.read_rows(reader, [image])
        if not rows:
            raise InputFileError(self.path, f"has no image number {image}")
        return rows[0]

    def _read_pending(self, image: int | None, read: Callable[[sqlite3.Connection], T]) -> T:
        # Before the file is read: what is written in between is then applied twice, which changes nothing.
        changes = [change for batch in self._pending_batches() for change in batch]
        if not any(not change.bulk and change.scope in (None, image) for change in changes):
            return self._read(read)
        with self._open() as reader:
            memory = with_pending(reader, image, changes)
        try:
            return read(memory)
        finally:
            memory.close()

    def _read(self, read: Callable[[sqlite3.Connection], T], by: _Reader | None = None) -> T:
        with self._open(by) as reader:
            return read(reader)

    @contextmanager
    def _open(self, by: _Reader | None = None) -> Iterator[sqlite3.Connection]:
        reader = by or self._short
        with reader.lock:
            if reader.connection is None:
                raise InputFileError(self.path, "is closed")
            try:
                yield reader.connection
            except DatabaseErrors as error:
                damaged = primary_code(error) in ("CORRUPT", "NOTADB")
                cause = "is damaged; open the project again to recover what is readable"
                raise InputFileError(self.path, cause if damaged else f"cannot be read ({error})") from error
            except ValueError as error:  # a value that no version of this program writes
                raise InputFileError(self.path, f"holds a value that cannot be used ({error})") from error
