"""What a run trains and validates on: paths and classes, nothing else."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from edam_gui.core.arrays import BoolArray
from edam_gui.core.errors import InputFileError, OptionError
from edam_gui.core.label_set import LabelSet
from edam_gui.imaging.atomic import write_bytes
from edam_gui.imaging.bounded_read import read_bounded

FORMAT_VERSION: Final = 1
_MAX_BYTES: Final = 1 << 30


@dataclass(frozen=True)
class TrainingImage:
    """One image to learn from.

    Parameters
    ----------
    path
        Absolute path of the photo.
    classes
        Indices 1..K of the classes in it, ascending; empty: it shows none.
    """

    path: Path
    classes: tuple[int, ...]


@dataclass(frozen=True)
class ValidationImage:
    """One image with pixel ground truth.

    Parameters
    ----------
    path, label_map
        Absolute paths.
    classes
        Its image-level labels; `None`: those of the label map.
    """

    path: Path
    label_map: Path
    classes: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Manifest:
    """The data of a run; training reads no other list.

    Parameters
    ----------
    label_set
        The classes 1..K.
    images
        To learn from; images of which nothing is known are not among them.
    validation
        May be empty.
    unlabelled
        Number of images that were left out because nothing is said of them.
    source
        Where this comes from, for people.

    Raises
    ------
    OptionError
        A class index is outside 1..K.
    """

    label_set: LabelSet
    images: tuple[TrainingImage, ...]
    validation: tuple[ValidationImage, ...] = ()
    unlabelled: int = 0
    source: str = ""

    def __post_init__(self) -> None:
        top = len(self.label_set)
        labelled = [(i.path, i.classes) for i in self.images]
        labelled += [(i.path, i.classes or ()) for i in self.validation]
        for path, classes in labelled:
            if any(not 1 <= c <= top for c in classes):
                raise OptionError(f"{path}: its classes must lie in 1..{top}, not {classes}.")

    def hot(self) -> BoolArray:
        """Return which image shows which class, (N, K) bool; column k is class k + 1."""
        table = np.zeros((len(self.images), len(self.label_set)), np.bool_)
        for row, image in zip(table, self.images, strict=True):
            row[[c - 1 for c in image.classes]] = True
        return table

    def images_per_class(self) -> tuple[int, ...]:
        """Return the number of training images of each class, K numbers."""
        return tuple(int(n) for n in self.hot().sum(axis=0))

    def digest(self) -> str:
        """Return a SHA-256 over the training images and classes."""
        text = json.dumps([self.label_set.names, [[str(i.path), i.classes] for i in self.images]])
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Write a manifest as JSON.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    data = {
        "format_version": FORMAT_VERSION,
        "source": manifest.source,
        "unlabelled": manifest.unlabelled,
        "classes": [{"name": c.name, "color": list(c.color)} for c in manifest.label_set.classes],
        "images": [[str(i.path), list(i.classes)] for i in manifest.images],
        "validation": [
            [str(i.path), str(i.label_map), None if i.classes is None else list(i.classes)] for i in manifest.validation
        ],
    }
    # ASCII, so that file names that are no valid text survive as escapes.
    write_bytes(path, (json.dumps(data, ensure_ascii=True) + "\n").encode("ascii"))


def read_manifest(path: Path) -> Manifest:
    """Read what `write_manifest` wrote.

    Raises
    ------
    InputFileError
        The file cannot be read or is no manifest.
    """
    try:
        data: Any = json.loads(read_bounded(path, _MAX_BYTES))
        if data["format_version"] != FORMAT_VERSION:
            raise InputFileError(path, f"is a manifest of version {data['format_version']}, not {FORMAT_VERSION}")
        return Manifest(
            LabelSet.from_json(json.dumps(data["classes"])),
            tuple(TrainingImage(Path(p), _indices(classes)) for p, classes in data["images"]),
            tuple(
                ValidationImage(Path(p), Path(m), None if classes is None else _indices(classes))
                for p, m, classes in data["validation"]
            ),
            int(data["unlabelled"]),
            str(data["source"]),
        )
    except OptionError as error:
        raise InputFileError(path, str(error)) from None
    except (ValueError, TypeError, KeyError, RecursionError):
        raise InputFileError(path, "is no manifest of a training run") from None


def _indices(values: list[int]) -> tuple[int, ...]:
    return tuple(sorted({int(v) for v in values}))
