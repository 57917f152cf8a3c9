"""One process per run: a lock of the operating system, gone with the process however it ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edam_gui.core.errors import OptionError, OutputError
from edam_gui.imaging.atomic import write_cause


class HeldLock:
    """A lock that this process holds.

    Parameters
    ----------
    path, handle
        The file, as it was called when it was opened.
    """

    def __init__(self, path: Path, handle: int) -> None:
        self._path, self._handle = path, handle

    def is_in_place(self) -> bool:
        """Whether the file that is held still lies where it was: the folder was neither moved nor removed."""
        try:
            return os.path.samestat(os.fstat(self._handle), self._path.stat())
        except OSError:
            return False


@contextmanager
def run_lock(path: Path) -> Iterator[HeldLock]:
    """Hold the lock of a run.

    Raises
    ------
    OptionError
        Another process holds it.
    OutputError
        The lock file cannot be made.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise OutputError(path, write_cause(error)) from error
    try:
        if not _try_lock(handle):
            raise OptionError(f"Another process is training in {path.parent}; stop it first.")
        yield HeldLock(path, handle)
    finally:
        os.close(handle)


def is_locked(path: Path) -> bool:
    """Whether a process holds the lock; a file that cannot be opened is not locked.

    To find out, this holds the lock itself for an instant.
    """
    try:
        handle = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        return not _try_lock(handle)
    finally:
        os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def _try_lock(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _try_lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
