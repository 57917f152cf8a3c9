"""The clean-ups as the dialog shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from edam_gui.session.clean_up import CleanUpKind


@dataclass(frozen=True)
class CleanUpRow:
    """One clean-up.

    Parameters
    ----------
    kind
        What is done.
    name, tip
        For the user.
    amount
        What its number is called.
    unit
        Of the number.
    most, start
        Largest number, and the first one proposed.
    needs_class, takes_class
        Whether it is done to one class, and whether it can be.
    """

    kind: CleanUpKind
    name: str
    tip: str
    amount: str
    unit: str
    most: int
    start: int
    needs_class: bool = False
    takes_class: bool = True


ROWS: Final = (
    CleanUpRow(
        CleanUpKind.ISLANDS,
        "Remove islands",
        "Small pieces of a class take the label they border on most.",
        *("Smaller than", " px", 100_000, 100),
    ),
    CleanUpRow(
        CleanUpKind.HOLES,
        "Fill holes",
        "Background enclosed by a class becomes that class; other classes inside stay.",
        *("Holes up to", " px", 100_000, 200),
    ),
    CleanUpRow(
        CleanUpKind.GROW,
        "Grow a class",
        "The class takes over everything this close to it, as far as 'paint over' and protected classes allow.",
        *("By", " px", 100, 2),
        needs_class=True,
    ),
    CleanUpRow(
        CleanUpKind.SHRINK,
        "Shrink a class",
        "The class gives its rim to the labels beside it.",
        *("By", " px", 100, 2),
        needs_class=True,
    ),
    CleanUpRow(
        CleanUpKind.SMOOTH,
        "Smooth outlines",
        "Every pixel takes the most frequent label around it.",
        *("Radius", " px", 50, 3),
    ),
    CleanUpRow(
        CleanUpKind.BAND,
        "Ignore along borders",
        "Sets 255 in a band along borders, as PASCAL VOC does: training leaves it out.",
        *("Width", " px", 100, 5),
    ),
    CleanUpRow(
        CleanUpKind.UNSTABLE,
        "Ignore what is uncertain",
        "Sets 255 where a small step of any threshold would change the label. Corrections stay.",
        *("Within", " steps", 20, 1),
        takes_class=False,
    ),
)
