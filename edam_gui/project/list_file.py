"""List files: one image per line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from edam_gui.core.errors import InputFileError
from edam_gui.imaging.bounded_read import read_text
from edam_gui.imaging.name_index import folded_name

# The authors' lines: the image, then its label map, both from the VOC root. Names may hold spaces.
_TWO_PATHS: Final = re.compile(r"(/.+?)\s+/.*")
_SHOWN: Final = 120


@dataclass(frozen=True)
class ListLine:
    """One line.

    Parameters
    ----------
    number
        From 1.
    name
        Stem or relative path in the form in which names compare; never with `..`.
    text
        What the line says, for messages.
    """

    number: int
    name: str
    text: str

    def __str__(self) -> str:
        return f"line {self.number} ({self.text})"


def read_list_file(path: Path) -> tuple[tuple[ListLine, ...], tuple[str, ...]]:
    """Read a list of stems or paths; blank lines and lines that begin with ``#`` are passed over.

    Returns
    -------
    lines, problems
        The usable lines, and one sentence per line that is not.

    Raises
    ------
    InputFileError
        The file is unreadable, no UTF-8 text, or names nothing.
    """
    lines: list[ListLine] = []
    problems: list[str] = []
    for number, raw in enumerate(read_text(path).split("\n"), start=1):
        text = raw.strip()
        if not text or text.startswith("#"):
            continue
        two = _TWO_PATHS.fullmatch(text)
        name = folded_name((two[1] if two else text).lstrip("/"))
        line = ListLine(number, name, _shown(text))
        if ".." in name.split("/"):
            problems.append(f"{path}: {line} leaves the folder by '..'; it was left out.")
        else:
            lines.append(line)
    if not lines and not problems:
        raise InputFileError(path, "names no image")
    return tuple(lines), tuple(problems)


def _shown(text: str) -> str:
    short = text if len(text) <= _SHOWN else text[:_SHOWN] + "..."
    return short if short.isprintable() else ascii(short)
