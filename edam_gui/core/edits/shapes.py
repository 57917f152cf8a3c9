"""Outlines drawn by hand become regions."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from edam_gui.core.arrays import Float64Array
from edam_gui.core.edits.rect import Rect
from edam_gui.core.edits.region import Region

_FAR = 1e7


def rectangle(x0: float, y0: float, x1: float, y1: float, size: tuple[int, int]) -> Region | None:
    """Return every pixel that the rectangle between two corners touches.

    Parameters
    ----------
    x0, y0, x1, y1
        Two opposite corners in either order, image coordinates, px (see `BrushPoint`).
    size
        (height, width) of the image.

    Returns
    -------
    Region | None
        A rectangle without area touches one row or column; `None` outside the image, or where a number is not finite.
    """
    if not all(math.isfinite(n) for n in (x0, y0, x1, y1)):
        return None
    (top, bottom), (left, right) = _touched(y0, y1), _touched(x0, x1)
    rect = Rect(top, left, bottom - top, right - left).clip(size)
    return None if rect is None else Region(rect, np.ones(rect.size, np.bool_))


def polygon(points: Sequence[tuple[float, float]], size: tuple[int, int]) -> Region | None:
    """Return the pixels whose centre lies inside a closed outline (polygon or lasso).

    Where the outline crosses itself, all that it winds around counts (non-zero rule): a lasso with loops leaves no
    holes. Polygons that share an edge neither overlap nor leave a gap along it.

    Parameters
    ----------
    points
        (x, y) of the corners, image coordinates, px; inside or outside the image. The last is joined to the first;
        points that are no numbers are left out.
    size
        (height, width) of the image.

    Returns
    -------
    Region | None
        `None` if it holds no pixel centre of the image.
    """
    corners = np.array([p for p in points if all(math.isfinite(n) for n in p)], np.float64).reshape(-1, 2)
    if len(corners) < 3:
        return None
    corners = corners.clip(-_FAR, _FAR)
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    rect = Rect.of(math.floor(top), math.floor(left), math.ceil(bottom), math.ceil(right))
    rect = None if rect is None else rect.clip(size)
    if rect is None:
        return None
    rows, columns, turns = _crossings(corners, rect)
    # One column more takes the crossings to the right of the image.
    steps = np.zeros((rect.height, rect.width + 1), np.int16)
    np.add.at(steps, (rows, columns), turns)
    winding = np.cumsum(steps[:, :-1], axis=1, dtype=np.int16)
    return Region.of(winding != 0, rect.top, rect.left)


def _touched(a: float, b: float) -> tuple[int, int]:
    low, high = min(max(min(a, b), -_FAR), _FAR), min(max(max(a, b), -_FAR), _FAR)
    first = math.floor(low)
    return first, max(math.ceil(high), first + 1)


def _crossings(corners: Float64Array, rect: Rect) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return where edges cross rows of pixel centres: row, first column to the right, and direction (+1 down)."""
    start, end = corners, np.roll(corners, -1, axis=0)
    down = end[:, 1] > start[:, 1]
    upper, lower = np.where(down[:, None], start, end), np.where(down[:, None], end, start)
    # Rows whose centre lies in [upper, lower): a corner belongs to one of its two edges.
    first = np.ceil(upper[:, 1] - 0.5).clip(rect.top, rect.bottom).astype(np.int64)
    stop = np.ceil(lower[:, 1] - 0.5).clip(rect.top, rect.bottom).astype(np.int64)
    counts = np.maximum(stop - first, 0)
    edge = np.repeat(np.arange(len(corners)), counts)
    rows = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + first[edge]
    slope = np.zeros(len(corners))
    met = counts > 0
    slope[met] = (lower[met, 0] - upper[met, 0]) / (lower[met, 1] - upper[met, 1])
    x = upper[edge, 0] + (rows + 0.5 - upper[edge, 1]) * slope[edge]
    columns = np.ceil(x - 0.5).clip(rect.left, rect.right).astype(np.int64) - rect.left
    return rows - rect.top, columns, np.where(down[edge], 1, -1).astype(np.int16)
