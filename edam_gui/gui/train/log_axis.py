"""An axis whose numbers do not overlap when it is logarithmic."""

from __future__ import annotations

import math
from typing import Final

import pyqtgraph as pg

_DIGITS: Final = (tuple(range(1, 10)), (1, 2, 5), (1,))
_MOST: Final = 7


class LogAxis(pg.AxisItem):  # type: ignore[misc]
    """Shows all digits of every power of ten, 1, 2 and 5, or the powers alone: the most that find room."""

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:  # noqa: N802, N803, D102
        if not self.logMode:
            return list(super().tickValues(minVal, maxVal, size))
        powers = range(math.floor(minVal), math.ceil(maxVal) + 1)
        for digits in _DIGITS:
            values = [power + math.log10(digit) for power in powers for digit in digits]
            inside = [value for value in values if minVal <= value <= maxVal]
            if len(inside) <= _MOST:
                break
        return [(1.0, inside)]
