"""A rectangle of pixels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Rect:
    """Pixels ``top <= row < bottom`` and ``left <= column < right``.

    Parameters
    ----------
    top, left
        First row and column, px; may be negative before `clip`.
    height, width
        Size, px, at least 1.

    Raises
    ------
    ValueError
        The rectangle is empty.
    """

    top: int
    left: int
    height: int
    width: int

    def __post_init__(self) -> None:
        if self.height < 1 or self.width < 1:
            raise ValueError(f"a rectangle of {self.height} x {self.width} pixels is empty")

    @classmethod
    def of(cls, top: int, left: int, bottom: int, right: int) -> Rect | None:
        """Return the rectangle between these edges, `None` if nothing lies between them."""
        return cls(top, left, bottom - top, right - left) if bottom > top and right > left else None

    @classmethod
    def whole(cls, size: tuple[int, int]) -> Rect:
        """Return the rectangle of all pixels of an image of (height, width)."""
        return cls(0, 0, *size)

    @property
    def bottom(self) -> int:
        """First row below."""
        return self.top + self.height

    @property
    def right(self) -> int:
        """First column to the right."""
        return self.left + self.width

    @property
    def size(self) -> tuple[int, int]:
        """(height, width)."""
        return self.height, self.width

    @property
    def area(self) -> int:
        """Number of pixels."""
        return self.height * self.width

    @property
    def slices(self) -> tuple[slice, slice]:
        """Index of these pixels in an array of the whole image; the rectangle must lie inside it."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def union(self, other: Rect | None) -> Rect:
        """Return the smallest rectangle that holds both."""
        # Nothing new is made where one holds the other: a stroke asks this with every move.
        if other is None or self.holds(other):
            return self
        if other.holds(self):
            return other
        top, left = min(self.top, other.top), min(self.left, other.left)
        bottom, right = max(self.bottom, other.bottom), max(self.right, other.right)
        return Rect(top, left, bottom - top, right - left)

    def intersection(self, other: Rect) -> Rect | None:
        """Return the pixels in both, `None` if there are none."""
        if other.holds(self):
            return self
        return Rect.of(
            max(self.top, other.top),
            max(self.left, other.left),
            min(self.bottom, other.bottom),
            min(self.right, other.right),
        )

    def clip(self, size: tuple[int, int]) -> Rect | None:
        """Return the part inside an image of (height, width), `None` if there is none."""
        if self.inside(size):
            return self
        return Rect.of(max(self.top, 0), max(self.left, 0), min(self.bottom, size[0]), min(self.right, size[1]))

    def holds(self, other: Rect) -> bool:
        """Whether all of `other` lies in it."""
        return (
            self.top <= other.top
            and self.left <= other.left
            and other.top + other.height <= self.top + self.height
            and other.left + other.width <= self.left + self.width
        )

    def inside(self, size: tuple[int, int]) -> bool:
        """Whether all of it lies in an image of (height, width)."""
        return self.top >= 0 and self.left >= 0 and self.bottom <= size[0] and self.right <= size[1]

    def grown(self, margin: int) -> Rect:
        """Return it with `margin` pixels more on every side."""
        return Rect(self.top - margin, self.left - margin, self.height + 2 * margin, self.width + 2 * margin)

    def within(self, outer: Rect) -> tuple[slice, slice]:
        """Return the index of these pixels in an array that covers `outer`, which must hold them."""
        top, left = self.top - outer.top, self.left - outer.left
        return slice(top, top + self.height), slice(left, left + self.width)


def joined(rects: Iterable[Rect]) -> Rect | None:
    """Return the smallest rectangle that holds all, `None` without any."""
    whole = None
    for rect in rects:
        whole = rect.union(whole)
    return whole


def gathered(rects: Iterable[Rect], side: int) -> tuple[Rect, ...]:
    """Return fewer rectangles that hold all: those that begin in one cell of a grid of `side` px become one."""
    cells: dict[tuple[int, int], Rect] = {}
    for rect in rects:
        cell = rect.top // side, rect.left // side
        cells[cell] = rect.union(cells.get(cell))
    return tuple(cells.values())
