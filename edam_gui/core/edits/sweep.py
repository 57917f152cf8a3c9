"""The pixels that a brush covers while it moves along a straight line.

The brush's path is a convex area, so every row of pixels meets it in one interval; the intervals come from a few
formulas over the rows alone, which makes a big brush cost one comparison per pixel. cv2.line is not used: its thick
lines are neither round nor symmetric, and it has no fractional thickness.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from edam_gui.core.arrays import AnyArray, BoolArray, Float64Array
from edam_gui.core.edits.brush import BrushShape
from edam_gui.core.edits.rect import Rect
from edam_gui.core.edits.region import Region

_TIE = 1e-9
"""Lengths below this (px) are none: a pixel centre this far outside a round brush still lies on its edge, because
rounding must not break symmetry."""

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
        number = np.int16 if rect.width < 1 << 15 else np.int32
        columns = np.arange(rect.width, dtype=number)
        np.greater_equal(columns, _columns(low, rect, number), out=mask)
        mask &= columns < _columns(high, rect, number)
    if min(start.diameter, end.diameter) < _PIXEL_BRUSH:
        _draw_pixel_line(start.pixel, end.pixel, rect, mask)
    return Region(rect, mask)


def _columns(x: Float64Array, rect: Rect, number: type[np.integer[Any]]) -> AnyArray:
    """Return columns of the image as columns of `rect`, (height, 1)."""
    return np.minimum(np.maximum(x - rect.left, 0), rect.width).astype(number)[:, None]


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
    if abs(slope) <= _TIE:
        leave[offset < 0] = -1
        return
    root = -offset / slope
    if slope > 0:
        np.maximum(enter, root, out=enter)
    else:
        np.minimum(leave, root, out=leave)


def _round_rows(start: Dab, end: Dab, y: Float64Array) -> tuple[Float64Array, Float64Array]:
    """As `_square_rows`, for the convex hull of two discs.

    Its edge consists of arcs of both discs and their two outer tangents, and a tangent touches the disc of every time t
    in between: in each row the extremes belong to t = 0, t = 1, or the time at which a tangent touches in that row.
    """
    dx, dy, dr = end.x - start.x, end.y - start.y, end.radius - start.radius
    v = y - start.y
    t = _touching_times(dx, dy, dr, start.radius, v)
    radius = start.radius + _TIE + t * dr if dr else start.radius + _TIE
    w = v - t * dy
    inside = radius * radius - w * w
    met = inside >= 0
    np.maximum(inside, 0, out=inside)
    half = np.sqrt(inside, out=inside)
    x = t * dx
    x += start.x - 0.5
    low = np.where(met, x - half, np.inf).min(axis=0)
    high = np.where(met, x + half, -np.inf).max(axis=0)
    return np.ceil(low), np.floor(high) + 1


def _touching_times(dx: float, dy: float, dr: float, radius: float, v: Float64Array) -> Float64Array:
    """Return the times of `_round_rows`, (n, rows): `v` is the rows' distance below the first centre, px."""
    length = math.hypot(dx, dy)
    times = np.zeros((4, v.size))
    times[1] = 1
    # One disc holds the other: no tangents.
    if length <= abs(dr):
        return times[:2]
    # The tangents' normals: (a, b) along and across the way, turned into the image.
    a = -dr / length
    b = math.sqrt(max(0.0, 1.0 - a * a))
    count = 2
    for side in (b, -b):
        normal_y = (a * dy + side * dx) / length
        speed = dy + dr * normal_y
        # Otherwise the tangent lies along a row, and the discs decide.
        if abs(speed) > _TIE:
            np.divide(v - radius * normal_y, speed, out=times[count])
            count += 1
    times = times[:count]
    np.maximum(times, 0, out=times)
    return np.minimum(times, 1, out=times)


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
