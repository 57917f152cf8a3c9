"""Folders, walked once and without a look into the files."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from edam_gui.core.errors import InputFileError
from edam_gui.imaging.picture_file import read_cause

_NUMBERS: Final = re.compile("([0-9]+)")


@dataclass(frozen=True)
class FolderListing:
    """The files of a folder and its sub-folders.

    Parameters
    ----------
    files
        Paths relative to the folder, ``/`` between the parts, in natural order (`a2` before `a10`).
    problems
        One sentence per sub-folder that could not be read.
    """

    files: tuple[str, ...]
    problems: tuple[str, ...]


def walk_files(folder: Path, suffixes: Collection[str], *, recursive: bool = True) -> FolderListing:
    """List the files with one of the suffixes, in any case.

    Links to files and folders are followed, each folder is entered once. No file is opened, and only links cost a
    `stat`. Files and folders whose name begins with a dot are left out, as file managers do (`._a.jpg` is no photo).

    Parameters
    ----------
    folder
        Where to look.
    suffixes
        Lower case, with the dot.
    recursive
        Whether sub-folders count.

    Raises
    ------
    InputFileError
        The folder itself is missing or unreadable.
    """
    problems: list[str] = []
    files = iter_files(folder, suffixes, problems, recursive=recursive)
    return FolderListing(tuple(sorted(files, key=natural_key)), tuple(sorted(problems)))


def iter_files(
    folder: Path,
    suffixes: Collection[str],
    problems: list[str],
    *,
    recursive: bool = True,
    enter: Callable[[str], bool] = lambda _: True,
) -> Iterator[str]:
    """Find the files that `walk_files` lists, one by one as the disk gives them, in no order.

    Parameters
    ----------
    folder, suffixes, recursive
        See `walk_files`.
    problems
        Gets one sentence per sub-folder that could not be read.
    enter
        Whether to look into a sub-folder, given its relative path with a ``/`` behind it.

    Raises
    ------
    InputFileError
        The folder itself is missing or unreadable.
    """
    seen: set[tuple[int, int]] = set()
    waiting = [""]
    while waiting:
        prefix = waiting.pop()
        path = os.path.join(folder, prefix)  # noqa: PTH118 - a Path per folder entry would double the time
        try:
            status = os.stat(path)  # noqa: PTH116
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            with os.scandir(path) as entries:
                for entry in entries:
                    name = entry.name
                    if name.startswith("."):
                        continue
                    if os.path.splitext(name)[1].lower() in suffixes and entry.is_file():  # noqa: PTH122
                        yield prefix + name
                    elif recursive and entry.is_dir() and enter(f"{prefix}{name}/"):
                        waiting.append(prefix + name + "/")
        except (OSError, ValueError) as error:
            cause = read_cause(error) if isinstance(error, OSError) else "does not exist"
            if not prefix:
                raise InputFileError(folder, cause) from error
            problems.append(f"{path.rstrip('/')}: {cause}; its files were left out.")


def natural_key(relative: str) -> tuple[tuple[tuple[str | int, ...], ...], str]:
    """Sort key by which `a2.jpg` comes before `a10.jpg`, whatever the case; folders stay together."""
    parts = [
        tuple(int(piece) if index % 2 else piece for index, piece in enumerate(_NUMBERS.split(part)))
        for part in relative.casefold().split("/")
    ]
    return tuple(parts), relative


def is_folder(path: Path) -> bool:
    """Tell whether a path is a folder; `False` too where that may not be known."""
    return os.path.isdir(path)  # noqa: PTH112 - Path.is_dir raises for a parent that may not be entered
