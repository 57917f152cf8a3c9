"""Numbers made ready for plots."""

from __future__ import annotations

from typing import Final

import numpy as np

from edam_gui.core.arrays import Float64Array

_MOST_POINTS: Final = 4000


def smoothed(values: Float64Array, share: float) -> Float64Array:
    """Return the running mean with exponentially falling weights, not drawn to 0 at its start.

    ``s_n = sum_i share^(n-i) x_i / sum_i share^(n-i)``; values that are not finite are left out.

    Parameters
    ----------
    values
        (n,) float64.
    share
        0 (as they are) to below 1.
    """
    if share <= 0 or not values.size:
        return values
    total = weight = 0.0
    result = np.empty_like(values)
    for number, value in enumerate(values.tolist()):
        total, weight = total * share, weight * share
        if value == value and abs(value) != float("inf"):
            total, weight = total + value, weight + 1.0
        result[number] = total / weight if weight > 1e-12 else np.nan
    return result


def robust_range(values: Float64Array, *, logarithmic: bool = False) -> tuple[float, float] | None:
    """Return a range that holds all values but outliers; `None` if there is nothing to show.

    Outliers lie more than three times the distance of the 5th and 95th percentile beyond them, so that one spike does
    not press the rest of a curve flat.

    Parameters
    ----------
    values
        (n,) float64.
    logarithmic
        Whether the axis is; values that are not above 0 are left out, and the range is of logarithms to base 10.
    """
    usable = values[np.isfinite(values)]
    if logarithmic:
        usable = np.log10(usable[usable > 0])
    if not usable.size:
        return None
    low, high = np.percentile(usable, [5, 95])
    reach = 3 * (high - low)
    inside = usable[(usable >= low - reach) & (usable <= high + reach)]
    bottom, top = float(inside.min()), float(inside.max())
    if top <= bottom:
        around = abs(bottom) * 0.1 or 1.0
        return bottom - around, top + around
    margin = 0.06 * (top - bottom)
    floor = bottom - margin
    if not logarithmic and bottom >= 0:
        floor = max(0.0, floor)
    return floor, top + margin


def thinned(x: Float64Array, y: Float64Array, most: int = _MOST_POINTS) -> tuple[Float64Array, Float64Array]:
    """Return at most about `most` points with every bucket's least and largest value kept."""
    if len(x) <= most:
        return x, y
    size = -(-2 * len(x) // most)
    whole = len(x) // size * size
    buckets = np.where(np.isfinite(y[:whole]), y[:whole], 0.0).reshape(-1, size)
    starts = np.arange(len(buckets)) * size
    picked = np.unique(
        np.concatenate([starts + buckets.argmin(1), starts + buckets.argmax(1), np.arange(whole, len(x))])
    )
    return x[picked], y[picked]
