"""Paths that a project file holds: below a root, never out of it."""

from __future__ import annotations

import sys
from pathlib import Path, PureWindowsPath
from typing import Final

from edam_gui.core.errors import InputFileError

_ON_WINDOWS: Final = sys.platform == "win32"


class UngrantedError(InputFileError):
    """A project points at a folder that the user has not allowed it to read.

    Parameters
    ----------
    folder
        What the user would have to allow.
    """

    def __init__(self, path: Path, folder: Path) -> None:
        super().__init__(path, f"lies outside the folders that this project may read; allow {folder} to open it")
        self.folder = folder


def check_relative(text: str) -> None:
    """Refuse a path that is not relative on this system, or leads out of its folder.

    Raises
    ------
    InputFileError
        It is absolute, has a drive, a `..` or a null byte, or is empty.
    """
    # Not by PurePosixPath.parts: 100,000 images are checked when a folder is opened.
    if not text or text[0] == "/" or "\0" in text or ".." in text.split("/") or (_ON_WINDOWS and _leads_away(text)):
        raise InputFileError(text.replace("\0", "?"), "is no path below a folder of the project; it was not used")


def _leads_away(text: str) -> bool:
    """Look for what leads elsewhere on Windows only; `C:x` is a good file name on other systems."""
    path = PureWindowsPath(text)
    return bool(path.drive or path.root) or ".." in path.parts
