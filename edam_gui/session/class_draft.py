"""Other classes for a project, while they are being put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from edam_gui.core.errors import OptionError
from edam_gui.core.label_set import MAX_CLASSES, LabelClass, LabelSet, fold_name
from edam_gui.core.palette import voc_palette
from edam_gui.session.class_use import ClassUse

Color = tuple[int, int, int]
_RESERVED: Final = ("background", "ignore")
_LONGEST: Final = 100


@dataclass(frozen=True)
class DraftClass:
    """One class.

    Parameters
    ----------
    name, color
        As it will be.
    was
        Its number now; `None`: it is new.
    known_as
        The name under which models know it.
    """

    name: str
    color: Color
    was: int | None
    known_as: str


class ClassDraft:
    """The classes as they will be; a class that photos carry keeps its number. Refusals are `OptionError`s.

    Parameters
    ----------
    label_set, known_as
        The classes now, and under which names models know them (`None`: their own).
    use
        What the project carries.
    """

    def __init__(self, label_set: LabelSet, known_as: Sequence[str] | None, use: ClassUse) -> None:
        meant = known_as if known_as is not None else label_set.names[1:]
        self._before = tuple(
            DraftClass(one.name, one.color, number, known)
            for number, (one, known) in enumerate(zip(label_set.classes, meant, strict=True), start=1)
        )
        self.use = use
        self.entries: list[DraftClass] = list(self._before)

    @property
    def changed(self) -> bool:
        """Whether anything is other than it is now."""
        return tuple(self.entries) != self._before

    @property
    def renumbers(self) -> bool:
        """Whether a class that there is now goes, or gets another number."""
        return self._numbers(self.entries) != {one.was: one.was for one in self._before}

    @property
    def changes_meaning(self) -> bool:
        """Whether a number may mean something else afterwards."""
        known = {one.was: one.known_as for one in self._before}
        return self.renumbers or any(one.was and one.known_as != known[one.was] for one in self.entries)

    @property
    def renamed(self) -> tuple[tuple[int, DraftClass], ...]:
        """(place, class) of the classes that are called otherwise, but for spelling."""
        return tuple(
            (place, one)
            for place, one in enumerate(self.entries)
            if one.was is not None and one.name != self._before[one.was - 1].name and not _same(one.name, one.known_as)
        )

    def label_set(self) -> LabelSet:
        """Return the classes."""
        return LabelSet(tuple(LabelClass(one.name, one.color) for one in self.entries))

    def known_as(self) -> tuple[str, ...]:
        """Return under which names models know them."""
        return tuple(one.known_as for one in self.entries)

    # Changing --------------------------------------------------------------------------------------------------------

    def add(self, name: str = "") -> int:
        """Add a class at the end and return its place, from 0; without a name it gets one."""
        if len(self.entries) >= MAX_CLASSES:
            raise OptionError(f"There can be {MAX_CLASSES} classes at most: 0 is the background, 255 is ignore.")
        name = self._checked(name or self._free_name(), None)
        self.entries.append(DraftClass(name, self._free_color(), None, name))
        return len(self.entries) - 1

    def rename(self, place: int, name: str) -> None:
        """Call a class otherwise."""
        one = self.entries[place]
        name = self._checked(name, place)
        self.entries[place] = replace(one, name=name, known_as=one.known_as if one.was else name)

    def recolor(self, place: int, color: Color) -> None:
        """Show a class in another colour, RGB."""
        self.entries[place] = replace(self.entries[place], color=color)

    def remove(self, place: int) -> None:
        """Take a class away."""
        if len(self.entries) == 1:
            raise OptionError("A project needs at least one class: rename this one instead.")
        self._renumber([*self.entries[:place], *self.entries[place + 1 :]])

    def move(self, place: int, by: int) -> int:
        """Move a class up (-1) or down (1) and return its new place."""
        target = place + by
        if not 0 <= target < len(self.entries):
            return place
        entries = list(self.entries)
        entries[place], entries[target] = entries[target], entries[place]
        self._renumber(entries)
        return target

    def load(self, label_set: LabelSet) -> None:
        """Take the classes of a file; one that photos carry must be there under its name and number."""
        entries = []
        for number, one in enumerate(label_set.classes, start=1):
            self._check_word(one.name)
            before = self._before[number - 1] if number <= len(self._before) else None
            same = before is not None and _same(before.name, one.name)
            if before is not None and not same:
                self._refuse(self.use.carried(number, before.name), f"The file calls class {number} {one.name}. ")
            kept = before if same else None
            entries.append(
                DraftClass(one.name, one.color, kept.was if kept else None, kept.known_as if kept else one.name)
            )
        for before in self._before[len(entries) :]:
            if before.was is not None:
                self._refuse(self.use.carried(before.was, before.name), "The file has fewer classes. ")
        self.entries = entries

    def settle_names(self, *, same_thing: bool) -> None:
        """Say whether the renamed classes are still what models know by the old names; if not, they are new to them."""
        if not same_thing:
            for place, one in self.renamed:
                self.entries[place] = replace(one, known_as=one.name)

    def check(self, use: ClassUse) -> None:
        """Check once more that no class that photos carry gets another number or goes."""
        self.use = use
        now = self._numbers(self.entries)
        for one in self._before:
            if one.was is not None and now.get(one.was) != one.was:
                self._refuse(use.carried(one.was, one.name))

    # Rules -----------------------------------------------------------------------------------------------------------

    def _renumber(self, entries: list[DraftClass]) -> None:
        before, after = self._numbers(self.entries), self._numbers(entries)
        for was, number in before.items():
            if after.get(was) != number:
                self._refuse(self.use.why_fixed(was, self._before[was - 1].name))
        self.entries = entries

    @staticmethod
    def _numbers(entries: Sequence[DraftClass]) -> dict[int, int]:
        return {one.was: number for number, one in enumerate(entries, start=1) if one.was is not None}

    @staticmethod
    def _refuse(sentence: str, why: str = "") -> None:
        if sentence:
            raise OptionError(why + sentence)

    def _checked(self, name: str, place: int | None) -> str:
        name = " ".join(name.split())
        self._check_word(name)
        others = [one.name for number, one in enumerate(self.entries) if number != place]
        if any(_same(name, other) for other in others):
            raise OptionError(f"There is a class '{name}' already: names differ in more than case, blanks and hyphens.")
        return name

    @staticmethod
    def _check_word(name: str) -> None:
        if not name.strip():
            raise OptionError("A class needs a name.")
        if len(name) > _LONGEST or not name.isprintable():
            raise OptionError(f"A class name is one line of at most {_LONGEST} letters.")
        if any(_same(name, word) for word in _RESERVED):
            raise OptionError(f"'{name}' is not a class: 0 is always the background, and 255 is ignore.")

    def _free_name(self) -> str:
        number = len(self.entries) + 1
        while any(_same(f"class {number}", one.name) for one in self.entries):
            number += 1
        return f"class {number}"

    def _free_color(self) -> Color:
        palette = voc_palette()
        taken = {one.color for one in self.entries}
        numbers = [len(self.entries) + 1, *np.arange(1, MAX_CLASSES + 1).tolist()]
        for number in numbers:
            red, green, blue = palette[number].tolist()
            if (red, green, blue) not in taken:
                return red, green, blue
        return 128, 128, 128


def _same(name: str, other: str) -> bool:
    """Whether two names count as one in a label set; aliases ('tv') are names of their own."""
    return fold_name(name) == fold_name(other)
