"""Tables of image-level labels as files: `cls_labels.npy` and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

import numpy as np

from edam_gui.core.errors import OutputError
from edam_gui.core.label_set import LabelSet
from edam_gui.imaging.atomic import write_bytes
from edam_gui.imaging.image_labels import read_image_labels
from edam_gui.imaging.name_index import bare_name, folded_name

LabelTable = Mapping[PurePosixPath, frozenset[int]]
"""Relative path of an image -> its classes, indices 1..K; empty: no class, all background."""


def write_image_labels(path: Path, table: LabelTable, label_set: LabelSet) -> None:
    """Write image-level labels and read them back; the suffix decides: `.npy` or `.csv`.

    `.npy` is the authors' `cls_labels.npy`, a pickled dict name -> float32 (K,) of zeros and ones; names are paths
    without extension, as the authors' are, but for those that would then be the same. CSV lines are
    `name,class,class` with the whole relative path.

    Raises
    ------
    OutputError
        The suffix is another, the file could not be written, or what was read back is something else.
    """
    encode = _ENCODERS.get(path.suffix.lower())
    if encode is None:
        raise OutputError(path, "could not be written: image-level labels are kept as .npy or .csv")
    write_bytes(path, encode(table, label_set))
    _verify(path, table, label_set)


def table_names(images: Sequence[PurePosixPath]) -> list[str]:
    """Return the names under which images stand in `cls_labels.npy`: without extension where that is unambiguous."""
    texts = [image.as_posix() for image in images]
    bare = [bare_name(text) for text in texts]
    counts: dict[str, int] = {}
    for name in map(folded_name, bare):
        counts[name] = counts.get(name, 0) + 1
    return [short if counts[folded_name(short)] == 1 else text for short, text in zip(bare, texts, strict=True)]


def encode_npy(table: LabelTable, label_set: LabelSet) -> bytes:
    """Return the bytes of `cls_labels.npy`."""
    content: dict[str, object] = {}
    for name, classes in zip(table_names(list(table)), table.values(), strict=True):
        row = np.zeros(len(label_set), np.float32)
        row[[index - 1 for index in classes]] = 1.0
        content[name] = row
    buffer = io.BytesIO()
    np.save(buffer, np.array(content, dtype=object), allow_pickle=True)
    return buffer.getvalue()


def encode_csv(table: LabelTable, label_set: LabelSet) -> bytes:
    """Return `name,class,class` lines, UTF-8."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    names = label_set.names
    for image, classes in table.items():
        writer.writerow([image.as_posix(), *(names[index] for index in sorted(classes))])
    return buffer.getvalue().encode("utf-8", "surrogateescape")


_ENCODERS: Final[Mapping[str, Callable[[LabelTable, LabelSet], bytes]]] = {".npy": encode_npy, ".csv": encode_csv}


def _verify(path: Path, table: LabelTable, label_set: LabelSet) -> None:
    labels = read_image_labels(path, label_set, images=table)
    for image, classes in table.items():
        if labels.lookup(image) != classes:
            raise OutputError(path, f"does not hold what was written for {image}; the disk or the name may be at fault")
