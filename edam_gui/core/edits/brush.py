"""What a brush is: form, size, and how the pen's pressure changes it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from edam_gui.core.errors import OptionError


class BrushShape(StrEnum):
    """The outline of a brush."""

    ROUND = "round"
    SQUARE = "square"


class BrushPoint(NamedTuple):
    """Where the pointer was: image coordinates in px, pixel (row, column) covers ``column <= x < column + 1``.

    `pressure` is 0..1; a mouse has 1.
    """

    x: float
    y: float
    pressure: float = 1.0


@dataclass(frozen=True)
class Brush:
    """A brush.

    A round one paints the pixels whose centre is at most half a diameter away, a square one those whose centre lies in
    the square (right and lower edge excluded: exactly n x n pixels for an integer n). Below 1.5 px either
    paints the pixel under the pointer.

    Parameters
    ----------
    diameter
        At full pressure, px, 1..10000; need not be an integer.
    shape
        Its outline.
    lightest
        Share of the diameter at pressure 0, 0..1; 1: pressure does not matter.

    Raises
    ------
    OptionError
        A number is out of range.
    """

    diameter: float
    shape: BrushShape = BrushShape.ROUND
    lightest: float = 1.0

    def __post_init__(self) -> None:
        if not 1.0 <= self.diameter <= 10_000.0:
            raise OptionError(f"A brush is 1 to 10000 pixels wide, not {self.diameter:g}.")
        if not 0.0 <= self.lightest <= 1.0:
            raise OptionError(f"The lightest stroke of a brush is a share between 0 and 1, not {self.lightest:g}.")

    def diameter_at(self, pressure: float) -> float:
        """Return the diameter at a pressure, px, at least 1; a pressure that is no number counts as full."""
        if not math.isfinite(pressure):
            return self.diameter
        share = self.lightest + (1.0 - self.lightest) * min(max(pressure, 0.0), 1.0)
        return max(1.0, self.diameter * share)
