"""Whole files as bytes or text, with a limit, before anything looks into them."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Final

from edam_gui.core.errors import InputFileError
from edam_gui.imaging.picture_file import read_cause

TEXT_LIMIT: Final = 256 << 20


def read_bounded(path: Path, max_bytes: int) -> bytes:
    """Read a regular file of at most `max_bytes`.

    Raises
    ------
    InputFileError
        The file is missing, unreadable, empty, not a regular file (reading a pipe would never end) or too large.
    """
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise InputFileError(path, "is a folder, not a file")
        if not stat.S_ISREG(status.st_mode):
            raise InputFileError(path, "is not a regular file")
        if status.st_size == 0:
            raise InputFileError(path, "is empty (zero bytes)")
        if status.st_size > max_bytes:
            raise InputFileError(path, f"is too large: {_size(status.st_size)}, the limit is {_size(max_bytes)}")
        with path.open("rb") as file:
            return file.read(max_bytes)
    except OSError as error:
        raise InputFileError(path, read_cause(error)) from error
    except ValueError as error:
        raise InputFileError(path, "does not exist (the name holds a forbidden character)") from error
    except MemoryError as error:
        raise InputFileError(path, "needs more memory than this computer has free") from error


def read_text(path: Path, max_bytes: int = TEXT_LIMIT) -> str:
    """Read a UTF-8 text file, with or without a byte order mark.

    Raises
    ------
    InputFileError
        As `read_bounded`, or the file is not UTF-8 text.
    """
    data = read_bounded(path, max_bytes)
    if b"\0" in data:
        raise InputFileError(path, "is not a UTF-8 text file")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputFileError(path, f"is not a UTF-8 text file (byte {error.start} is not); save it as UTF-8") from error


def _size(count: int) -> str:
    for unit, factor in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if count >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{count} bytes"
