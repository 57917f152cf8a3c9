"""Changes of the project as a whole, and of thresholds in any scope."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from edam_gui.core.label_set import LabelSet
from edam_gui.project.choices import Choices
from edam_gui.project.store.change import Change, touch
from edam_gui.project.store.connection import encode_text
from edam_gui.project.store.paths import check_relative
from edam_gui.project.store.values import Location, Role
from edam_gui.project.thresholds import PartialThresholds


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
    """Change the classes. Edits hold indices, so a class that an image carries keeps its number."""
    return SetSetting("label_set", json.loads(label_set.to_json()))


def set_known_as(names: Sequence[str]) -> SetSetting:
    """Say under which name models know each class 1..K: not its own where it was only called otherwise."""
    return SetSetting("known_as", list(names))


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
            touch(connection, self.image)
