"""Names of what is written for an image."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import PurePosixPath

from edam_gui.imaging.name_index import bare_name
from edam_gui.project.images import ImageEntry


def output_names(entries: Sequence[ImageEntry], suffix: str) -> dict[ImageEntry, PurePosixPath]:
    """Name one output per image: the image's relative path with another extension.

    Images that would get one name keep their extension (`a.jpg.png`, `a.png.png`); names that differ by case or
    Unicode composition alone count as one, since some file systems do not tell them apart. Where even that leaves
    two (`a.jpg` and `A.jpg`), the later one gets a number (`A.jpg~2.png`).

    Parameters
    ----------
    entries
        Images with different relative paths.
    suffix
        Extension of the outputs, with the dot.

    Returns
    -------
    dict
        Image -> relative path; no two are the same on any file system.
    """
    stems = {entry: bare_name(entry.relative.as_posix()) for entry in entries}
    # A stem that looks like an image's name itself (`a.jpg` of `a.jpg.png`) would pass for that image's output.
    keep = [entry for entry, stem in stems.items() if bare_name(stem) != stem]
    keep.extend(entry for group in _groups(stems) for entry in group)
    stems.update((entry, entry.relative.as_posix()) for entry in keep)
    _number(stems)
    return {entry: PurePosixPath(stem + suffix) for entry, stem in stems.items()}


def _fold(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _groups(stems: dict[ImageEntry, str]) -> list[list[ImageEntry]]:
    """Return the images that share a name."""
    by_name: dict[str, list[ImageEntry]] = {}
    for entry, stem in stems.items():
        by_name.setdefault(_fold(stem), []).append(entry)
    return [group for group in by_name.values() if len(group) > 1]


def _number(stems: dict[ImageEntry, str]) -> None:
    taken = {_fold(stem) for stem in stems.values()}
    for group in _groups(stems):
        for entry in group[1:]:
            number = 2
            while _fold(f"{stems[entry]}~{number}") in taken:
                number += 1
            stems[entry] = f"{stems[entry]}~{number}"
            taken.add(_fold(stems[entry]))


def voc_id(entry: ImageEntry) -> str:
    """Return the id of an image in a VOC list: the stem, folders joined in front (`dir__stem`)."""
    return bare_name(entry.relative.as_posix()).replace("/", "__")
