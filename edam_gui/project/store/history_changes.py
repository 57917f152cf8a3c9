"""Changes of the history of an image: steps, undo, snapshots."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass, field

from edam_gui.core.errors import OptionError
from edam_gui.project.store.change import Change, touch


@dataclass(frozen=True)
class AppendStep(Change):
    """Add a step to an image's history, which then ends there.

    Steps from `seq` on, which had been undone, are dropped, and so are snapshots of states that came after them.
    """

    image: int
    seq: int
    kind: str
    name: str
    payload: bytes = field(repr=False)
    time: float = field(default_factory=time.time)

    def __post_init__(self) -> None:
        if self.seq < 1:
            raise OptionError(f"Steps are numbered from 1, not {self.seq}.")

    def apply(self, connection: sqlite3.Connection) -> None:
        """See `Change`."""
        key = (self.image, self.seq)
        connection.execute("DELETE FROM step WHERE image = ? AND seq >= ?", key)
        connection.execute("DELETE FROM snapshot WHERE image = ? AND seq >= ?", key)
        connection.execute(
            "INSERT INTO step (image, seq, kind, name, payload, time) VALUES (?, ?, ?, ?, ?, ?)",
            (*key, self.kind, self.name, self.payload, self.time),
        )
        connection.execute("UPDATE image SET history = ? WHERE id = ?", (self.seq, self.image))
        touch(connection, self.image)


@dataclass(frozen=True)
class AppendNext(Change):
    """Add a step to an image's history, whatever its number will be; see `AppendStep`."""

    image: int
    kind: str
    name: str
    payload: bytes = field(repr=False)

    def apply(self, connection: sqlite3.Connection) -> None:
        """See `Change`."""
        row = connection.execute("SELECT history FROM image WHERE id = ?", (self.image,)).fetchone()
        if row is not None:
            AppendStep(self.image, row[0] + 1, self.kind, self.name, self.payload).apply(connection)


@dataclass(frozen=True)
class MoveHistory(Change):
    """Undo or redo: the last step that holds is now `seq`; 0: none."""

    image: int
    seq: int

    def apply(self, connection: sqlite3.Connection) -> None:
        """See `Change`."""
        connection.execute("UPDATE image SET history = ? WHERE id = ?", (self.seq, self.image))
        touch(connection, self.image)


@dataclass(frozen=True)
class DropSteps(Change):
    """Forget the oldest steps, up to and with `through`, to keep within a budget.

    Goes in one `submit` with a `PutSnapshot` of every layer at `through`; older snapshots are dropped with the steps.
    """

    image: int
    through: int

    def apply(self, connection: sqlite3.Connection) -> None:
        """See `Change`."""
        connection.execute("DELETE FROM step WHERE image = ? AND seq <= ?", (self.image, self.through))
        connection.execute("DELETE FROM snapshot WHERE image = ? AND seq < ?", (self.image, self.through))


@dataclass(frozen=True)
class PutSnapshot(Change):
    """Keep a layer as it is after step `seq`; with `only`, in place of all other snapshots of this layer."""

    image: int
    kind: str
    seq: int
    payload: bytes = field(repr=False)
    only: bool = False

    def apply(self, connection: sqlite3.Connection) -> None:
        """See `Change`."""
        if self.only:
            connection.execute("DELETE FROM snapshot WHERE image = ? AND kind = ?", (self.image, self.kind))
        row = (self.image, self.kind, self.seq, self.payload)
        connection.execute("INSERT OR REPLACE INTO snapshot (image, kind, seq, payload) VALUES (?, ?, ?, ?)", row)
