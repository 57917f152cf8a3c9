"""What a project says of itself and of one image."""

from __future__ import annotations

import json
import sqlite3
from pathlib import PurePosixPath
from typing import Any

from edam_gui.core.errors import OptionError
from edam_gui.core.label_set import MAX_CLASSES, PASCAL_VOC, LabelSet
from edam_gui.project.store.values import Location, Role, Snapshot, Step, StepInfo
from edam_gui.project.thresholds import PartialThresholds, ThresholdScopes


def read_setting(connection: sqlite3.Connection, key: str) -> Any:
    """Return a JSON value, `None` where it is not set or damaged."""
    row = connection.execute("SELECT value FROM setting WHERE key = ?", (key,)).fetchone()
    try:
        return None if row is None else json.loads(row[0])
    except (ValueError, RecursionError):
        return None


def read_label_set(connection: sqlite3.Connection) -> LabelSet:
    """Return the classes; VOC's where the file's own are damaged."""
    try:
        return LabelSet.from_json(json.dumps(read_setting(connection, "label_set")))
    except OptionError:
        return PASCAL_VOC


def read_known_as(connection: sqlite3.Connection, count: int) -> tuple[str, ...] | None:
    """Return under which names models know the `count` classes; `None`: nobody has chosen classes, or it is damaged."""
    names = read_setting(connection, "known_as")
    if not isinstance(names, list) or len(names) != count or not all(isinstance(name, str) for name in names):
        return None
    return tuple(names)


def read_roles(connection: sqlite3.Connection) -> dict[Role, Location]:
    """Return the folder or file of each role that has one."""
    known = {role.value: role for role in Role}
    rows = connection.execute("SELECT role, root, path FROM role")
    return {known[role]: Location(root, PurePosixPath(path)) for role, root, path in rows if role in known}


def read_scopes(connection: sqlite3.Connection, image: int | None) -> ThresholdScopes:
    """Return the thresholds of the project, and of an image if one is given."""
    every: dict[bool, PartialThresholds] = {}
    classes: dict[bool, dict[int, PartialThresholds]] = {False: {}, True: {}}
    for owner, index, text in connection.execute(
        "SELECT image, class, fields FROM threshold WHERE image IN (0, ?)", (image or 0,)
    ):
        if index == 0:
            every[owner != 0] = PartialThresholds.from_text(text)
        elif 1 <= index <= MAX_CLASSES:
            classes[owner != 0][index] = PartialThresholds.from_text(text)
    nothing = PartialThresholds()
    return ThresholdScopes(every.get(False, nothing), classes[False], every.get(True, nothing), classes[True])


def read_view(connection: sqlite3.Connection, image: int) -> dict[str, Any]:
    """Return the view of an image; empty where none is kept."""
    row = connection.execute("SELECT state FROM view WHERE image = ?", (image,)).fetchone()
    try:
        state = json.loads(row[0]) if row else {}
    except (ValueError, RecursionError):
        return {}
    return state if isinstance(state, dict) else {}


def read_steps(connection: sqlite3.Connection, image: int, first: int, last: int) -> tuple[Step, ...]:
    """Return the steps from `first` to `last` of an image, in order."""
    sql = "SELECT seq, kind, name, payload, time FROM step WHERE image = ? AND seq BETWEEN ? AND ? ORDER BY seq"
    return tuple(Step(*row) for row in connection.execute(sql, (image, first, last)))


def read_history(connection: sqlite3.Connection, image: int) -> tuple[StepInfo, ...]:
    """Return all steps of an image without their payloads, in order."""
    sql = "SELECT seq, kind, name, length(payload), time FROM step WHERE image = ? ORDER BY seq"
    return tuple(StepInfo(*row) for row in connection.execute(sql, (image,)))


def read_snapshots(connection: sqlite3.Connection, image: int) -> tuple[Snapshot, ...]:
    """Return the snapshots of an image, by layer and step."""
    sql = "SELECT kind, seq, payload FROM snapshot WHERE image = ? ORDER BY kind, seq"
    return tuple(Snapshot(*row) for row in connection.execute(sql, (image,)))
