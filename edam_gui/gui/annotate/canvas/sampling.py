"""Which image pixel each device pixel shows: label maps are sampled nearest, never interpolated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from edam_gui.core.arrays import AnyArray, Int64Array
from edam_gui.gui.annotate.canvas.view import View


class Box(NamedTuple):
    """A rectangle of whole pixels; right and bottom are exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def empty(self) -> bool:
        """Whether no pixel lies inside."""
        return self.right <= self.left or self.bottom <= self.top

    def grown(self, by: int) -> Box:
        """Return the rectangle with `by` pixels more on every side."""
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def cut(self, other: Box) -> Box:
        """Return the part inside another rectangle (empty if none is)."""
        left, top = max(self.left, other.left), max(self.top, other.top)
        return Box(left, top, max(left, min(self.right, other.right)), max(top, min(self.bottom, other.bottom)))

    def joined(self, other: Box) -> Box:
        """Return the smallest rectangle around both."""
        if self.empty or other.empty:
            return other if self.empty else self
        return Box(
            *(min(self.left, other.left), min(self.top, other.top)),
            *(max(self.right, other.right), max(self.bottom, other.bottom)),
        )

    def without(self, inner: Box) -> list[Box]:
        """Return rectangles that make up what `inner`, which lies inside, leaves of this one."""
        if inner.empty:
            return [] if self.empty else [self]
        parts = (
            Box(self.left, self.top, self.right, inner.top),
            Box(self.left, inner.bottom, self.right, self.bottom),
            Box(self.left, inner.top, inner.left, inner.bottom),
            Box(inner.right, inner.top, self.right, inner.bottom),
        )
        return [part for part in parts if not part.empty]

    def shifted(self, dx: int, dy: int) -> Box:
        """Return the rectangle moved by (dx, dy)."""
        return Box(self.left + dx, self.top + dy, self.right + dx, self.bottom + dy)

    def slices(self) -> tuple[slice, slice]:
        """Return the index of the rectangle in an array (rows, columns)."""
        return slice(self.top, self.bottom), slice(self.left, self.right)


@dataclass(frozen=True, eq=False)
class Sampling:
    """The visible part of an image at device resolution.

    Parameters
    ----------
    view
        The view sampled, already on whole device pixels.
    left, top
        Device position of the first visible device pixel.
    columns, rows
        (w,), (h,) int64, not decreasing: the image column and row shown by each visible device column and row.
    """

    view: View
    left: int
    top: int
    columns: Int64Array
    rows: Int64Array

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the visible part in device pixels."""
        return len(self.rows), len(self.columns)

    @property
    def box(self) -> Box:
        """The visible part, counted from its own corner."""
        return Box(0, 0, len(self.columns), len(self.rows))

    def take(self, pixels: AnyArray, box: Box) -> AnyArray:
        """Return what device rectangle `box` shows of an image array (H, W) or (H, W, C), nearest-sampled."""
        rows, columns = self.rows[box.top : box.bottom], self.columns[box.left : box.right]
        if not len(rows) or not len(columns):
            return np.empty((len(rows), len(columns), *pixels.shape[2:]), pixels.dtype)
        top, left = int(rows[0]), int(columns[0])
        part = pixels[top : int(rows[-1]) + 1, left : int(columns[-1]) + 1]
        if part.shape[:2] != (len(rows), len(columns)):
            # Whole rows first: those are plain copies.
            taken: AnyArray = part[rows - top].take(columns - left, axis=1)
            return taken
        return part

    def covering(self, rect: Box) -> Box:
        """Return the device rectangle that shows image rectangle `rect`; empty if it is out of sight."""
        left, right = np.searchsorted(self.columns, (rect.left, rect.right))
        top, bottom = np.searchsorted(self.rows, (rect.top, rect.bottom))
        return Box(int(left), int(top), int(right), int(bottom))


def sample(view: View, image: tuple[int, int], port: tuple[int, int]) -> Sampling:
    """Return what a viewport shows of an image.

    Parameters
    ----------
    view
        Snapped by this function.
    image
        Width and height of the image.
    port
        Width and height of the viewport in device pixels.
    """
    snapped = view.snapped()
    left, columns = _axis(snapped.left, snapped.scale, image[0], port[0])
    top, rows = _axis(snapped.top, snapped.scale, image[1], port[1])
    return Sampling(snapped, left, top, columns, rows)


def _axis(offset: float, scale: float, length: int, port: int) -> tuple[int, Int64Array]:
    first = max(0, int(offset))
    last = min(port, int(np.ceil(offset + length * scale)))
    # A device pixel shows what lies under its centre.
    centres = np.arange(first, max(first, last)) + 0.5
    pixels = np.floor((centres - offset) / scale).astype(np.int64)
    inside = pixels < length
    return first, np.maximum(pixels[inside], 0)
