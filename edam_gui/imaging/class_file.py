"""The JSON class file."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from edam_gui.core.errors import InputFileError, OptionError
from edam_gui.core.label_set import LabelSet
from edam_gui.imaging.bounded_read import read_text

_LIMIT: Final = 1 << 20


def read_class_file(path: Path) -> LabelSet:
    """Read a JSON class file, in the forms of `LabelSet.from_json`.

    Raises
    ------
    InputFileError
        The file cannot be read, or is no class file.
    """
    text = read_text(path, _LIMIT)
    try:
        return LabelSet.from_json(text)
    except OptionError as error:
        raise InputFileError(path, str(error)) from error
