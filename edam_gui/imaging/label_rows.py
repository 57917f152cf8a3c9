"""Rows of image-level label tables: CSV, JSON and `cls_labels.npy`."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from edam_gui.core.errors import InputFileError, OptionError
from edam_gui.core.label_set import BACKGROUND, LabelSet
from edam_gui.imaging.bounded_read import read_text
from edam_gui.imaging.safe_npy import load_npy

_IMAGE_COLUMNS: Final = frozenset({"name", "image", "image_id", "id", "file", "filename", "file_name", "path"})


@dataclass(frozen=True)
class LabelRow:
    """What a table says of one image.

    Parameters
    ----------
    names
        The image's name as written; several spellings where the table holds a number.
    where
        The row, for messages: `row 3 (cat.jpg)`.
    classes
        Class indices 1..K.
    error
        Why the row cannot be used; empty if it can.
    """

    names: tuple[str, ...]
    where: str
    classes: frozenset[int]
    error: str = ""


def read_csv_rows(path: Path, label_set: LabelSet) -> tuple[LabelRow, ...]:
    """Read `name,class,class` lines, UTF-8; a name alone means no class.

    A file without a comma may use semicolons, as spreadsheets in many countries do. A first line such as `name,class`
    is taken for a header.

    Raises
    ------
    InputFileError
        The file is unreadable or no CSV.
    """
    text = read_text(path)
    delimiter = ";" if ";" in text and "," not in text else ","
    reader = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True, delimiter=delimiter)
    rows: list[LabelRow] = []
    try:
        for fields in reader:
            words = [field.strip() for field in fields]
            if not any(words) or (not rows and _is_header(words, label_set)):
                continue
            if not words[0]:
                raise InputFileError(path, f"row {reader.line_num} names classes, but no image")
            rows.append(_row(words[0], f"row {reader.line_num}", words[1:], label_set))
    except csv.Error as error:
        raise InputFileError(path, f"row {reader.line_num} is not valid CSV ({error})") from error
    return tuple(rows)


def _is_header(words: list[str], label_set: LabelSet) -> bool:
    """Whether a first line names columns: its first word is one for images, and none of the others is a class."""
    columns = [word.casefold() for word in words]
    return columns[0] in _IMAGE_COLUMNS and not any(label_set.find(word) for word in columns[1:] if word)


def read_json_rows(path: Path, label_set: LabelSet) -> tuple[LabelRow, ...]:
    """Read `{name: [class, ...]}`; a name that occurs twice is two rows.

    Raises
    ------
    InputFileError
        The file is unreadable or not of that form.
    """
    try:
        pairs = json.loads(read_text(path), object_pairs_hook=_Pairs)
    except (ValueError, RecursionError) as error:
        raise InputFileError(path, f"is not valid JSON ({error})") from error
    if not isinstance(pairs, _Pairs):
        raise InputFileError(path, "does not hold image-level labels: {name: [class, ...]} is needed")
    rows = []
    for number, (name, names) in enumerate(pairs, start=1):
        if isinstance(names, _Pairs) or not isinstance(names, list) or not all(isinstance(n, str) for n in names):
            cause = f"entry {number} ({name}): a list of class names is needed"
            rows.append(LabelRow((name,), f"entry {number}", frozenset(), cause))
        else:
            rows.append(_row(name, f"entry {number}", names, label_set))
    return tuple(rows)


class _Pairs(list[tuple[str, Any]]):
    """A JSON object with its repeated keys kept."""


def _row(name: str, where: str, class_names: Iterable[str], label_set: LabelSet) -> LabelRow:
    indices = set()
    place = f"{where} ({name})"
    for class_name in class_names:
        if not class_name.strip():
            continue
        try:
            indices.add(label_set.index(class_name))
        except OptionError as error:
            return LabelRow((name,), place, frozenset(), f"{place}: {error}")
    return LabelRow((name,), place, frozenset(indices - {BACKGROUND}))


def read_npy_rows(path: Path, label_set: LabelSet) -> tuple[LabelRow, ...]:
    """Read `cls_labels.npy`, a pickled dict name -> float[K]; a class is present where its number is above 0.

    IRN's variant counts images by number: 2007000032 for `2007_000032`; COCO's ids stand for names of 12 digits.

    Raises
    ------
    InputFileError
        The file is unreadable, no dictionary, or made for another number of classes.
    """
    content = load_npy(path)
    if isinstance(content, np.ndarray):
        raise InputFileError(path, "holds an array; a dictionary of image names and their classes is needed")
    return tuple(_npy_rows(path, content, len(label_set)))


def _npy_rows(path: Path, content: dict[object, object], count: int) -> Iterator[LabelRow]:
    for key, value in content.items():
        name = str(key)
        row = np.asarray(value) if isinstance(value, (np.ndarray, tuple)) else np.array(None)
        if row.dtype.kind not in "fiub" or row.ndim != 1:
            raise InputFileError(path, f"holds something other than one number per class for {name}")
        if len(row) != count:
            raise InputFileError(
                path,
                f"holds {len(row)} numbers per image ({name}), but there are {count} classes; is it for other classes?",
            )
        names = (name, *_names_of_number(name)) if isinstance(key, int) else (name,)
        if not np.isfinite(row).all():
            yield LabelRow(names, name, frozenset(), f"{name}: its numbers are not finite")
        else:
            yield LabelRow(names, name, frozenset((np.flatnonzero(row > 0) + 1).tolist()))


def _names_of_number(digits: str) -> tuple[str, ...]:
    return (digits.zfill(12), f"{digits[:4]}_{digits[4:]}") if len(digits) == 10 else (digits.zfill(12),)
