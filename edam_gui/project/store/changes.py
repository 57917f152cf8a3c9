"""Changes of a project: values that the writer thread applies."""

from __future__ import annotations

import json
import sqlite3
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, ClassVar

from edam_gui.core.errors import OptionError
from edam_gui.core.label_set import LabelSet
from edam_gui.project.choices import Choices
from edam_gui.project.store.connection import encode_text
from edam_gui.project.store.natural import folded, natural_bytes
from edam_gui.project.store.paths import check_relative
from edam_gui.project.store.values import Location, Role, Status, Ticks
from edam_gui.project.thresholds import PartialThresholds


class Change(ABC):
    """One change; frozen, so that it can wait in the queue of another thread."""

    bulk: ClassVar[bool] = False
    """Whether it concerns many images; reading one image does not look at such changes before they are written."""

    @property
    def scope(self) -> int | None:
        """The image it concerns; `None`: the project, or many images."""
        image: int | None = getattr(self, "image", None)
        return image

    @abstractmethod
    def apply(self, connection: sqlite3.Connection) -> None:
        """Make the change inside an open transaction."""


@dataclass(frozen=True)
class SetSetting(Change):
    """Keep a JSON value under a name of the session's choice; `None` removes it."""

    key: str
    value: Any
    text: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", json.dumps(self.value))  # now: the value may change while it waits

    def apply(self, connection: sqlite3.Connection) -> None:
        """See `Change`."""
        if self.value is None:
            connection.execute("DELETE FROM setting WHERE key = ?", (self.key,))
        else:
            connection.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (self.key, self.text))


def set_label_set(label_set: LabelSet) -> SetSetting:
    """Change the classes. Edits hold indices, so classes are renamed, recoloured or added at the end."""
    return SetSetting("label_set", json.loads(label_set.to_json()))


def set_choices(choices: Choices) -> SetSetting:
    """Change dialect, rule, scores, score form, model, device of the project."""
    return SetSetting("choices", choices.to_data())


def set_annotator(name: str) -> SetSetting:
    """Change who is working."""
    return SetSetting("annotator", name)


@dataclass(frozen=True)
class PutRoot(Change):
    """Add a root, or say where it is now; made by `ProjectStore.add_root` and `move_root`."""

    root: int
    name: str
    place: str

    def apply(self, connection: sqlite3.Connection) -> None:
        """See `Change`."""
        connection.execute(
            "INSERT INTO root VALUES (?, ?, CAST(? AS TEXT)) ON CONFLICT (id) DO UPDATE SET place = excluded.place",
            (self.root, self.name, encode_text(self.place)),
        )


@dataclass(frozen=True)
class SetRole(Change):
    """Say which folder or file has a role; `None`: none has."""

    role: Role
    location: Location | None

    def __post_init__(self) -> None:
        if self.location is not None:
            check_relative(self.location.path.as_posix())

    def apply(self, connection: sqlite3.Connection) -> None:
        """See `Change`."""
        if self.location is None:
            connection.execute("DELETE FROM role WHERE role = ?", (self.role.value,))
        else:
            path = encode_text(self.location.path.as_posix())
            row = (self.role.value, self.location.root, path)
            connection.execute("INSERT OR REPLACE INTO role VALUES (?, ?, CAST(? AS TEXT))", row)


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
    """Set the image-level labels of many images of one root by path, without touching status or time."""

    bulk: ClassVar[bool] = True
    root: int
    ticks: tuple[tuple[PurePosixPath, Ticks], ...]

    def apply(self, connection: sqlite3.Connection) -> None:
        """See `Change`."""
        for relative, ticks in self.ticks:
            row = connection.execute(
                "SELECT id FROM image WHERE root = ? AND path = CAST(? AS TEXT)",
                (self.root, encode_text(relative.as_posix())),
            ).fetchone()
            if row is not None:
                _write_ticks(connection, row[0], ticks)


@dataclass(frozen=True)
class SetTicks(Change):
    """Set the image-level label of an image; `None`: nothing is known of it."""

    image: int
    ticks: Ticks | None

    def apply(self, connection: sqlite3.Connection) -> None:
        """See `Change`."""
        _write_ticks(connection, self.image, self.ticks)
        _touch(connection, self.image)


@dataclass(frozen=True)
class SetStatus(Change):
    """Set the status of an image."""

    image: int
    status: Status

    def apply(self, connection: sqlite3.Connection) -> None:
        """See `Change`."""
        connection.execute("UPDATE image SET status = ? WHERE id = ?", (self.status.value, self.image))
        _touch(connection, self.image)


@dataclass(frozen=True)
class SetNote(Change):
    """Set the note of an image."""

    image: int
    note: str

    def apply(self, connection: sqlite3.Connection) -> None:
        """See `Change`."""
        text = encode_text(self.note)
        connection.execute("UPDATE image SET note = CAST(? AS TEXT) WHERE id = ?", (text, self.image))
        _touch(connection, self.image)


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


@dataclass(frozen=True)
class SetThresholds(Change):
    """Set the thresholds of one scope; empty ones remove it.

    Parameters
    ----------
    values
        All fields that are set in this scope from now on.
    image
        `None`: the project's.
    class_index
        1..K; `None`: for every class.
    """

    values: PartialThresholds
    image: int | None = None
    class_index: int | None = None

    def apply(self, connection: sqlite3.Connection) -> None:
        """See `Change`."""
        scope = (self.image or 0, self.class_index or 0)
        if self.values:
            row = (*scope, json.dumps(self.values.to_json()))
            connection.execute("INSERT OR REPLACE INTO threshold VALUES (?, ?, ?)", row)
        else:
            connection.execute("DELETE FROM threshold WHERE image = ? AND class = ?", scope)
        if self.image is not None:
            _touch(connection, self.image)


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
        _touch(connection, self.image)


@dataclass(frozen=True)
class MoveHistory(Change):
    """Undo or redo: the last step that holds is now `seq`; 0: none."""

    image: int
    seq: int

    def apply(self, connection: sqlite3.Connection) -> None:
        """See `Change`."""
        connection.execute("UPDATE image SET history = ? WHERE id = ?", (self.seq, self.image))
        _touch(connection, self.image)


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


def _write_ticks(connection: sqlite3.Connection, image: int, ticks: Ticks | None) -> None:
    connection.execute("DELETE FROM tick WHERE image = ?", (image,))
    connection.execute("UPDATE image SET labelled = ? WHERE id = ?", (ticks is not None, image))
    if ticks is not None:
        rows = ((image, index, index in ticks.suggested) for index in sorted(ticks.classes))
        connection.executemany("INSERT INTO tick VALUES (?, ?, ?)", rows)


def _touch(connection: sqlite3.Connection, image: int) -> None:
    """Note who changed the image, and when."""
    row = connection.execute("SELECT value FROM setting WHERE key = 'annotator'").fetchone()
    name = encode_text(text_setting(row))
    sql = "UPDATE image SET changed = ?, annotator = CAST(? AS TEXT) WHERE id = ?"
    connection.execute(sql, (time.time(), name, image))


def text_setting(row: tuple[str] | None) -> str:
    """Return a setting that is a text; empty where it is not set, or damaged."""
    try:
        value = json.loads(row[0]) if row else ""
    except (ValueError, RecursionError):
        return ""
    return value if isinstance(value, str) else ""
