"""A change of a project, and what several changes do."""

from __future__ import annotations

import json
import logging
import sqlite3
import time
from abc import ABC, abstractmethod
from typing import ClassVar

from edam_gui.project.store.connection import encode_text
from edam_gui.project.store.trouble import is_lasting
from edam_gui.project.store.values import Ticks

_log = logging.getLogger(__name__)


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


def apply_batch(connection: sqlite3.Connection, batch: tuple[Change, ...], refused: list[str]) -> None:
    """Apply a batch whole, or leave it out if it can never be applied; other batches do not suffer from it.

    Parameters
    ----------
    connection
        In a transaction.
    batch
        The changes.
    refused
        Gets a sentence if the batch was left out.

    Raises
    ------
    sqlite3.Error, OSError, MemoryError
        The file or the disk is at fault, so that another try may help.
    """
    connection.execute("SAVEPOINT batch")
    try:
        for change in batch:
            change.apply(connection)
    except Exception as error:
        if is_lasting(error):
            raise
        _log.exception("A change could not be applied.")
        connection.execute("ROLLBACK TO batch")
        refused.append(f"A change of the project could not be saved: {error}.")
    connection.execute("RELEASE batch")
