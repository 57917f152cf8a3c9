"""The pixels that a brush covers while it moves along a straight line.

The brush's path is a convex area, so every row of pixels meets it in one interval; the intervals come from a few
formulas over the rows alone, which makes a big brush cost one comparison per pixel. cv2.line is not used: its thick
lines are neither round nor symmetric, and it has no fractional thickness.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from edam_gui.core.arrays import BoolArray, Float64Array, Int64Array
from edam_gui.core.edits.brush import BrushShape
from edam_gui.core.edits.rect import Rect
from edam_gui.core.edits.region import Region

_TIE = 1e-9
"""Lengths below this (px) are none: a round brush is that much larger, a square one lies that much further left, so
that pixel centres on the edge are in or out whatever the rounding."""

_PIXEL_BRUSH = 1.5
"""Below this diameter (px) a disc may fall between all pixel centres; the brush is then the pixel under the pointer."""


_LEFT_RIGHT: Final = np.array(((-1.0,), (1.0,)))

_STAIRS_WIDTH, _STEP = 1024, 32
"""Wider areas (px) do not use `_stairs`: its table would leave the cache. There is a table for each step of width."""


class Dab(NamedTuple):
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


def sweep(start: Dab, end: Dab, shape: BrushShape, size: tuple[int, int], *, onward: bool = False) -> Region | None:
    """Return the pixels covered on the way from `start` to `end`, both included; the size changes evenly.

    Parameters
    ----------
    start, end
        May be the same, and may lie outside the image.
    shape
        Round or square.
    size
        (height, width) of the image.
    onward
        `start` itself is painted already: pixels of it may be left out.

    Returns
    -------
    Region | None
        Not necessarily tight; `None` if no pixel of the image is met.
    """
    reach = _reach(start, end, shape)
    rect = reach.clip(size)
    if rect is not None and onward and shape is BrushShape.ROUND and start.diameter == end.diameter >= _PIXEL_BRUSH:
        rect = _ahead(start, end, rect)
    if rect is None:
        return None
    # Rounding must not depend on the direction.
    start, end = min(start, end), max(start, end)
    if max(start.diameter, end.diameter) >= _PIXEL_BRUSH:
        y = np.arange(rect.top + 0.5, rect.bottom)
        if shape is BrushShape.SQUARE:
            edges = _square_rows(start, end, y)
        elif start.diameter == end.diameter:
            edges = _even_rows(start, end, y)
        else:
            edges = _cone_rows(start, end, y)
        # The first column whose centre is not left of an edge; no centre lies on one, see _TIE.
        edges += 0.5 - rect.left
        if rect is not reach or shape is BrushShape.SQUARE:
            # Half the time of `clip`.
            np.maximum(edges, 0.0, out=edges)
            np.minimum(edges, float(rect.width), out=edges)
        mask = _between(edges.astype(np.intp), rect.width)
    else:
        mask = np.zeros(rect.size, np.bool_)
    if min(start.diameter, end.diameter) < _PIXEL_BRUSH:
        _draw_pixel_line(start.pixel, end.pixel, rect, mask)
    return Region(rect, mask)


def _between(bounds: Int64Array, width: int) -> BoolArray:
    """Return the mask, `width` wide, of the columns from ``bounds[0]`` up to ``bounds[1]`` (not included) per row."""
    if width <= _STAIRS_WIDTH:
        # Whole rows of a table not much wider than needed are copied three times faster than parts of rows.
        stairs = _stairs(-(-width // _STEP) * _STEP)
        mask: BoolArray = stairs.take(bounds[1], axis=0)
        mask ^= stairs.take(bounds[0], axis=0)
        return mask[:, :width]
    columns = np.arange(width)
    mask = columns >= bounds[0][:, None]
    mask &= columns < bounds[1][:, None]
    return mask


@lru_cache(maxsize=_STAIRS_WIDTH // _STEP)
def _stairs(width: int) -> BoolArray:
    """Return rows of ones that end at column 0, 1, ... `width`: copying from it is faster than comparing columns."""
    return np.arange(width) < np.arange(width + 1)[:, None]


def _reach(start: Dab, end: Dab, shape: BrushShape) -> Rect:
    """Return a rectangle that holds every pixel met; each of its rows is met."""
    r0, r1 = start.radius, end.radius
    top, bottom = min(start.y - r0, end.y - r1) - 0.5, max(start.y + r0, end.y + r1) - 0.5
    left, right = math.floor(min(start.x - r0, end.x - r1)), math.ceil(max(start.x + r0, end.x + r1)) + 1
    if min(start.diameter, end.diameter) < _PIXEL_BRUSH:
        top, bottom = math.floor(top), math.ceil(bottom) + 1
    elif shape is BrushShape.SQUARE:
        top, bottom = math.ceil(top), math.ceil(bottom)
    else:
        top, bottom = math.ceil(top - _TIE), math.floor(bottom + _TIE) + 1
    return Rect(top, left, bottom - top, right - left)


def _ahead(start: Dab, end: Dab, rect: Rect) -> Rect | None:
    """Return the part of `rect` that holds all pixels of the path that are not in the disc at `start`.

    They lie on the far side of the line through its centre that is square to the way.
    """
    dx, dy = end.x - start.x, end.y - start.y
    length = math.hypot(dx, dy)
    if length == 0:
        return None
    top, left, bottom, right = rect.top, rect.left, rect.bottom, rect.right
    beside, above = start.radius * abs(dy) / length + 0.5 + _TIE, start.radius * abs(dx) / length + 0.5 + _TIE
    if dx > 0:
        left = max(left, math.ceil(start.x - beside))
    elif dx < 0:
        right = min(right, math.floor(start.x + beside))
    if dy > 0:
        top = max(top, math.ceil(start.y - above))
    elif dy < 0:
        bottom = min(bottom, math.floor(start.y + above))
    return Rect.of(top, left, bottom, right)


def _square_rows(start: Dab, end: Dab, y: Float64Array) -> Float64Array:
    """Return where the path begins and ends in every row, x, (2, rows); the same where it is not met.

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
    return np.where(met, np.array((low, high)) - _TIE, left_edge)


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


