"""A change of a project, and what several changes do."""

from __future__ import annotations

import json
import sqlite3
import time
from abc import ABC, abstractmethod
from typing import ClassVar

from edam_gui.project.store.connection import encode_text
from edam_gui.project.store.values import Ticks


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


def write_ticks(connection: sqlite3.Connection, image: int, ticks: Ticks | None) -> None:
    """Replace the image-level label of an image."""
    connection.execute("DELETE FROM tick WHERE image = ?", (image,))
    connection.execute("UPDATE image SET labelled = ? WHERE id = ?", (ticks is not None, image))
    if ticks is not None:
        rows = ((image, index, index in ticks.suggested) for index in sorted(ticks.classes))
        connection.executemany("INSERT INTO tick VALUES (?, ?, ?)", rows)


def touch(connection: sqlite3.Connection, image: int) -> None:
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
