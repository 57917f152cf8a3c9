"""The images of a data set: which there are, in which order, under which names."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Final, NamedTuple

from edam_gui.core.errors import InputFileError
from edam_gui.imaging.name_index import NameIndex, folded_name
from edam_gui.imaging.own_output import iter_photos
from edam_gui.imaging.photo import PHOTO_SUFFIXES
from edam_gui.imaging.picture_file import read_cause
from edam_gui.imaging.walk import is_folder, natural_key, walk_files
from edam_gui.project.list_file import ListLine, read_list_file

IMAGE_FOLDER: Final = "JPEGImages"
LIST_FOLDER: Final = "ImageSets"
_LIST_SUFFIX: Final = ".txt"
_ANY_PHOTO: Final = "JPEG, PNG, BMP, TIFF, WebP"


@dataclass(frozen=True)
class ImageEntry:
    """One image.

    Parameters
    ----------
    path
        The file.
    relative
        Its path relative to the root of the collection, with extension.
    """

    path: Path
    relative: PurePosixPath


@dataclass(frozen=True)
class ImageCollection:
    """The images of a data set.

    Parameters
    ----------
    root
        What the entries are relative to; the `JPEGImages` folder of a VOC root.
    entries
        At least one, each once: in natural order, or in the order of the list.
    problems
        One sentence per unreadable sub-folder, unusable line or left-out file.
    voc_root
        The folder that holds `JPEGImages`, if the images come from there.
    """

    root: Path
    entries: tuple[ImageEntry, ...]
    problems: tuple[str, ...]
    voc_root: Path | None


def list_images(source: Path, list_file: Path | None = None) -> ImageCollection:
    """List the images of a folder, a VOC root, a list file, or the one image that `source` is.

    No image is opened.

    Parameters
    ----------
    source
        A folder, taken with its sub-folders, but without training runs, exports and outputs of this program in it; a
        VOC root, whose images are in `JPEGImages`; a `.txt` list, relative to
        its folder or, inside `ImageSets`, to the VOC root; an image file.
    list_file
        A list that chooses and orders the images of `source`: one stem or path per line, or the authors' two paths,
        of which the first is the image; a leading ``/`` is the VOC root.

    Raises
    ------
    InputFileError
        The source or list is unreadable, or there is no image in it.
    """
    if is_folder(source):
        collection = _from_folder(source)
    elif source.suffix.lower() == _LIST_SUFFIX:
        collection = _from_list(source)
    else:
        collection = _single(source)
    return collection if list_file is None else _choose(collection, list_file)


def _from_folder(source: Path) -> ImageCollection:
    voc_root = voc_root_of(source)
    root = source if voc_root is None else voc_root / IMAGE_FOLDER
    problems: list[str] = []
    files = sorted(iter_photos(root, problems), key=natural_key)
    if not files:
        raise InputFileError(root, f"holds no images ({_ANY_PHOTO})")
    entries = tuple(ImageEntry(root / relative, PurePosixPath(relative)) for relative in files)
    return ImageCollection(root, entries, tuple(sorted(problems)), voc_root)


def voc_root_of(folder: Path) -> Path | None:
    """Return the VOC root that a folder is, or whose `JPEGImages` it is."""
    if is_folder(folder / IMAGE_FOLDER):
        return folder
    return folder.parent if folder.name == IMAGE_FOLDER else None


def _single(source: Path) -> ImageCollection:
    try:
        status = source.stat()
    except OSError as error:
        raise InputFileError(source, read_cause(error)) from error
    if not stat.S_ISREG(status.st_mode) or source.suffix.lower() not in PHOTO_SUFFIXES:
        raise InputFileError(source, f"is neither a folder, a list (.txt) nor an image ({_ANY_PHOTO})")
    return ImageCollection(source.parent, (ImageEntry(source, PurePosixPath(source.name)),), (), None)


def _from_list(list_file: Path) -> ImageCollection:
    base = _base_of_list(list_file)
    if is_folder(base / IMAGE_FOLDER):
        return _choose(_from_folder(base), list_file)
    lines, problems = read_list_file(list_file)
    folders = _Folders(base)
    chosen = _pick(list_file, base, lines, folders.find)
    return ImageCollection(base, chosen.entries, (*problems, *chosen.problems, *folders.problems), None)


def _base_of_list(list_file: Path) -> Path:
    """Return what the lines are relative to: the list's folder, or the folder around `ImageSets`."""
    for parent in list_file.absolute().parents:
        if parent.name == LIST_FOLDER:
            return parent.parent
    return list_file.parent


