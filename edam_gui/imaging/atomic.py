"""Files written whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

from edam_gui.core.errors import OutputError

_READ_ONLY: Final = "could not be written, because its folder is read-only or belongs to another user"
_IN_THE_WAY: Final = "could not be written, because a file stands where its folder should be"
_CAUSES: Final = {
    errno.ENOSPC: "could not be written, because the disk is full",
    errno.EDQUOT: "could not be written, because the disk quota is used up",
    errno.EFBIG: "could not be written, because the file system does not allow files of this size",
    errno.EROFS: _READ_ONLY,
    errno.EACCES: _READ_ONLY,
    errno.EPERM: _READ_ONLY,
    errno.ENOTDIR: _IN_THE_WAY,
    errno.EEXIST: _IN_THE_WAY,
    errno.EISDIR: "could not be written, because a folder of that name exists",
    errno.ENAMETOOLONG: "could not be written, because its name is too long",
}


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file so that it holds either its old content or all of the new one.

    The parent folders are made; the data goes to a temporary file in the same folder, is flushed to the disk
    (fsync) and renamed. The mode of the file follows the umask.

    Parameters
    ----------
    path
        The file; an existing one is replaced.
    data
        Its content.

    Raises
    ------
    OutputError
        The file could not be written; the old one, if any, is untouched and no temporary file is left.
    """

    def write(file: BinaryIO) -> None:
        file.write(data)

    write_stream(path, write)


def write_stream(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """As `write_bytes`, for content that `write` puts into the open file, such as gigabytes that exist only once.

    Raises
    ------
    OutputError
        As `write_bytes`.
    """
    temporary = path.parent / f".edam-{secrets.token_hex(8)}.tmp"
    renamed = False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise OutputError(path, _CAUSES[errno.EISDIR])
        _write_durably(temporary, write)
        temporary.replace(path)
        renamed = True
    except OSError as error:
        raise OutputError(path, write_cause(error)) from error
    except ValueError as error:  # a null byte, or a character that the file system cannot store
        raise OutputError(path, "could not be written, because its name holds a forbidden character") from error
    finally:
        if not renamed:
            remove_quietly(temporary)


def make_folder(folder: Path) -> None:
    """Make a folder and those around it.

    Raises
    ------
    OutputError
        It cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(folder, write_cause(error)) from error


def write_cause(error: OSError) -> str:
    """Say why a write failed, as the end of the sentence "FILE: cause"."""
    known = _CAUSES.get(error.errno) if error.errno is not None else None
    return known or f"could not be written ({error.strerror or error})"


def remove_quietly(path: Path) -> None:
    """Remove what a failed write may have left; that it is not there, or cannot be reached, is no news."""
    try:
        path.unlink(missing_ok=True)
    except (OSError, ValueError):
        return


def _write_durably(path: Path, write: Callable[[BinaryIO], object]) -> None:
    # os.open, unlike tempfile, leaves the mode to the umask; O_EXCL never follows a link that someone put there.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, 0o666), "wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())
