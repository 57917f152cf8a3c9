"""The pixels that a brush covers while it moves along a straight line.

The brush's path is a convex area, so every row of pixels meets it in one interval; the intervals come from a few
formulas over the rows alone, which makes a big brush cost one comparison per pixel. cv2.line is not used: its thick
lines are neither round nor symmetric, and it has no fractional thickness.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from edam_gui.core.arrays import BoolArray, Float64Array
from edam_gui.core.edits.brush import BrushShape
from edam_gui.core.edits.rect import Rect
from edam_gui.core.edits.region import Region

_TIE = 1e-9
"""A pixel centre this far outside a round brush still counts as on its edge: rounding must not break symmetry."""

_PIXEL_BRUSH = 1.5
"""Below this diameter (px) a disc may fall between all pixel centres; the brush is then the pixel under the pointer."""


@dataclass(frozen=True)
class Dab:
    """The brush in one place: centre and diameter, px."""

    x: float
    y: float
    diameter: float

    @property
    def radius(self) -> float:
        """Half the diameter, px."""
        return self.diameter / 2

    @property
    def pixel(self) -> tuple[int, int]:
        """Row and column of the pixel under the centre."""
        return math.floor(self.y), math.floor(self.x)


def sweep(start: Dab, end: Dab, shape: BrushShape, size: tuple[int, int]) -> Region | None:
    """Return the pixels covered on the way from `start` to `end`, both included; the size changes evenly.

    Parameters
    ----------
    start, end
        May be the same, and may lie outside the image.
    shape
        Round or square.
    size
        (height, width) of the image.

    Returns
    -------
    Region | None
        Not necessarily tight; `None` if no pixel of the image is met.
    """
    rect = _reach(start, end).clip(size)
    if rect is None:
        return None
    mask = np.zeros(rect.size, np.bool_)
    if max(start.diameter, end.diameter) >= _PIXEL_BRUSH:
        y = np.arange(rect.top, rect.bottom, dtype=np.float64) + 0.5
        low, high = _round_rows(start, end, y) if shape is BrushShape.ROUND else _square_rows(start, end, y)
        columns = np.arange(rect.width, dtype=np.int32)
        first = np.clip(low - rect.left, 0, rect.width).astype(np.int32)
        stop = np.clip(high - rect.left, 0, rect.width).astype(np.int32)
        np.greater_equal(columns, first[:, None], out=mask)
        mask &= columns < stop[:, None]
    if min(start.diameter, end.diameter) < _PIXEL_BRUSH:
        _draw_pixel_line(start.pixel, end.pixel, rect, mask)
    return Region(rect, mask)


def _reach(start: Dab, end: Dab) -> Rect:
    """Return a rectangle that holds every pixel met."""
    top = math.floor(min(d.y - d.radius for d in (start, end)))
    left = math.floor(min(d.x - d.radius for d in (start, end)))
    bottom = math.ceil(max(d.y + d.radius for d in (start, end))) + 1
    right = math.ceil(max(d.x + d.radius for d in (start, end))) + 1
    return Rect(top, left, bottom - top, right - left)


def _square_rows(start: Dab, end: Dab, y: Float64Array) -> tuple[Float64Array, Float64Array]:
    """Return first and one-past-last column per row; none: first >= last.

    At the time t in [0, 1] the square spans ``y(t) -+ r(t)``; a row is met while both edges, linear in t, lie on
    the right sides of it, and since x(t) -+ r(t) is linear too, the extremes are at the ends of that time.
    """
    enter, leave = np.zeros_like(y), np.ones_like(y)
    dy, dr = end.y - start.y, end.radius - start.radius
    # Each is a condition offset + slope * t >= 0.
    _limit(y - start.y + start.radius, -dy + dr, enter, leave)
    _limit(start.y + start.radius - y, dy + dr, enter, leave)
    left_edge, right_edge = start.x - start.radius, start.x + start.radius
    dx = end.x - start.x
    low = left_edge + np.minimum((dx - dr) * enter, (dx - dr) * leave)
    high = right_edge + np.maximum((dx + dr) * enter, (dx + dr) * leave)
    bottom = max(start.y + start.radius, end.y + end.radius)
    met = (enter <= leave) & (y < bottom)
    return np.where(met, np.ceil(low - 0.5), np.inf), np.where(met, np.ceil(high - 0.5), -np.inf)


def _limit(offset: Float64Array, slope: float, enter: Float64Array, leave: Float64Array) -> None:
    """Narrow [enter, leave] to where ``offset + slope * t >= 0``."""
    if slope == 0:
        leave[offset < 0] = -1
        return
    root = -offset / slope
    if slope > 0:
        np.maximum(enter, root, out=enter)
    else:
        np.minimum(leave, root, out=leave)


def _round_rows(start: Dab, end: Dab, y: Float64Array) -> tuple[Float64Array, Float64Array]:
    """As `_square_rows`, for the convex hull of two discs: both discs and the area between their tangents."""
    low, high = _disc_rows(start, y)
    end_low, end_high = _disc_rows(end, y)
    low, high = np.minimum(low, end_low), np.maximum(high, end_high)
    length = math.hypot(end.x - start.x, end.y - start.y)
    if length > abs(start.radius - end.radius):
        for corner, other in _tangent_edges(start, end, length):
            x = _edge_rows(corner, other, y)
            np.fmin(low, x, out=low)
            np.fmax(high, x, out=high)
    return np.ceil(low - 0.5 - _TIE), np.floor(high - 0.5 + _TIE) + 1


def _disc_rows(dab: Dab, y: Float64Array) -> tuple[Float64Array, Float64Array]:
    inside = (dab.radius + _TIE) ** 2 - (y - dab.y) ** 2
    half = np.sqrt(np.maximum(inside, 0))
    met = inside >= 0
    return np.where(met, dab.x - half, np.inf), np.where(met, dab.x + half, -np.inf)


def _tangent_edges(
    start: Dab, end: Dab, length: float
) -> tuple[tuple[tuple[float, float], tuple[float, float]], tuple[tuple[float, float], tuple[float, float]]]:
    """Return the two outer tangents as pairs of points (x, y) where they touch the discs."""
    ux, uy = (end.x - start.x) / length, (end.y - start.y) / length
    along = (start.radius - end.radius) / length
    across = math.sqrt(max(0.0, 1.0 - along * along))
    edges = []
    for side in (1.0, -1.0):
        nx, ny = along * ux - side * across * uy, along * uy + side * across * ux
        edges.append(
            (
                (start.x + nx * start.radius, start.y + ny * start.radius),
                (end.x + nx * end.radius, end.y + ny * end.radius),
            )
        )
    return edges[0], edges[1]


def _edge_rows(a: tuple[float, float], b: tuple[float, float], y: Float64Array) -> Float64Array:
    """Return x where the line from a to b crosses each row, NaN where it does not; a flat line crosses none."""
    dy = b[1] - a[1]
    if dy == 0:
        return np.full_like(y, np.nan)
    t = (y - a[1]) / dy
    x = a[0] + (b[0] - a[0]) * t
    x[(t < 0) | (t > 1)] = np.nan
    return x


def _draw_pixel_line(start: tuple[int, int], end: tuple[int, int], rect: Rect, mask: BoolArray) -> None:
    """Set the 8-connected line of pixels from `start` to `end` (row, column); the same in both directions."""
    # Always from the same end: the rounding of ties must not depend on the direction.
    (row, column), (last_row, last_column) = sorted((start, end))
    steps = max(abs(last_row - row), abs(last_column - column))
    t = np.arange(steps + 1, dtype=np.int64)
    twice = 2 * max(steps, 1)
    rows = row + (2 * t * (last_row - row) + max(steps, 1)) // twice - rect.top
    columns = column + (2 * t * (last_column - column) + max(steps, 1)) // twice - rect.left
    inside = (rows >= 0) & (rows < rect.height) & (columns >= 0) & (columns < rect.width)
    mask[rows[inside], columns[inside]] = True
