"""Superpixels of a photo, found at a smaller size and asked about at the photo's own."""

from __future__ import annotations

import numpy as np

from edam_gui.core.arrays import Int32Array, Int64Array
from edam_gui.core.edits.rect import Rect
from edam_gui.core.edits.region import Region


class SuperpixelMap:
    """Which superpixel each pixel belongs to, kept at the size it was found at.

    Parameters
    ----------
    index
        (h, w) int32, 0..n-1, every number used.
    size
        (height, width) of the photo; pixels take the superpixel of the nearest pixel of `index`.
    """

    def __init__(self, index: Int32Array, size: tuple[int, int]) -> None:
        self._index = index
        self.size = size
        self._rows = _nearest(size[0], index.shape[0])
        self._columns = _nearest(size[1], index.shape[1])
        self.count = int(index.max()) + 1
        self._spans = self._find_spans()

    def touched(self, region: Region) -> Int64Array:
        """Return the superpixels that a region inside the photo touches, ascending."""
        rect = region.rect
        part = self._index[np.ix_(self._rows[rect.top : rect.bottom], self._columns[rect.left : rect.right])]
        return np.flatnonzero(np.bincount(part[region.mask], minlength=self.count))

    def region(self, number: int) -> Region | None:
        """Return the pixels of a superpixel; `None` if it has none at the photo's size."""
        top, bottom, left, right = self._spans[number].tolist()
        rows = np.searchsorted(self._rows, (top, bottom))
        columns = np.searchsorted(self._columns, (left, right))
        rect = Rect.of(int(rows[0]), int(columns[0]), int(rows[1]), int(columns[1]))
        if rect is None:
            return None
        part = self._index[np.ix_(self._rows[rect.top : rect.bottom], self._columns[rect.left : rect.right])]
        return Region.of(part == number, rect.top, rect.left)

    def _find_spans(self) -> Int64Array:
        """Return (n, 4): first row, row after the last, first column, column after the last, at the index's size."""
        flat = self._index.reshape(-1)
        rows, columns = np.indices(self._index.shape, np.int64).reshape(2, -1)
        spans = np.zeros((self.count, 4), np.int64)
        spans[:, (0, 2)] = max(self._index.shape)
        np.minimum.at(spans[:, 0], flat, rows)
        np.maximum.at(spans[:, 1], flat, rows + 1)
        np.minimum.at(spans[:, 2], flat, columns)
        np.maximum.at(spans[:, 3], flat, columns + 1)
        return spans


def _nearest(length: int, small: int) -> Int64Array:
    """Return (length,) ascending: the nearest of `small` evenly laid pixels for each pixel."""
    return (np.arange(length, dtype=np.int64) * 2 + 1) * small // (2 * length)
