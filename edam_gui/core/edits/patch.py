"""One step of an image's history: what an edit layer held before and after it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

import cv2
import numpy as np

from edam_gui.core.arrays import BoolArray, UInt8Array
from edam_gui.core.edits.layer import EditLayer
from edam_gui.core.edits.rect import Rect
from edam_gui.core.edits.tiles import TILE


@dataclass(frozen=True, eq=False)
class Content:
    """What a layer holds in a rectangle: (h, w) uint8 values, 0 where the (h, w) bool mask is not set."""

    values: UInt8Array
    mask: BoolArray

    @classmethod
    def blank(cls, size: tuple[int, int]) -> Content:
        """Return nothing painted in (h, w) pixels; read-only, all of one size share their memory."""
        return _blank(size)

    @classmethod
    def copied(cls, layer: EditLayer, rect: Rect) -> Content:
        """Copy a part of a layer."""
        return cls(layer.values[rect.slices].copy(), layer.mask[rect.slices].copy())

    def part(self, index: tuple[slice, slice]) -> Content:
        """Copy a part of it."""
        return Content(self.values[index].copy(), self.mask[index].copy())


@lru_cache(maxsize=16)
def _blank(size: tuple[int, int]) -> Content:
    content = Content(np.zeros(size, np.uint8), np.zeros(size, np.bool_))
    content.values.flags.writeable = content.mask.flags.writeable = False
    return content


@dataclass(frozen=True, eq=False)
class TileChange:
    """The change within one tile.

    Parameters
    ----------
    rect
        The smallest rectangle that holds it.
    before, after
        What the layer held there.
    fresh
        Nothing was painted in the whole tile before; `False` says nothing.
    """

    rect: Rect
    before: Content
    after: Content
    fresh: bool = False


@dataclass(frozen=True, eq=False)
class EditPatch:
    """An undoable change of an edit layer, tile by tile; see `patch_code` for its bytes.

    Parameters
    ----------
    size
        (height, width) of the layer.
    tiles
        At least one; each inside one tile of the grid, in the order of the grid, no two in the same.
    """

    size: tuple[int, int]
    tiles: tuple[TileChange, ...]

    @property
    def nbytes(self) -> int:
        """Bytes of memory that its pixels take at most."""
        return sum(tile.rect.area * (2 if tile.fresh else 4) for tile in self.tiles)

    @property
    def rect(self) -> Rect:
        """The smallest rectangle that holds every change."""
        rects = [tile.rect for tile in self.tiles]
        top, left = min(r.top for r in rects), min(r.left for r in rects)
        return Rect(top, left, max(r.bottom for r in rects) - top, max(r.right for r in rects) - left)

    @cached_property
    def dirty(self) -> tuple[Rect, ...]:
        """What to recompose and redraw: `rect`, or runs of tiles where those fill little of it (a long stroke)."""
        rect = self.rect
        if 2 * sum(tile.rect.area for tile in self.tiles) >= rect.area:
            return (rect,)
        return _runs(tile.rect for tile in self.tiles)

    @cached_property
    def _fresh(self) -> tuple[Rect, ...]:
        """Return the fresh tiles in runs: whatever lies in such a run was blank, which one call restores."""
        return _runs(tile.rect for tile in self.tiles if tile.fresh)

    def apply(self, layer: EditLayer) -> tuple[Rect, ...]:
        """Make the change (redo); the layer must be as it was before it. Return `dirty`.

        Raises
        ------
        ValueError
            The layer is of another size.
        """
        self._check(layer)
        for tile in self.tiles:
            layer.load(tile.rect, tile.after.values, tile.after.mask)
        return self.dirty

    def revert(self, layer: EditLayer) -> tuple[Rect, ...]:
        """Take the change back (undo); the layer must be as it was after it. As `apply` otherwise."""
        self._check(layer)
        for rect in self._fresh:
            layer.blank(rect)
        for tile in self.tiles:
            if not tile.fresh:
                layer.load(tile.rect, tile.before.values, tile.before.mask)
        return self.dirty

    def _check(self, layer: EditLayer) -> None:
        if layer.size != self.size:
            raise ValueError(f"a change of a layer of {self.size} does not fit one of {layer.size}")


def _runs(rects: Iterable[Rect]) -> tuple[Rect, ...]:
    """Join rectangles of tiles that follow each other in a row of the grid."""
    runs: list[Rect] = []
    row = end = -1
    for rect in rects:
        if runs and rect.left // TILE == end and rect.top // TILE == row:
            runs[-1] = runs[-1].union(rect)
        else:
            runs.append(rect)
        row, end = rect.top // TILE, (rect.right - 1) // TILE + 1
    return tuple(runs)


def tile_change(rect: Rect, before: Content, layer: EditLayer) -> TileChange | None:
    """Return how a tile of a layer differs from what it was, `None` if it does not.

    `before` is `Content.blank` itself where the tile was known to be blank.
    """
    now = Content(layer.values[rect.slices], layer.mask[rect.slices])
    # 0 painted and 0 not painted differ in the mask alone.
    differs = cv2.bitwise_or(now.values ^ before.values, (now.mask ^ before.mask).view("u1"))
    left, top, width, height = cv2.boundingRect(differs)
    if not (width and height):
        return None
    index = slice(top, top + height), slice(left, left + width)
    changed = Rect(rect.top + top, rect.left + left, height, width)
    if before is Content.blank(rect.size):
        # Views of the one blank tile take no memory.
        nothing = Content(before.values[index], before.mask[index])
        return TileChange(changed, nothing, now.part(index), fresh=True)
    return TileChange(changed, before.part(index), now.part(index))
