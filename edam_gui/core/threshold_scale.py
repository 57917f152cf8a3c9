"""Where thresholds lie on a slider: grey levels evenly, scores on a logit scale with exact 0 and 1 at its ends."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Protocol

_REACH: Final = 16.0
"""Logit of the last stop before 1: 1 - 1e-7; values that people use (1e-6, 0.99999) lie well inside."""


class ThresholdScale(Protocol):
    """A strictly ascending map between slider stops 0..`stops` and values."""

    @property
    def stops(self) -> int:
        """The last stop."""

    def value(self, stop: int) -> float:
        """Return the value of a stop."""

    def stop(self, value: float) -> int:
        """Return the stop nearest to a value; values outside the scale go to its ends."""


@dataclass(frozen=True)
class GreyScale:
    """Every grey level 0..255 is a stop."""

    stops: int = 255

    def value(self, stop: int) -> float:
        """See `ThresholdScale`."""
        return float(min(max(stop, 0), self.stops))

    def stop(self, value: float) -> int:
        """See `ThresholdScale`."""
        return round(min(max(value, 0.0), float(self.stops)))


@dataclass(frozen=True)
class LogitScale:
    """Scores in [0, 1]: the first stop is exactly 0, the last exactly 1, between them ``log(v / (1 - v))`` is even.

    Parameters
    ----------
    stops
        Number of the last stop, at least 4.
    """

    stops: int = 1000

    def value(self, stop: int) -> float:
        """See `ThresholdScale`."""
        if stop <= 0:
            return 0.0
        if stop >= self.stops:
            return 1.0
        logit = _REACH * (2 * (stop - 1) / (self.stops - 2) - 1)
        return _rounded(1 / (1 + math.exp(-logit)))

    def stop(self, value: float) -> int:
        """See `ThresholdScale`."""
        if value <= 0:
            return 0
        if value >= 1:
            return self.stops
        logit = min(max(math.log(value) - math.log1p(-value), -_REACH), _REACH)
        return 1 + round((logit / _REACH + 1) / 2 * (self.stops - 2))


def _rounded(value: float) -> float:
    """Round to three digits that count, seen from the nearer end, so that boxes show short numbers."""
    small = min(value, 1 - value)
    digits = 2 - math.floor(math.log10(small))
    return round(value, digits)
