"""An axis whose numbers do not overlap when it is logarithmic."""

from __future__ import annotations

import math
from typing import Final

import pyqtgraph as pg

_FINE: Final = (1, 2, 5)
_MOST: Final = 7


class LogAxis(pg.AxisItem):  # type: ignore[misc]
    """Shows 1, 2 and 5 of every power of ten, or the powers alone where those are too many."""

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:  # noqa: N802, N803, D102
        if not self.logMode:
            return list(super().tickValues(minVal, maxVal, size))
        powers = range(math.floor(minVal), math.ceil(maxVal) + 1)
        for digits in (_FINE, (1,)):
            values = [power + math.log10(digit) for power in powers for digit in digits]
            inside = [value for value in values if minVal <= value <= maxVal]
            if len(inside) <= _MOST:
                break
        return [(1.0, inside)]
