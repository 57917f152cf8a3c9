"""Why a project cannot be written, as sentences."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path
from typing import Final

DatabaseErrors: Final = (sqlite3.Error, UnicodeDecodeError)
"""What SQLite raises; the second where its message quotes bytes of a damaged file."""

_FULL: Final = "the disk is full; make room on it, or save the project elsewhere"
_READ_ONLY: Final = "its folder or file is read-only; change that, or save the project elsewhere"
_LOCKED: Final = "another program has locked it; close that program, or save the project elsewhere"
_LOST: Final = "it is no longer there; connect its drive again, or save the project elsewhere"
_BROKEN: Final = "the drive reports an error; check it, or save the project elsewhere"
_DAMAGED: Final = "the file is damaged; save the project elsewhere"

_BY_SQLITE: Final = {
    "FULL": _FULL,
    "READONLY": _READ_ONLY,
    "PERM": _READ_ONLY,
    "AUTH": _READ_ONLY,
    "CANTOPEN": _LOST,
    "BUSY": _LOCKED,
    "LOCKED": _LOCKED,
    "PROTOCOL": _LOCKED,
    "IOERR": _BROKEN,
    "CORRUPT": _DAMAGED,
    "NOTADB": _DAMAGED,
}
_BY_ERRNO: Final = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EROFS: _READ_ONLY,
    errno.EACCES: _READ_ONLY,
    errno.EPERM: _READ_ONLY,
    errno.ENOENT: _LOST,
    errno.ENOTDIR: _LOST,
}

_OWN_FAULTS: Final = ("", "ERROR", "CONSTRAINT", "MISMATCH", "TOOBIG", "RANGE", "MISUSE")
"""What another try would meet again; the empty name is that of Python's own checks."""


class LostFileError(OSError):
    """The project file, or the project it held, is not there any more."""

    def __init__(self) -> None:
        super().__init__(errno.ENOENT, "the project file is gone")


def sentence_of(error: Exception, path: Path) -> str:
    """Say that changes cannot be saved, why, and what to do."""
    if isinstance(error, OSError):
        cause = _BY_ERRNO.get(error.errno or 0)
    elif isinstance(error, MemoryError):
        cause = "there is not enough memory; close other programs"
    else:
        cause = _BY_SQLITE.get(primary_code(error))
    cause = cause or f"of an error ({error})"
    return f"{path} cannot be saved at the moment, because {cause}. Your work is kept in memory and tried again."


def is_lasting(error: Exception) -> bool:
    """Whether an error is the file's or the disk's, so that trying again may help; else it is the change's own."""
    if isinstance(error, sqlite3.Error):
        return primary_code(error) not in _OWN_FAULTS
    return isinstance(error, OSError | MemoryError | UnicodeDecodeError)


def primary_code(error: Exception) -> str:
    """Return SQLite's name of an error without `SQLITE_` and detail: `IOERR` of `SQLITE_IOERR_WRITE`; empty: none."""
    if isinstance(error, UnicodeDecodeError):
        return "CORRUPT"
    name: str = getattr(error, "sqlite_errorname", None) or ""
    return name.removeprefix("SQLITE_").split("_")[0]