def _even_rows(start: Dab, end: Dab, y: Float64Array) -> Float64Array:
    """As `_square_rows`, for a disc that keeps its size.

    A tangent touches the disc of every time: the one to the left in the row tells at which time the left edge of the
    path belongs to the row; where that is before or after the path, the nearer end decides. So on the right.
    """
    dx, dy = end.x - start.x, end.y - start.y
    v = y - start.y
    if abs(dy) > _TIE:
        # v of the points where the two tangents touch the first disc
        touch = math.copysign(start.radius * dx / math.hypot(dx, dy), dx * dy)
        # How far the disc has moved, down and to the right; each call of numpy counts here.
        down = v + _LEFT_RIGHT * touch
        np.maximum(down, min(dy, 0.0), out=down)
        np.minimum(down, max(dy, 0.0), out=down)
        w = v - down
        down *= dx / dy
        across = down
    else:
        t = np.array(((0.0,), (1.0,)) if dx >= 0 else ((1.0,), (0.0,)))
        w = v - t * dy
        across = t * dx
    np.multiply(w, w, out=w)
    half: Float64Array = np.subtract((start.radius + _TIE) ** 2, w, out=w)
    np.maximum(half, 0, out=half)
    np.sqrt(half, out=half)
    half *= _LEFT_RIGHT
    half += across
    half += start.x
    return half


def _cone_rows(start: Dab, end: Dab, y: Float64Array) -> Float64Array:
    """As `_square_rows`, for the convex hull of two discs of different sizes.

    Its edge consists of arcs of both discs and their two outer tangents, and a tangent touches the disc of every time t
    in between: in each row the extremes belong to t = 0, t = 1, or the time at which a tangent touches in that row.
    """
    dx, dy, dr = end.x - start.x, end.y - start.y, end.radius - start.radius
    v = y - start.y
    t = _touching_times(dx, dy, dr, start.radius, v)
    w = v - t * dy
    square = np.square(start.radius + _TIE + t * dr) - w * w
    met = square >= 0
    half = np.sqrt(np.maximum(square, 0))
    x = t * dx + start.x
    low = np.where(met, x - half, np.inf).min(axis=0)
    high = np.where(met, x + half, -np.inf).max(axis=0)
    none = low > high
    low[none] = high[none] = start.x
    return np.array((low, high))


def _touching_times(dx: float, dy: float, dr: float, radius: float, v: Float64Array) -> Float64Array:
    """Return the times of `_cone_rows`, (n, rows); `v` is the rows' distance below the first centre, px."""
    length = math.hypot(dx, dy)
    times = np.zeros((4, v.size))
    times[3] = 1
    # One disc holds the other: no tangents.
    if length <= abs(dr):
        return times[2:]
    # The tangents' normals: (a, b) along and across the way, turned into the image.
    a = -dr / length
    b = math.sqrt(max(0.0, 1.0 - a * a))
    for n, side in enumerate((b, -b)):
        normal_y = (a * dy + side * dx) / length
        speed = dy + dr * normal_y
        # Otherwise the tangent lies along a row, and the discs decide.
        if abs(speed) > _TIE:
            np.divide(v - radius * normal_y, speed, out=times[n])
    return times.clip(0, 1)


def _draw_pixel_line(start: tuple[int, int], end: tuple[int, int], rect: Rect, mask: BoolArray) -> None:
    """Set the 8-connected line of pixels from `start` to `end` (row, column)."""
    (row, column), (last_row, last_column) = start, end
    steps = max(abs(last_row - row), abs(last_column - column))
    t = np.arange(steps + 1, dtype=np.int64)
    twice = 2 * max(steps, 1)
    rows = row + (2 * t * (last_row - row) + max(steps, 1)) // twice - rect.top
    columns = column + (2 * t * (last_column - column) + max(steps, 1)) // twice - rect.left
    inside = (rows >= 0) & (rows < rect.height) & (columns >= 0) & (columns < rect.width)
    mask[rows[inside], columns[inside]] = True
