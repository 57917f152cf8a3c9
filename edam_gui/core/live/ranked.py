"""`reference` where alpha or beta differ between classes, so that a class may be out while a lower one survives.

Thresholds never change the order of the classes at a pixel. Every class has a byte there, its *key*: the better its
rank, the higher. A class offers its key where it survives alpha, a key above all of those where it pops up (the
lowest class has the highest), else 0, and the highest offer decides. The offers of the classes whose cuts rest are
kept as one map, so that a slider costs its own class only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from edam_gui.core.activation_masks import Scores
from edam_gui.core.arrays import UInt8Array
from edam_gui.core.live.cuts import Cuts
from edam_gui.core.live.saliency import SaliencyCuts
from edam_gui.core.live.strips import Strips

MAX_CLASSES = 127
"""Ranks and classes share the 255 keys."""

_SCRATCH = 4


class Ranked:
    """The ranks of one image's classes.

    Parameters
    ----------
    scores
        1..127 present classes, without the background.
    saliency
        (H, W) uint8.

    Notes
    -----
    Takes n + 2 bytes per pixel for n classes.
    """

    def __init__(self, scores: Scores, saliency: UInt8Array) -> None:
        self._scores = scores
        self._saliency = saliency
        self._strips = Strips.of(scores.size)
        self._count = len(scores.classes)
        self._keys = np.empty(scores.values.shape, np.uint8)
        self._highest = np.empty((self._count, len(self._strips.parts)), np.float32)
        self._strips.run(self._rank, 1)
        self._last: dict[int, _Ends] = {}
        self._resting: dict[int, _Ends] = {}
        self._kept: _Bids | None = None

    def _rank(self, index: int, part: slice, scratch: UInt8Array) -> None:
        """Fill the keys of a strip: 255 - n - rank, where rank counts the classes that go before."""
        keys = self._keys[:, part]
        keys[...] = 255 - self._count
        values = [channel[part] for channel in self._scores.values]
        behind = scratch[0].view(np.bool_)
        for later, value in enumerate(values):
            self._highest[later, index] = value.max()
            for earlier in range(later):
                np.greater_equal(values[earlier], value, out=behind)
                keys[later] -= behind.view(np.uint8)
                np.logical_not(behind, out=behind)
                keys[earlier] -= behind.view(np.uint8)

    def label_map(self, cuts: Mapping[int, Cuts], out: UInt8Array) -> None:
        """Write the label map.

        Parameters
        ----------
        cuts
            Of every class.
        out
            (H, W) uint8.
        """
        salient = SaliencyCuts.of({c: own.salient for c, own in cuts.items()})
        ends = {position: (cuts[c].inside, cuts[c].outside) for position, c in enumerate(self._scores.classes)}
        rest = {position: own for position, own in ends.items() if self._last.get(position) == own}
        moved = [position for position in ends if position not in rest]
        self._last = ends
        known = bool(rest) and rest == self._resting
        kept = self._keep(rest) if rest else None

        def work(index: int, part: slice, scratch: UInt8Array) -> None:
            bids = _Bids(scratch[0], out[part])
            if known and kept is not None:
                bids.take(kept.rows(part))
            else:
                bids.clear()
                for position in rest:
                    self._bid(position, ends[position], index, bids, scratch[1:])
                if kept is not None:
                    kept.rows(part).take(bids)
            for position in moved:
                self._bid(position, ends[position], index, bids, scratch[1:])
            if not salient.trivial:
                self._drop(salient, part, bids, scratch[1:])

        self._strips.run(work, _SCRATCH)

    def _keep(self, rest: dict[int, _Ends]) -> _Bids:
        """Return the maps that hold, or are to hold, the offers of the classes at rest."""
        self._resting = rest
        if self._kept is None:
            self._kept = _Bids(np.empty(self._saliency.shape, np.uint8), np.empty(self._saliency.shape, np.uint8))
        return self._kept

    def _bid(self, position: int, ends: _Ends, index: int, bids: _Bids, scratch: UInt8Array) -> None:
        """Let one class offer its keys in a strip."""
        inside, outside = ends
        highest = self._highest[position, index]
        if highest < inside:
            return
        part = self._strips.parts[index]
        value = self._scores.values[position][part]
        passes, better, constant = scratch
        constant.fill(self._scores.classes[position])
        np.greater_equal(value, np.float32(inside), out=passes.view(np.bool_))
        key = self._keys[position][part]
        cv2.compare(key, bids.offer, cv2.CMP_GT, dst=better)
        cv2.bitwise_and(better, passes, dst=better)
        cv2.copyTo(key, better, bids.offer)
        cv2.copyTo(constant, better, bids.label)
        if highest < outside:
            return
        pop = 255 - position
        np.greater_equal(value, np.float32(outside), out=passes.view(np.bool_))
        np.less(bids.offer, np.uint8(pop), out=better.view(np.bool_))
        cv2.bitwise_and(better, passes, dst=better)
        cv2.copyTo(constant, better, bids.label)
        constant.fill(pop)
        cv2.copyTo(constant, better, bids.offer)

    def _drop(self, salient: SaliencyCuts, part: slice, bids: _Bids, scratch: UInt8Array) -> None:
        """Make background of what neither popped up nor is salient."""
        others = scratch[2]
        salient.mark_others(self._saliency[part], bids.label, scratch[:2], others)
        cv2.threshold(bids.offer, 255 - self._count, 255, cv2.THRESH_BINARY_INV, dst=scratch[0])
        cv2.bitwise_and(others, scratch[0], dst=others)
        cv2.subtract(bids.label, others, dst=bids.label)


_Ends = tuple[float, float]
"""A class's cuts inside and outside."""


@dataclass(frozen=True, eq=False)
class _Bids:
    """The highest offer so far, and the class that made it, 0 where none did; (h, W) uint8 each."""

    offer: UInt8Array
    label: UInt8Array

    def rows(self, part: slice) -> _Bids:
        return _Bids(self.offer[part], self.label[part])

    def take(self, other: _Bids) -> None:
        np.copyto(self.offer, other.offer)
        np.copyto(self.label, other.label)

    def clear(self) -> None:
        self.offer.fill(0)
        self.label.fill(0)
