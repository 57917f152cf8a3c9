"""Offers that classes make at the pixels of a strip: the highest decides."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from edam_gui.core.arrays import Float32Array, UInt8Array


@dataclass(frozen=True, eq=False)
class Bids:
    """The highest offer so far and the class that made it, 0 where none did.

    Parameters
    ----------
    offer, label
        (h, W) uint8.
    """

    offer: UInt8Array
    label: UInt8Array

    @classmethod
    def empty(cls, size: tuple[int, int]) -> Bids:
        """Allocate for (H, W); contents are undefined."""
        return cls(np.empty(size, np.uint8), np.empty(size, np.uint8))

    def rows(self, part: slice) -> Bids:
        """Return a view of some rows."""
        return Bids(self.offer[part], self.label[part])

    def take(self, other: Bids) -> None:
        """Copy other bids."""
        np.copyto(self.offer, other.offer)
        np.copyto(self.label, other.label)

    def clear(self) -> None:
        """Forget all offers."""
        self.offer.fill(0)
        self.label.fill(0)

    def survive(self, value: Float32Array, lowest: float, own: Bids, scratch: UInt8Array, columns: slice) -> None:
        """Make an offer where the value reaches the lowest that survives.

        Parameters
        ----------
        value
            (h, W) float32.
        lowest
            Of the values that survive.
        own
            The keys, and the classes they are for.
        scratch
            (2, h, W) uint8.
        columns
            Where to do so.
        """
        passes, better = scratch[:, :, columns]
        offer, key = self.offer[:, columns], own.offer[:, columns]
        _reaches(value[:, columns], lowest, passes)
        cv2.compare(key, offer, cv2.CMP_GT, dst=better)
        cv2.bitwise_and(better, passes, dst=better)
        cv2.copyTo(key, better, offer)
        cv2.copyTo(own.label[:, columns], better, self.label[:, columns])

    def pop_up(
        self, value: Float32Array, lowest: float, own: tuple[int, int], scratch: UInt8Array, columns: slice
    ) -> None:
        """Make an offer where the value reaches the lowest that pops up: (key, class), the same everywhere.

        The other parameters are those of `survive`; scratch is (3, h, W).
        """
        passes, better, constant = scratch[:, :, columns]
        offer = self.offer[:, columns]
        _reaches(value[:, columns], lowest, passes)
        cv2.threshold(offer, own[0] - 1, 255, cv2.THRESH_BINARY_INV, dst=better)
        cv2.bitwise_and(better, passes, dst=better)
        for target, content in ((offer, own[0]), (self.label[:, columns], own[1])):
            constant.fill(content)
            cv2.copyTo(constant, better, target)


def _reaches(value: Float32Array, lowest: float, out: UInt8Array) -> None:
    """Write 1 or 255 where a value is not below the lowest, else 0."""
    if value.flags.c_contiguous:
        np.greater_equal(value, np.float32(lowest), out=out.view(np.bool_))
    else:
        # numpy takes three times as long on part of the columns.
        cv2.compare(value, np.asarray([lowest]), cv2.CMP_GE, dst=out)
