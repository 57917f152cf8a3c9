"""What this program writes itself, and which of it is never taken for photos; the one place that knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from edam_gui.imaging.photo import PHOTO_SUFFIXES
from edam_gui.imaging.walk import iter_files

RUN_CONFIG: Final = "config.json"
RUN_MANIFEST: Final = "manifest.json"
RUN_EVENTS: Final = "events.jsonl"
EXPORT_JOURNAL: Final = ".edam-export.jsonl"
OUTPUT_FILE: Final = "run.json"
"""Lies in the folders that `label` and `saliency` write to."""
PROVENANCE: Final = "provenance.json"
_RUN: Final = (RUN_CONFIG, RUN_MANIFEST, RUN_EVENTS)
"""A training run has all of them once it has pictures; data sets of others may have one or two."""
_SIGNED: Final = (OUTPUT_FILE, PROVENANCE)
_SIGNATURE: Final = b'"program": "edam-gui '
_HEAD: Final = 400


def is_own_output(folder: Path) -> bool:
    """Whether a folder is a training run, an export, or the output of a command: its pictures are no photos."""
    if (folder / EXPORT_JOURNAL).exists() or all((folder / name).exists() for name in _RUN):
        return True
    return any(_is_signed(folder / name) for name in _SIGNED)


def iter_photos(root: Path, problems: list[str], *, enter: Callable[[str], bool] = lambda _: True) -> Iterator[str]:
    """Yield the photos of a folder as the disk gives them, without those in this program's own output.

    If there are no others, those are yielded: somebody who names a folder of outputs alone means them.

    Parameters
    ----------
    root
        The folder, which itself may be such an output.
    problems
        Gets a sentence for each sub-folder that cannot be read.
    enter
        Whether to look into a sub-folder, given its relative path with a ``/`` behind it; this too holds unless there
        are no other photos.

    Raises
    ------
    InputFileError
        The folder itself is missing or unreadable.
    """
    left_out = False

    def enter_photos(folder: str) -> bool:
        nonlocal left_out
        if enter(folder) and not is_own_output(root / folder):
            return True
        left_out = True
        return False

    found = False
    for relative in iter_files(root, PHOTO_SUFFIXES, problems, enter=enter_photos):
        found = True
        yield relative
    if left_out and not found:
        problems.clear()
        yield from iter_files(root, PHOTO_SUFFIXES, problems)


def _is_signed(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return _SIGNATURE in file.read(_HEAD)
    except OSError:
        return False  # not there, or not to be read: then nothing says that it is ours
