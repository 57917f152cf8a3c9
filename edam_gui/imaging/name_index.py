"""Which file or row belongs to which image, by name."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from edam_gui.imaging.photo import PHOTO_SUFFIXES

FILE_SUFFIXES: Final = PHOTO_SUFFIXES | {".npy", ".npz", ".xml"}
"""What counts as an extension in a name; in `tile.3` or `mr.smith` nothing does."""

T = TypeVar("T")


def bare_name(name: str) -> str:
    """Return a name or relative path without its extension, if it has one of `FILE_SUFFIXES`."""
    head, dot, extension = name.rpartition(".")
    return head if head and not head.endswith("/") and (dot + extension).lower() in FILE_SUFFIXES else name


def folded_name(name: str) -> str:
    """Return a relative path in the form in which names compare: NFC, ``/`` between the parts, no leading ``./``."""
    text = name if name.isascii() else unicodedata.normalize("NFC", name)
    return text.replace("\\", "/").removeprefix("./")


def stem_of(name: str) -> str:
    """Return the last part of a relative path without its extension."""
    return bare_name(name.rpartition("/")[2])


@dataclass(frozen=True)
class Matches(Generic[T]):
    """What belongs to a name.

    Parameters
    ----------
    items
        Everything that matches equally well: none, one, or several, which is an ambiguity.
    rivals
        Not empty if the match is by stem alone and other images have that stem too.
    """

    items: tuple[T, ...]
    rivals: tuple[str, ...] = ()


class NameIndex(Generic[T]):
    """Items found by the name of an image: by relative path first, then by stem.

    The first rule that finds anything decides: the same relative path; the same with an extension behind it
    (`a.jpg.png` for `a.jpg`); the same but for the extension; then the same three with the folders left out.

    Parameters
    ----------
    items
        (relative path or name, item) pairs.
    images
        Relative paths of all images that will be looked up. If two of them have one stem, a match by stem alone
        could be meant for either, and `find` says so.
    derived
        The items are files made from images, so `a.jpg.png` belongs to `a.jpg` before it belongs to `a.jpg.png`.
    """

    def __init__(self, items: Iterable[tuple[str, T]], images: Iterable[str] = (), *, derived: bool = False) -> None:
        self._derived = derived
        self._by_path: dict[str, list[T]] = {}
        self._by_bare: dict[str, list[T]] = {}
        self._by_leaf: dict[str, list[T]] = {}
        self._by_stem: dict[str, list[T]] = {}
        for name, item in items:
            path = folded_name(name)
            leaf = path.rpartition("/")[2]
            for table, key in (
                (self._by_path, path),
                (self._by_bare, bare_name(path)),
                (self._by_leaf, leaf),
                (self._by_stem, bare_name(leaf)),
            ):
                table.setdefault(key, []).append(item)
        self._images: dict[str, list[str]] = {}
        for image in images:
            self._images.setdefault(stem_of(folded_name(image)), []).append(image)

    def find(self, name: str) -> Matches[T]:
        """Return what belongs to an image, given its path relative to the collection."""
        path = folded_name(name)
        bare = bare_name(path)
        if self._derived and path in self._by_bare:
            return Matches(tuple(self._by_bare[path]))
        if path in self._by_path:
            # A row for `a.jpg` and one for `a` both mean this image; one for `a.png` does not.
            short = self._by_path.get(bare, ()) if bare != path else ()
            return Matches((*self._by_path[path], *short))
        for key in (path, bare):
            if key in self._by_bare:
                return Matches(tuple(self._by_bare[key]))
        leaf = path.rpartition("/")[2]
        stem = bare_name(leaf)
        rivals = tuple(other for other in self._images.get(stem, ()) if folded_name(other) != path)
        if leaf in self._by_leaf:
            same_leaf = tuple(other for other in rivals if folded_name(other).rpartition("/")[2] == leaf)
            return Matches(tuple(self._by_leaf[leaf]), same_leaf)
        for key in (leaf, stem):
            if key in self._by_stem:
                return Matches(tuple(self._by_stem[key]), rivals)
        return Matches(())
