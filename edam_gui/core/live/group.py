"""Classes that move together: of those that survive together only the best counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from edam_gui.core.arrays import Float32Array, UInt8Array
from edam_gui.core.live.bids import Bids


@dataclass(frozen=True, eq=False)
class Member:
    """A class in a strip: its scores and keys, (h, W), the key it pops up with, and its label."""

    value: Float32Array
    key: UInt8Array
    popped: int
    label: int


@dataclass(frozen=True, eq=False)
class Group:
    """What counts of several classes with the same cuts.

    Parameters
    ----------
    positions
        Of the classes among those present.
    value
        (H, W) float32: the best score.
    best
        The best key, and the class it is for.
    popped
        (H, W) uint8: the key that class pops up with.
    second
        (strips, tiles) float32: the highest second-best score.
    """

    positions: frozenset[int]
    value: Float32Array
    best: Bids
    popped: UInt8Array
    second: Float32Array

    @classmethod
    def empty(cls, positions: frozenset[int], size: tuple[int, int], tiles: tuple[int, ...]) -> Group:
        """Allocate; contents are undefined."""
        value, popped = np.empty(size, np.float32), np.empty(size, np.uint8)
        return cls(positions, value, Bids.empty(size), popped, np.empty(tiles, np.float32))

    def fill(self, part: slice, members: Sequence[Member]) -> Float32Array:
        """Fill a strip; return its second-best scores, (h, W) float32."""
        value, popped, best = self.value[part], self.popped[part], self.best.rows(part)
        better, constant = np.empty((2, *popped.shape), np.uint8)
        second = np.full(value.shape, -np.inf, np.float32)
        lower = np.empty_like(value)
        best.clear()
        value.fill(-np.inf)
        for member in members:
            cv2.compare(member.key, best.offer, cv2.CMP_GT, dst=better)
            cv2.copyTo(member.key, better, best.offer)
            for target, content in ((best.label, member.label), (popped, member.popped)):
                constant.fill(content)
                cv2.copyTo(constant, better, target)
            np.minimum(value, member.value, out=lower)
            np.maximum(second, lower, out=second)
            np.maximum(value, member.value, out=value)
        return second
