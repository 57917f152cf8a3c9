"""The edit layer of one image: what the user painted, above the algorithm's result."""

from __future__ import annotations

import cv2
import numpy as np

from edam_gui.core.arrays import AnyArray, BoolArray, UInt8Array
from edam_gui.core.edits.rect import Rect
from edam_gui.core.edits.region import as_bytes, bounding_box
from edam_gui.core.edits.tiles import Cell, grid_size, grid_slices

_SPARE = 64
"""px."""


class EditLayer:
    """Painted values and where they hold; elsewhere the automatic result shows through.

    The same type corrects label maps (values 0..254 and 255 = ignore) and saliency maps (values 0 and 255).
    Where nothing is painted `values` is 0, so two layers that look the same are the same. Not thread-safe.

    Parameters
    ----------
    size
        (height, width) of the image, px.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self._values: UInt8Array = np.zeros(size, np.uint8)
        self._mask: BoolArray = np.zeros(size, np.bool_)
        self._box: Rect | None = None  # holds every edited pixel; exact unless _loose
        self._loose = False
        self._count: int | None = 0  # None: to be counted
        self._painted: BoolArray = np.zeros(grid_size(size), np.bool_)  # False: nothing is edited in that tile
        self._paint = np.zeros((0, 0), np.uint8)  # one value all over, kept from dab to dab

    @property
    def size(self) -> tuple[int, int]:
        """(height, width), px."""
        height, width = self._mask.shape
        return height, width

    @property
    def values(self) -> UInt8Array:
        """(H, W) uint8, read-only view: what was painted, 0 where nothing was."""
        return _read_only(self._values)

    @property
    def mask(self) -> BoolArray:
        """(H, W) bool, read-only view: where something was painted."""
        return _read_only(self._mask)

    @property
    def count(self) -> int:
        """Number of edited pixels; counted anew after a change."""
        if self._count is None:
            box = self._box if self._painted.any() else None
            self._count = 0 if box is None else int(cv2.countNonZero(as_bytes(self._mask[box.slices])))
        return self._count

    @property
    def share(self) -> float:
        """Share of edited pixels, 0..1."""
        return self.count / self._mask.size

    @property
    def box(self) -> Rect | None:
        """Smallest rectangle of all edited pixels, `None` without edits."""
        if self._loose and self._box is not None:
            found = bounding_box(self._mask[self._box.slices])
            if found is not None:
                found = Rect(found.top + self._box.top, found.left + self._box.left, found.height, found.width)
            self._box = found
        self._loose = False
        return self._box

    def is_blank(self, cell: Cell) -> bool:
        """Whether a tile is known to hold no edits; `False` says nothing."""
        return not self._painted[cell]

    def compose(self, auto: UInt8Array, out: UInt8Array, rect: Rect | None = None) -> UInt8Array:
        """Write the edited map: `values` where edited, `auto` elsewhere.

        Parameters
        ----------
        auto
            (H, W) uint8, the automatic result. If it is `out` itself, only the edits are written over it.
        out
            (H, W) uint8, written in place and returned.
        rect
            Only there (clipped to the image); everywhere without it.

        Raises
        ------
        ValueError
            An array is not (H, W) uint8.
        """
        for array in (auto,) if auto is out else (auto, out):
            if array.shape != self._mask.shape or array.dtype != np.uint8:
                raise ValueError(f"a layer of {self.size} cannot be composed with {array.dtype} {array.shape}")
        part = Rect.whole(self.size) if rect is None else rect.clip(self.size)
        if part is None:
            return out
        if out is not auto:
            np.copyto(out[part.slices], auto[part.slices])
        # The exact box costs one look over the old one, worth it only for whole maps.
        box = self.box if rect is None else self._box
        edited = None if box is None else part.intersection(box)
        # In place, what is composed is what was just painted.
        if edited is not None and (out is auto or self._painted[grid_slices(edited)].any()):
            index = edited.slices
            cv2.copyTo(self._values[index], as_bytes(self._mask[index]), dst=out[index])
        return out

    def put(self, rect: Rect, where: BoolArray, values: int | UInt8Array) -> None:
        """Paint pixels.

        Parameters
        ----------
        rect
            Inside the image.
        where
            (height, width) of `rect`, bool: the pixels to paint.
        values
            One value 0..255 for all, or (height, width) uint8 of which the pixels in `where` are taken.
        """
        index = rect.slices
        own, mask = as_bytes(where), as_bytes(self._mask[index])
        source = values if isinstance(values, np.ndarray) else self._plane(values, rect)
        cv2.copyTo(source, own, dst=self._values[index])
        cv2.bitwise_or(mask, own, dst=mask)
        self._box = rect.union(self._box)
        self._painted[grid_slices(rect)] = True
        self._changed()

    def clear(self, rect: Rect, where: BoolArray) -> None:
        """Take pixels back to the automatic result; parameters as in `put`."""
        index = rect.slices
        np.copyto(self._values[index], np.uint8(0), where=where)
        np.copyto(self._mask[index], np.False_, where=where)
        self._changed()

    def load(self, rect: Rect, values: UInt8Array, mask: BoolArray) -> None:
        """Replace all of `rect`; `values` must be 0 where `mask` is not set."""
        index = rect.slices
        self._values[index] = values
        self._mask[index] = mask
        self._box = rect.union(self._box)
        self._painted[grid_slices(rect)] = True
        self._changed()

    def blank(self, rect: Rect) -> None:
        """Take all of `rect` back to the automatic result; nothing else may be painted in the tiles it lies in."""
        index = rect.slices
        self._values[index] = 0
        self._mask[index] = False
        self._painted[grid_slices(rect)] = False
        self._changed()

    def _changed(self) -> None:
        self._loose = True
        self._count = None

    def _plane(self, value: int, rect: Rect) -> UInt8Array:
        """Return (height, width) of `rect`, every pixel of one value."""
        plane = self._paint
        height, width = plane.shape
        if height < rect.height or width < rect.width:
            # Room to spare, because the rectangles of a stroke differ a little from move to move.
            height, width = max(height, rect.height + _SPARE), max(width, rect.width + _SPARE)
            plane = self._paint = np.full((height, width), value, np.uint8)
        elif plane[0, 0] != value:
            plane.fill(value)
        return plane[: rect.height, : rect.width]


def _read_only(array: AnyArray) -> AnyArray:
    view = array[:]
    view.flags.writeable = False
    return view
