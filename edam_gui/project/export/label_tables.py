"""Image-level labels as files: `cls_labels.npy`, and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from edam_gui.core.label_set import LabelSet
from edam_gui.imaging.atomic import write_bytes
from edam_gui.project.store.values import Ticks


def known_classes(ticks: Ticks | None, *, suggested: bool) -> frozenset[int] | None:
    """Return the classes that a table holds for an image; `None`: no row.

    Parameters
    ----------
    ticks
        The image-level label.
    suggested
        Whether classes that nobody has confirmed count. Without them, an image of which nothing is confirmed is
        unknown, which is not the same as without classes.
    """
    if ticks is None:
        return None
    if suggested or not ticks.suggested:
        return ticks.classes
    return ticks.confirmed or None


def write_cls_labels(path: Path, rows: Iterable[tuple[str, frozenset[int]]], label_set: LabelSet) -> None:
    """Write `cls_labels.npy` as the authors' scripts read it: a pickled dict, name -> float32 (K,), 1 = present.

    Parameters
    ----------
    path
        The file; an existing one is replaced.
    rows
        (name without extension, class indices 1..K); an image of which nothing is known has no row.
    label_set
        The classes.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    content: dict[str, np.ndarray[tuple[int], np.dtype[np.float32]]] = {}
    for name, classes in rows:
        present = np.zeros(len(label_set), np.float32)
        present[[index - 1 for index in sorted(classes) if index <= len(label_set)]] = 1
        content[name] = present
    buffer = io.BytesIO()
    np.save(buffer, np.array(content, dtype=object), allow_pickle=True)
    write_bytes(path, buffer.getvalue())


def write_label_csv(path: Path, rows: Iterable[tuple[str, frozenset[int]]], label_set: LabelSet) -> None:
    """Write `name,class,class` lines without a header, UTF-8.

    Parameters
    ----------
    path
        The file; an existing one is replaced.
    rows
        (name with extension, class indices 1..K); a name alone means no class.
    label_set
        The classes.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    names = label_set.names
    for name, classes in rows:
        writer.writerow([name, *(names[index] for index in sorted(classes) if index < len(names))])
    write_bytes(path, text.getvalue().encode("utf-8", "surrogateescape"))