def _choose(collection: ImageCollection, list_file: Path) -> ImageCollection:
    lines, problems = read_list_file(list_file)
    index = NameIndex((entry.relative.as_posix(), entry) for entry in collection.entries)
    prefix = IMAGE_FOLDER + "/" if collection.root.name == IMAGE_FOLDER else ""

    def find(name: str) -> tuple[ImageEntry, ...]:
        return index.find(name.removeprefix(prefix)).items

    chosen = _pick(list_file, collection.root, lines, find)
    return replace(collection, entries=chosen.entries, problems=(*collection.problems, *problems, *chosen.problems))


class _Picked(NamedTuple):
    entries: tuple[ImageEntry, ...]
    problems: tuple[str, ...]


def _pick(
    list_file: Path, root: Path, lines: Sequence[ListLine], find: Callable[[str], tuple[ImageEntry, ...]]
) -> _Picked:
    """Find the image of every line, each once, in the lines' order."""
    first: dict[PurePosixPath, ListLine] = {}
    entries: list[ImageEntry] = []
    problems: list[str] = []
    for line in lines:
        found = find(line.name)
        if not found:
            problems.append(f"{list_file}: {line} matches no image in {root}.")
        elif len(found) > 1:
            problems.append(f"{list_file}: {line} matches both {found[0].relative} and {found[1].relative}.")
        elif found[0].relative in first:
            earlier = first[found[0].relative]
            problems.append(f"{list_file}: {line} names the image of line {earlier.number} again; it was left out.")
        else:
            first[found[0].relative] = line
            entries.append(found[0])
    if not entries:
        cause = f"names no image in {root}"
        raise InputFileError(list_file, cause + (f", for example {lines[0]}" if lines else ""))
    return _Picked(tuple(entries), tuple(problems))


class _Folders:
    """The folders that a list names, each read once when its first line comes."""

    def __init__(self, base: Path) -> None:
        self._base = base
        self._indices: dict[str, NameIndex[ImageEntry]] = {}
        self.problems: list[str] = []

    def find(self, name: str) -> tuple[ImageEntry, ...]:
        parent, _, leaf = name.rpartition("/")
        if parent not in self._indices:
            self._indices[parent] = NameIndex(self._entries(parent))
        return self._indices[parent].find(leaf).items

    def _entries(self, parent: str) -> Iterator[tuple[str, ImageEntry]]:
        folder = _folder_below(self._base, parent)
        if folder is None:
            return
        try:
            listing = walk_files(self._base / folder, PHOTO_SUFFIXES, recursive=False)
        except InputFileError as error:
            self.problems.append(str(error))
            return
        for file in listing.files:
            relative = folder / file
            yield file, ImageEntry(self._base / relative, relative)


def _folder_below(base: Path, parent: str) -> PurePosixPath | None:
    """Find a sub-folder whose name may be composed differently on the disk."""
    relative = PurePosixPath()
    for part in PurePosixPath(parent).parts:
        here = base / relative
        if not is_folder(here / part):
            alike = (name for name in _names_in(here) if folded_name(name) == part and is_folder(here / name))
            found = next(alike, None)
            if found is None:
                return None
            part = found
        relative /= part
    return relative


def _names_in(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208 - names are wanted, not paths
    except OSError:
        return []
