"""Where thresholds lie on a slider: grey levels evenly, scores evenly where people tune and finely at the ends."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Protocol

_LEAST: Final = 1e-7
"""The first stop above 0, and as far below 1 the last one; values that people use (1e-6, 0.99999) lie well inside."""
_KNEE: Final = 0.05
"""Between this score and 1 minus it the stops are even."""
_END_SHARE: Final = 0.15
"""Share of the slider that each logarithmic end takes."""


class ThresholdScale(Protocol):
    """An ascending map between slider stops 0..`stops` and values."""

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
class ScoreScale:
    """Scores in [0, 1]: the first stop is exactly 0, the last exactly 1.

    From 0.05 to 0.95 the stops are even; towards 0 and 1 the distance to the end shrinks by a constant factor.

    Parameters
    ----------
    stops
        Number of the last stop, at least 20.
    """

    stops: int = 1000

    def value(self, stop: int) -> float:
        """See `ThresholdScale`."""
        if stop <= 0:
            return 0.0
        if stop >= self.stops:
            return 1.0
        place = (stop - 1) / (self.stops - 2)
        if place > 0.5:
            return round(1 - self.value(self.stops - stop), 12)
        if place >= _END_SHARE:
            return round(_KNEE + (place - _END_SHARE) / (1 - 2 * _END_SHARE) * (1 - 2 * _KNEE), 4)
        small: float = _LEAST * (_KNEE / _LEAST) ** (place / _END_SHARE)
        return round(small, 2 - math.floor(math.log10(small)))

    def stop(self, value: float) -> int:
        """See `ThresholdScale`."""
        if value <= 0:
            return 0
        if value >= 1:
            return self.stops
        if value > 0.5:
            return self.stops - self.stop(1 - value)
        if value >= _KNEE:
            place = _END_SHARE + (value - _KNEE) / (1 - 2 * _KNEE) * (1 - 2 * _END_SHARE)
        else:
            place = _END_SHARE * math.log(max(value, _LEAST) / _LEAST) / math.log(_KNEE / _LEAST)
        return 1 + round(place * (self.stops - 2))
