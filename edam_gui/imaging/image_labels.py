"""Image-level labels: which classes an image holds, as far as anybody has said."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

import numpy as np

from edam_gui.core.errors import InputFileError
from edam_gui.core.label_set import BACKGROUND, IGNORE, LabelSet
from edam_gui.imaging.bounded_read import TEXT_LIMIT, read_bounded
from edam_gui.imaging.label_map_file import read_label_map
from edam_gui.imaging.label_rows import LabelRow, read_csv_rows, read_json_rows, read_npy_rows
from edam_gui.imaging.name_index import NameIndex
from edam_gui.imaging.voc_xml import read_voc_classes
from edam_gui.imaging.walk import is_folder, walk_files

_TABLES: Final[Mapping[str, Callable[[Path, LabelSet], tuple[LabelRow, ...]]]] = {
    ".csv": read_csv_rows,
    ".json": read_json_rows,
    ".npy": read_npy_rows,
}


class _Source(ABC):
    """Says what belongs to an image."""

    @abstractmethod
    def lookup(self, relative: str) -> frozenset[int] | None: ...

    @abstractmethod
    def knows(self, relative: str) -> bool: ...

    @abstractmethod
    def names(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, eq=False)
class ImageLabels:
    """Image-level labels of a data set.

    Parameters
    ----------
    problems
        One sentence per row that cannot be used, or sub-folder that cannot be read. An image whose row is among them
        fails when it is looked up.
    """

    problems: tuple[str, ...]
    _source: _Source = field(repr=False)

    def lookup(self, relative: PurePosixPath) -> frozenset[int] | None:
        """Return the classes of an image.

        Parameters
        ----------
        relative
            Path of the image relative to its collection, with extension.

        Returns
        -------
        frozenset of int, or None
            Class indices 1..K; empty: no class, all background; `None`: nothing is said of this image.

        Raises
        ------
        InputFileError
            The image's row or file cannot be used, or several contradict each other.
        """
        return self._source.lookup(relative.as_posix())

    def knows(self, relative: PurePosixPath) -> bool:
        """Whether anything, right or wrong, is said of an image; no file is opened for it."""
        return self._source.knows(relative.as_posix())

    def names(self) -> tuple[str, ...]:
        """Return the names as the source spells them, in its order."""
        return self._source.names()


def read_image_labels(source: Path, label_set: LabelSet, *, images: Iterable[PurePosixPath] = ()) -> ImageLabels:
    """Open image-level labels; what they are is told from the source.

    A folder of VOC XML files, or a VOC root with `Annotations`; a folder of label maps (PNG); `cls_labels.npy`;
    `.csv`; `.json`. Annotations and label maps are read when their image is looked up. Names match by relative path,
    then by stem.

    Parameters
    ----------
    source
        File or folder.
    label_set
        The classes 1..K.
    images
        Relative paths of the images that will be looked up: labels that match two of them by stem alone are an error.

    Raises
    ------
    InputFileError
        The source is unreadable or of no known kind.
    """
    names = [image.as_posix() for image in images]
    if is_folder(source):
        return _from_folder(source, label_set, names)
    reader = _TABLES.get(source.suffix.lower())
    if reader is None:
        read_bounded(source, TEXT_LIMIT)  # that it is missing or unreadable comes first
        raise InputFileError(
            source, "is no file of image-level labels; .csv, .json, .npy, or a folder of VOC XML or label maps is read"
        )
    rows = reader(source, label_set)
    return ImageLabels(tuple(f"{source}: {row.error}" for row in rows if row.error), _Table(source, rows, names))


class _Table(_Source):
    """Rows that are in memory."""

    def __init__(self, path: Path, rows: tuple[LabelRow, ...], images: Iterable[str]) -> None:
        self._path = path
        self._rows = rows
        self._index = NameIndex(((name, row) for row in rows for name in row.names), images)

    def lookup(self, relative: str) -> frozenset[int] | None:
        matches = self._index.find(relative)
        rows = matches.items
        if not rows:
            return None
        for row in rows:
            if row.error:
                raise InputFileError(self._path, row.error)
        if any(row.classes != rows[0].classes for row in rows):
            raise InputFileError(self._path, f"{rows[0].where} and {rows[1].where} say different things of {relative}")
        if matches.rivals:
            raise InputFileError(self._path, f"{rows[0].where} could mean {relative} or {matches.rivals[0]}")
        return rows[0].classes

    def knows(self, relative: str) -> bool:
        return bool(self._index.find(relative).items)

    def names(self) -> tuple[str, ...]:
        return tuple(row.names[0] for row in self._rows)


class _Folder(_Source):
    """One file per image, read when it is asked for."""

    def __init__(
        self, folder: Path, files: tuple[str, ...], read: Callable[[Path], frozenset[int]], images: Iterable[str]
    ) -> None:
        self._folder = folder
        self._files = files
        self._read = read
        self._index = NameIndex(((file, file) for file in files), images, derived=True)

    def lookup(self, relative: str) -> frozenset[int] | None:
        matches = self._index.find(relative)
        if not matches.items:
            return None
        path = self._folder / matches.items[0]
        if len(matches.items) > 1:
            raise InputFileError(path, f"matches {relative} by name, and so does {self._folder / matches.items[1]}")
        if matches.rivals:
            raise InputFileError(path, f"could belong to {relative} or to {matches.rivals[0]}")
        return self._read(path)

    def knows(self, relative: str) -> bool:
        return bool(self._index.find(relative).items)

    def names(self) -> tuple[str, ...]:
        return self._files


def _from_folder(source: Path, label_set: LabelSet, images: list[str]) -> ImageLabels:
    annotations = source / "Annotations"
    folder = annotations if is_folder(annotations) else source
    listing = walk_files(folder, {".xml", ".png"})
    xml = tuple(file for file in listing.files if file.lower().endswith(".xml"))
    if xml:
        return ImageLabels(
            listing.problems, _Folder(folder, xml, lambda path: read_voc_classes(path, label_set), images)
        )
    if listing.files:
        return ImageLabels(
            listing.problems, _Folder(folder, listing.files, lambda path: _classes_of_map(path, label_set), images)
        )
    raise InputFileError(source, "holds neither VOC annotations (.xml) nor label maps (.png)")


def _classes_of_map(path: Path, label_set: LabelSet) -> frozenset[int]:
    present = np.unique(read_label_map(path, label_set)).tolist()
    return frozenset(present) - {BACKGROUND, IGNORE}
