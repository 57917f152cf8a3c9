"""Folders and files that belong to the images, found by their usual names."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from edam_gui.core.errors import InputFileError
from edam_gui.core.label_set import LabelSet
from edam_gui.imaging.activation_file import MASK_SUFFIXES
from edam_gui.imaging.image_labels import read_image_labels
from edam_gui.imaging.photo import PHOTO_SUFFIXES
from edam_gui.imaging.picture_file import read_header
from edam_gui.jobs import CancelToken
from edam_gui.project.images import ImageEntry
from edam_gui.project.matching import FileIndex
from edam_gui.project.store.values import Role

_SALIENCY: Final = ("saliency", "sal", "saliencymaps", "saliencymap", "salmaps", "salmap", "salimages")
_GROUND_TRUTH: Final = ("segmentationclassaug", "segmentationclass", "gt", "groundtruth")
_LABEL_MAPS: Final = ("labelmaps", "labelmap", "pseudolabels", "pseudolabel", "masks", "mask", "labels", "predictions")
_MASKS: Final = ("masks", "activationmasks", "activations", "activation", "cam", "cams", "camnpy", "attmaps")
_LABEL_FILES: Final = ("clslabels.npy", "labels.csv", "imagelabels.csv", "clslabels.csv", "labels.json")
_ANNOTATIONS: Final = ("annotations",)
_LABEL_MAP_SUFFIXES: Final = frozenset({".png", ".bmp", ".tif", ".tiff"})
_LOOKED_AT: Final = 200

PICTURE_ROLES: Final = frozenset({Role.SALIENCY, Role.GROUND_TRUTH, Role.BASE_MAPS})
"""Roles whose files are pictures with a size."""

_SUFFIXES: Final = {
    Role.SALIENCY: PHOTO_SUFFIXES,
    Role.MASKS: MASK_SUFFIXES,
    Role.GROUND_TRUTH: _LABEL_MAP_SUFFIXES,
    Role.BASE_MAPS: _LABEL_MAP_SUFFIXES,
}


def suffixes_of(role: Role) -> frozenset[str]:
    """Return which files count in a folder of a role: saliency, masks, ground truth or base label maps."""
    return _SUFFIXES[role]


_PHOTO_ENDINGS: Final = tuple(PHOTO_SUFFIXES)


def find_roles(places: Iterable[Path]) -> dict[Role, tuple[Path, ...]]:
    """Look in folders for what has a usual name: `saliency`, `SegmentationClass`, `labels.csv`, ...; no file is opened.

    Capitals, `_`, `-` and spaces in names do not matter. A folder such as `masks` is what its files are: activation
    maps (.npy, .npz) or label maps (.png).

    Parameters
    ----------
    places
        Where to look, in the order of preference.

    Returns
    -------
    dict
        Role -> candidates, the best first; roles without any are left out. Label maps of an unclear purpose are
        candidates for base label maps.
    """
    names = [(_plain(path.name), path) for place in places for path in _children(place)]
    found = {
        Role.SALIENCY: _folders(names, _SALIENCY, PHOTO_SUFFIXES),
        Role.MASKS: _folders(names, _MASKS, MASK_SUFFIXES),
        Role.GROUND_TRUTH: _folders(names, _GROUND_TRUTH, _LABEL_MAP_SUFFIXES),
        Role.BASE_MAPS: _folders(names, _LABEL_MAPS, _LABEL_MAP_SUFFIXES),
        Role.LABELS: [
            *(path for wanted in _LABEL_FILES for name, path in names if name == wanted and path.is_file()),
            *_folders(names, _ANNOTATIONS, {".xml"}),
        ],
    }
    return {role: tuple(dict.fromkeys(paths)) for role, paths in found.items() if paths}


@dataclass(frozen=True)
class RoleMatch:
    """How well a folder or file fits the images, by names alone.

    Parameters
    ----------
    role, path
        What was looked at.
    matched, missing
        Number of images with and without a file (or row) of their own.
    ambiguous
        One sentence per image for which that is not clear.
    problems
        What was wrong with the folder or file itself.
    """

    role: Role
    path: Path
    matched: int
    missing: int
    ambiguous: tuple[str, ...]
    problems: tuple[str, ...]


def match_role(role: Role, path: Path, entries: Sequence[ImageEntry], label_set: LabelSet) -> RoleMatch:
    """Count which images have a file in the folder of a role, or a row in a file of image-level labels.

    Raises
    ------
    InputFileError
        The folder or file cannot be read.
    """
    if role is Role.LABELS:
        labels = read_image_labels(path, label_set, images=[entry.relative for entry in entries])
        known = sum(labels.knows(entry.relative) for entry in entries)
        return RoleMatch(role, path, known, len(entries) - known, (), labels.problems)
    index = FileIndex(path, suffixes_of(role), entries)
    matched = 0
    ambiguous: list[str] = []
    for entry in entries:
        try:
            matched += index.find(entry) is not None
        except InputFileError as error:
            ambiguous.append(str(error))
    missing = len(entries) - matched - len(ambiguous)
    return RoleMatch(role, path, matched, missing, tuple(ambiguous), index.problems)


@dataclass(frozen=True)
class SizeCheck:
    """One more image whose file was compared with it.

    Parameters
    ----------
    done, total
        How many images were looked at, of how many.
    entry
        The image.
    problem
        A sentence, if the file has another size than the photo or one of them cannot be read.
    """

    done: int
    total: int
    entry: ImageEntry
    problem: str | None


def check_sizes(role: Role, path: Path, entries: Sequence[ImageEntry], token: CancelToken) -> Iterator[SizeCheck]:
    """Compare the sizes of photos and their files, image by image, from their headers.

    Raises
    ------
    InputFileError
        The folder cannot be read.
    Cancelled
        As asked.
    """
    index = FileIndex(path, suffixes_of(role), entries)
    for done, entry in enumerate(entries, start=1):
        token.check()
        yield SizeCheck(done, len(entries), entry, _size_problem(index, entry))


def _size_problem(index: FileIndex, entry: ImageEntry) -> str | None:
    try:
        path = index.find(entry)
        if path is None:
            return None
        photo, file = read_header(entry.path), read_header(path)
    except InputFileError as error:
        return str(error)
    # A map sized like the unrotated photo is turned with it.
    if file.size in (photo.size, photo.stored_size):
        return None
    return f"{path} is {file.size[0]} x {file.size[1]}, its photo {photo.size[0]} x {photo.size[1]}."


def _folders(names: list[tuple[str, Path]], wanted: Sequence[str], suffixes: frozenset[str] | set[str]) -> list[Path]:
    fitting = [(wanted.index(name), path) for name, path in names if name in wanted and _holds(path, suffixes)]
    return [path for _, path in sorted(fitting, key=lambda pair: pair[0])]


def _holds(folder: Path, suffixes: frozenset[str] | set[str]) -> bool:
    """Whether one of the first files of a folder, or of a folder in it, has one of the suffixes."""
    for path in _some(folder):
        if path.suffix.lower() in suffixes:
            return True
    subfolders = [path for path in _some(folder) if not path.suffix and path.is_dir()]
    return any(path.suffix.lower() in suffixes for folder in subfolders[:3] for path in _some(folder))


def _some(folder: Path) -> list[Path]:
    paths: list[Path] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if not entry.name.startswith("."):
                    paths.append(Path(entry.path))
                if len(paths) >= _LOOKED_AT:
                    break
    except OSError:
        return []  # no folder, or one that may not be read: it has no role then
    return paths


def _children(place: Path) -> list[Path]:
    try:
        names = os.listdir(place)  # noqa: PTH208 - a Path per photo would take seconds
    except OSError:
        return []
    # A photo has no role; its name costs nothing here even where there are a hundred thousand.
    wanted = (n for n in names if not n.startswith(".") and not n.lower().endswith(_PHOTO_ENDINGS))
    return [place / name for name in sorted(wanted)]


def _plain(name: str) -> str:
    return "".join(c for c in name.casefold() if c not in "_- ")
