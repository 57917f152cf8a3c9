"""Changes of which images there are, and of what is said of them."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, ClassVar

from edam_gui.project.store.change import Change, touch, write_ticks
from edam_gui.project.store.connection import encode_text
from edam_gui.project.store.natural import folded, natural_bytes
from edam_gui.project.store.paths import check_relative
from edam_gui.project.store.values import Status, Ticks


@dataclass(frozen=True)
class AddImages(Change):
    """Add images of one root, in this order; those that are there already stay as they are.

    A stroke waits while one such change is written: some thousand images at a time.
    """

    bulk: ClassVar[bool] = True
    root: int
    relatives: tuple[PurePosixPath | str, ...]

    def __post_init__(self) -> None:
        for relative in self.relatives:
            check_relative(str(relative))

    def apply(self, connection: sqlite3.Connection) -> None:
        """See `Change`."""
        first = connection.execute("SELECT coalesce(max(position), -1) + 1 FROM image").fetchone()[0]
        connection.executemany(
            "INSERT INTO image (root, path, folded, natural, position) VALUES (?, CAST(? AS TEXT), ?, ?, ?)"
            " ON CONFLICT (root, path) DO NOTHING",
            (
                (self.root, encode_text(text), folded(text), natural_bytes(text), position)
                for position, text in enumerate(map(str, self.relatives), start=first)
            ),
        )


@dataclass(frozen=True)
class RemoveImages(Change):
    """Forget images and all that was done to them; their files stay."""

    bulk: ClassVar[bool] = True
    images: tuple[int, ...]

    def apply(self, connection: sqlite3.Connection) -> None:
        """See `Change`."""
        rows = [(image,) for image in self.images]
        connection.executemany("DELETE FROM threshold WHERE image = ?", rows)
        connection.executemany("DELETE FROM image WHERE id = ?", rows)


@dataclass(frozen=True)
class ImportTicks(Change):
    """Set the image-level labels of many images of one root by path, without touching status or time.

    With `untouched`, only those of images that nobody has worked on yet.
    """

    bulk: ClassVar[bool] = True
    root: int
    ticks: tuple[tuple[PurePosixPath, Ticks], ...]
    untouched: bool = False

    def apply(self, connection: sqlite3.Connection) -> None:
        """See `Change`."""
        for relative, ticks in self.ticks:
            row = connection.execute(
                "SELECT id, history FROM image WHERE root = ? AND path = CAST(? AS TEXT)",
                (self.root, encode_text(relative.as_posix())),
            ).fetchone()
            if row is not None and not (self.untouched and row[1]):
                write_ticks(connection, row[0], ticks)


@dataclass(frozen=True)
class SetTicks(Change):
    """Set the image-level label of an image; `None`: nothing is known of it."""

    image: int
    ticks: Ticks | None

    def apply(self, connection: sqlite3.Connection) -> None:
        """See `Change`."""
        write_ticks(connection, self.image, self.ticks)
        touch(connection, self.image)


@dataclass(frozen=True)
class SuggestTicks(Change):
    """Set the image-level label of an image of which nothing is known; what came meanwhile stays."""

    image: int
    ticks: Ticks

    def apply(self, connection: sqlite3.Connection) -> None:
        """See `Change`."""
        row = connection.execute("SELECT labelled FROM image WHERE id = ?", (self.image,)).fetchone()
        if row is not None and not row[0]:
            write_ticks(connection, self.image, self.ticks)


@dataclass(frozen=True)
class ForgetSuggestions(Change):
    """Take the model's unconfirmed suggestions from all images; those that had nothing else are unknown again."""

    bulk: ClassVar[bool] = True

    def apply(self, connection: sqlite3.Connection) -> None:
        """See `Change`."""
        connection.execute(
            "UPDATE image SET labelled = 0 WHERE id IN (SELECT image FROM tick WHERE suggested = 1)"
            " AND id NOT IN (SELECT image FROM tick WHERE suggested = 0)"
        )
        connection.execute("DELETE FROM tick WHERE suggested = 1")


@dataclass(frozen=True)
class SetStatus(Change):
    """Set the status of an image."""

    image: int
    status: Status

    def apply(self, connection: sqlite3.Connection) -> None:
        """See `Change`."""
        connection.execute("UPDATE image SET status = ? WHERE id = ?", (self.status.value, self.image))
        touch(connection, self.image)


@dataclass(frozen=True)
class SetNote(Change):
    """Set the note of an image."""

    image: int
    note: str

    def apply(self, connection: sqlite3.Connection) -> None:
        """See `Change`."""
        text = encode_text(self.note)
        connection.execute("UPDATE image SET note = CAST(? AS TEXT) WHERE id = ?", (text, self.image))
        touch(connection, self.image)


@dataclass(frozen=True)
class SetCorrected(Change):
    """Set the share of corrected pixels of an image, 0..1; `None`: not known."""

    image: int
    share: float | None

    def apply(self, connection: sqlite3.Connection) -> None:
        """See `Change`."""
        connection.execute("UPDATE image SET corrected = ? WHERE id = ?", (self.share, self.image))


@dataclass(frozen=True)
class SetView(Change):
    """Keep the view of an image (zoom, layers): a JSON object."""

    image: int
    state: dict[str, Any]
    text: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", json.dumps(self.state))

    def apply(self, connection: sqlite3.Connection) -> None:
        """See `Change`."""
        connection.execute("INSERT OR REPLACE INTO view VALUES (?, ?)", (self.image, self.text))
