"""A set of pixels: a rectangle and which of its pixels belong."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from edam_gui.core.arrays import AnyArray, BoolArray, UInt8Array
from edam_gui.core.edits.rect import Rect


@dataclass(frozen=True, eq=False)
class Region:
    """A set of pixels.

    Parameters
    ----------
    rect
        Where it lies, inside the image.
    mask
        (height, width) bool: which pixels of `rect` belong.

    Raises
    ------
    ValueError
        `mask` is not bool or not of the rectangle's size.
    """

    rect: Rect
    mask: BoolArray

    def __post_init__(self) -> None:
        if self.mask.dtype != np.bool_ or self.mask.shape != self.rect.size:
            raise ValueError(f"a region of {self.rect.size} got a mask {self.mask.dtype} {self.mask.shape}")

    @classmethod
    def of(cls, mask: BoolArray, top: int = 0, left: int = 0) -> Region | None:
        """Return the set pixels of a mask whose first pixel is (top, left), tightly; `None` if there are none."""
        box = bounding_box(mask)
        if box is None:
            return None
        rect = Rect(box.top + top, box.left + left, box.height, box.width)
        return cls(rect, np.ascontiguousarray(mask[box.slices]))

    @property
    def count(self) -> int:
        """Number of pixels."""
        return int(cv2.countNonZero(as_bytes(self.mask)))

    def full(self, size: tuple[int, int]) -> BoolArray:
        """Return it as a mask of the whole image of (height, width)."""
        mask = np.zeros(size, np.bool_)
        mask[self.rect.slices] = self.mask
        return mask


def as_bytes(mask: BoolArray) -> UInt8Array:
    """Return the same memory as uint8 0/1, for cv2."""
    return mask.view(np.uint8)


def bounding_box(mask: AnyArray) -> Rect | None:
    """Return the smallest rectangle of all set pixels of an (H, W) bool or uint8 mask, `None` without any."""
    left, top, width, height = cv2.boundingRect(as_bytes(mask) if mask.dtype == np.bool_ else mask)
    return Rect(top, left, height, width) if width and height else None
