"""The thread that writes: changes are durable soon after they are submitted, and kept while they cannot be."""

from __future__ import annotations

import atexit
import logging
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from edam_gui.project.store.change import Change, apply_batch
from edam_gui.project.store.trouble import DatabaseErrors, LostFileError, sentence_of

_FIRST_DELAY_S: Final = 0.05
_LAST_DELAY_S: Final = 2.0
_TIDY_BYTES: Final = 2 << 20
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Listener:
    """Whom the writer tells; both are called in its thread, and must not call the store.

    Parameters
    ----------
    saved
        Every change up to this number is on the disk.
    trouble
        A sentence for the user, once per kind of trouble; the changes are kept and tried again.
    """

    saved: Callable[[int], None]
    trouble: Callable[[str], None]


class Writer:
    """Writes batches of changes in order, several in one transaction if they have piled up.

    Parameters
    ----------
    path
        The project file.
    connect
        Opens it; called in the thread, and again after trouble.
    listener
        Whom to tell.
    """

    def __init__(self, path: Path, connect: Callable[[], sqlite3.Connection], listener: Listener) -> None:
        self._path = path
        self._connect = connect
        self._listener = listener
        self._connection: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = None
        self._wake = threading.Condition()
        self._saving = threading.Lock()
        self._queue: deque[tuple[Change, ...]] = deque()
        self._submitted = 0
        self._closing = False
        self._giving_up = False
        self._hurry = False
        self._trouble: str | None = None
        self._thread = threading.Thread(target=self._run, name="project-writer", daemon=True)
        self._thread.start()
        atexit.register(self._at_exit)

    def submit(self, batch: tuple[Change, ...]) -> int:
        """Queue changes that are written together or not at all; returns at once, with their number."""
        with self._wake:
            if self._closing:
                raise RuntimeError("the project is closed")
            self._queue.append(batch)
            self._submitted += 1
            self._wake.notify_all()
            return self._submitted

    def pending(self) -> int:
        """Return the number of batches that are not yet on the disk."""
        return len(self._queue)

    def pending_batches(self) -> tuple[tuple[Change, ...], ...]:
        """Return the batches that are not yet on the disk, oldest first."""
        with self._wake:
            return tuple(self._queue)

    @property
    def trouble(self) -> str | None:
        """Why nothing can be written at the moment, if so."""
        return self._trouble

    def retry(self) -> None:
        """Try again now instead of after the pause."""
        with self._wake:
            self._hurry = True
            self._wake.notify_all()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let nothing be written meanwhile; it can be submitted."""
        with self._saving:
            yield

    def redirect(self, path: Path, connect: Callable[[], sqlite3.Connection], written: int) -> None:
        """Write to another file from now on; to be called while `paused`.

        Parameters
        ----------
        path, connect
            The other file.
        written
            The number of the oldest pending batches that it holds already.
        """
        self._disconnect()
        self._path, self._connect = path, connect
        with self._wake:
            for _ in range(written):
                self._queue.popleft()
            last = self._submitted - len(self._queue)
            self._trouble = None
            self._hurry = True
            self._wake.notify_all()
        self._tell(self._listener.saved, last)

    def flush(self, timeout: float | None) -> bool:
        """Wait until all that was submitted is on the disk; `False` if that did not happen in time (seconds)."""
        with self._wake:
            return self._wake.wait_for(lambda: not self._queue, timeout)

    def close(self, timeout: float | None) -> bool:
        """Write what is left and end the thread; `False` if something could not be written in time (seconds)."""
        with self._wake:
            self._closing = self._hurry = True
            self._wake.notify_all()
        self._thread.join(timeout)
        with self._wake:
            self._giving_up = True
            self._wake.notify_all()
        self._thread.join()
        atexit.unregister(self._at_exit)
        return not self._queue

    def _at_exit(self) -> None:
        self.close(_LAST_DELAY_S)

    def _run(self) -> None:
        delay = _FIRST_DELAY_S
        try:
            while self._wait_for_work():
                if self._save():
                    delay = _FIRST_DELAY_S
                    continue
                with self._wake:
                    self._wake.wait_for(lambda: self._giving_up or self._hurry, delay)
                    self._hurry = False
                delay = min(2 * delay, _LAST_DELAY_S)
        finally:
            self._disconnect()

    def _wait_for_work(self) -> bool:
        while True:
            with self._wake:
                if self._giving_up or (self._closing and not self._queue):
                    return False
                if self._queue:
                    return True
            with self._saving:
                self._tidy()
            with self._wake:
                self._wake.wait_for(lambda: bool(self._queue) or self._closing)

    def _save(self) -> bool:
        refused: list[str] = []
        with self._saving:
            with self._wake:
                batches = tuple(self._queue)
                last = self._submitted
            trouble = self._write(batches, refused)
            if trouble is None:
                with self._wake:
                    for _ in batches:
                        self._queue.popleft()
                    self._wake.notify_all()
            news = trouble not in (None, self._trouble)
            self._trouble = trouble
        if trouble is not None:
            if news:
                self._tell(self._listener.trouble, trouble)
            return False
        self._tell(self._listener.saved, last)
        for sentence in refused:
            self._tell(self._listener.trouble, sentence)
        return True

    def _write(self, batches: tuple[tuple[Change, ...], ...], refused: list[str]) -> str | None:
        """Write batches in one transaction; return why that failed, if so."""
        try:
            connection = self._connected()
            connection.execute("BEGIN IMMEDIATE")
            for batch in batches:
                apply_batch(connection, batch, refused)
            connection.execute("COMMIT")
        except (*DatabaseErrors, OSError, MemoryError) as error:
            self._disconnect()
            return sentence_of(error, self._path)
        return None

    def _connected(self) -> sqlite3.Connection:
        """Return a connection to the file that has the name now, not to one that was deleted or replaced."""
        if self._connection is not None and _identity(self._path) != self._identity:
            self._disconnect()
        if self._connection is None:
            identity = _identity(self._path)
            self._connection = self._connect()
            self._identity = identity
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            try:
                connection.close()  # rolls back what was not committed
            except sqlite3.Error:
                _log.warning("The connection to %s could not be closed.", self._path, exc_info=True)

    def _tidy(self) -> None:
        """Move the log into the file while nobody waits."""
        log = self._path.with_name(self._path.name + "-wal")
        try:
            if self._connection is None or log.stat().st_size < _TIDY_BYTES:
                return
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        except FileNotFoundError:
            return  # no log: the project is on a network drive
        except (sqlite3.Error, OSError):
            _log.info("The log of %s stays as it is for now; nothing is lost by that.", self._path, exc_info=True)

    def _tell(self, listener: Callable[..., None], *arguments: object) -> None:
        try:
            listener(*arguments)
        except Exception:  # noqa: BLE001 - a listener's mistake must not end the thread that saves the user's work
            _log.exception("A listener of the project's writer failed.")


def _identity(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except FileNotFoundError as error:
        raise LostFileError from error
    return status.st_dev, status.st_ino
