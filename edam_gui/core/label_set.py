"""The classes of a data set: names, colours, indices."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final

import numpy as np

from edam_gui.core.arrays import UInt8Array
from edam_gui.core.errors import OptionError
from edam_gui.core.palette import voc_palette

BACKGROUND: Final = 0
IGNORE: Final = 255
MAX_CLASSES: Final = 254

VOC_CLASS_NAMES: Final = (
    "aeroplane",
    "bicycle",
    "bird",
    "boat",
    "bottle",
    "bus",
    "car",
    "cat",
    "chair",
    "cow",
    "diningtable",
    "dog",
    "horse",
    "motorbike",
    "person",
    "pottedplant",
    "sheep",
    "sofa",
    "train",
    "tvmonitor",
)

# Spellings other data sets use for a VOC class; a name that is itself a class always wins over an alias.
_ALIASES: Final[Mapping[str, str]] = {
    "airplane": "aeroplane",
    "plane": "aeroplane",
    "bike": "bicycle",
    "couch": "sofa",
    "table": "diningtable",
    "motorcycle": "motorbike",
    "people": "person",
    "human": "person",
    "houseplant": "pottedplant",
    "tv": "tvmonitor",
    "television": "tvmonitor",
    "monitor": "tvmonitor",
}


def fold_name(name: str) -> str:
    """Compare names without case, spaces, hyphens, slashes and underscores."""
    text = unicodedata.normalize("NFC", name).casefold()
    return "".join(c for c in text if c not in " -_/\t")


@dataclass(frozen=True)
class LabelClass:
    """One foreground class.

    Parameters
    ----------
    name
        Shown to the user and written to files; unique within its label set.
    color
        RGB, each 0..255.
    """

    name: str
    color: tuple[int, int, int]


@dataclass(frozen=True)
class LabelSet:
    """The foreground classes 1..K of a data set; 0 is the background, 255 is 'ignore'.

    Parameters
    ----------
    classes
        Foreground classes in index order: ``classes[0]`` has index 1. At least 1, at most 254.

    Raises
    ------
    OptionError
        Too many or no classes, an empty or repeated name, a colour outside 0..255.
    """

    classes: tuple[LabelClass, ...]
    _by_name: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not 1 <= len(self.classes) <= MAX_CLASSES:
            raise OptionError(
                f"A label set holds 1 to {MAX_CLASSES} classes besides the background, "
                f"this one holds {len(self.classes)}."
            )
        by_name: dict[str, int] = {"background": BACKGROUND}
        for index, label_class in enumerate(self.classes, start=1):
            if not label_class.name.strip():
                raise OptionError(f"Class {index} has no name.")
            if any(not 0 <= value <= 255 for value in label_class.color) or len(label_class.color) != 3:
                raise OptionError(f"The colour of class '{label_class.name}' is not three numbers from 0 to 255.")
            key = fold_name(label_class.name)
            if key in by_name:
                raise OptionError(f"The class name '{label_class.name}' occurs twice.")
            by_name[key] = index
        for alias, name in _ALIASES.items():
            if name in by_name:
                by_name.setdefault(alias, by_name[name])
        object.__setattr__(self, "_by_name", by_name)

    def __len__(self) -> int:
        return len(self.classes)

    @property
    def names(self) -> tuple[str, ...]:
        """Names by index, `background` first: ``names[index]`` is the name of ``index``."""
        return ("background", *(c.name for c in self.classes))

    @property
    def palette(self) -> UInt8Array:
        """Display colours, (256, 3) uint8 RGB: the classes' own, VOC's for every other index."""
        palette = voc_palette().copy()
        palette[1 : len(self.classes) + 1] = np.array([c.color for c in self.classes], np.uint8)
        return palette

    def index(self, name: str) -> int:
        """Return the index of a class name or common alias, ignoring case, spaces, `-`, `_` and `/`.

        Raises
        ------
        OptionError
            The name is in neither; the sentence names it.
        """
        found = self.find(name)
        if found is None:
            close = get_close_matches(name.casefold(), self.names, n=1)
            hint = f"; did you mean '{close[0]}'?" if close else f" ({self._summary()})."
            raise OptionError(f"'{name}' is not one of the {len(self)} classes{hint}")
        return found

    def find(self, name: str) -> int | None:
        """As `index`, but `None` for an unknown name."""
        return self._by_name.get(fold_name(name))

    def _summary(self) -> str:
        names = [c.name for c in self.classes]
        return ", ".join(names) if len(names) <= 24 else ", ".join(names[:22]) + f", ... {names[-1]}"

    @classmethod
    def from_names(cls, names: Iterable[str]) -> LabelSet:
        """Build a label set from foreground names, with VOC palette colours."""
        return cls._build([(name, None) for name in names])

    @classmethod
    def _build(cls, entries: Sequence[tuple[str, tuple[int, int, int] | None]]) -> LabelSet:
        # Indices past the palette only exist in a label set that __post_init__ refuses.
        palette = voc_palette()[np.arange(1, len(entries) + 1) % 256].tolist()
        return cls(
            tuple(
                LabelClass(name, color or (own[0], own[1], own[2]))
                for (name, color), own in zip(entries, palette, strict=True)
            )
        )

    @classmethod
    def from_json(cls, text: str) -> LabelSet:
        """Read the JSON class file.

        Either a list of names, ``["cat", "dog"]``, or an object
        ``{"classes": [{"name": "cat", "color": [64, 0, 0]}, ...]}``; entries may be names in both, the colour
        may be left out (VOC's is used), and a leading `background` is understood as index 0.

        Raises
        ------
        OptionError
            The text is not of that form.
        """
        try:
            data: Any = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise OptionError(
                f'The class file is not valid JSON ({error}); it looks like ["cat", "dog", "cow"].'
            ) from None
        entries = data.get("classes") if isinstance(data, dict) else data
        if not isinstance(entries, list):
            raise OptionError('The class file must hold a list of names or {"classes": [...]}.')
        parsed = [_parse_entry(entry) for entry in entries]
        if parsed and fold_name(parsed[0][0]) == "background":
            parsed = parsed[1:]
        return cls._build(parsed)

    def to_json(self) -> str:
        """Write the JSON class file that `from_json` reads."""
        entries = [{"name": c.name, "color": list(c.color)} for c in self.classes]
        return json.dumps({"classes": entries}, indent=1, ensure_ascii=False) + "\n"


def _parse_entry(entry: object) -> tuple[str, tuple[int, int, int] | None]:
    if isinstance(entry, str):
        return entry, None
    if isinstance(entry, dict) and isinstance(entry.get("name"), str):
        return entry["name"], _parse_color(entry["name"], entry.get("color"))
    raise OptionError(f"The class file entry {entry!r} is neither a name nor an object with a 'name'.")


def _parse_color(name: str, color: object) -> tuple[int, int, int] | None:
    if color is None:
        return None
    if (
        isinstance(color, Sequence)
        and len(color) == 3
        and all(isinstance(value, int) and not isinstance(value, bool) for value in color)
    ):
        return int(color[0]), int(color[1]), int(color[2])
    raise OptionError(f"The colour of class '{name}' is not three numbers from 0 to 255.")


PASCAL_VOC: Final = LabelSet.from_names(VOC_CLASS_NAMES)
