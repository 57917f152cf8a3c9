"""`OUT/suggested.csv`: the classes that the model named itself, to be checked and given back as `--labels`."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from edam_gui.batch.label_writer import Written
from edam_gui.imaging.atomic import write_bytes

SUGGESTION_FILE: Final = "suggested.csv"


def write_suggestions(out: Path, written: Sequence[Written]) -> None:
    """Write a row `image,class,class` per image whose classes were suggested; no file if there is none.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    suggested = [w for w in written if w.suggested]
    if not suggested:
        return
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([str(w.image), *w.classes] for w in suggested)
    write_bytes(out / SUGGESTION_FILE, text.getvalue().encode())
