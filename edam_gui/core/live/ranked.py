"""`reference` where alpha or beta differ between classes, so that a class may be out while a lower one survives.

Thresholds never change the order of the classes at a pixel. Every class has a byte there, its *key*: the better its
rank, the higher. A class offers its key where it survives alpha, a key above all of those where it pops up (the
lowest class has the highest), else nothing, and the highest offer decides. The offers of the classes whose cuts rest
are kept as one map, so that a slider costs its own class only; classes that move together survive together, so of
those only the best counts, and that is kept too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import cv2
import numpy as np

from edam_gui.core.activation_masks import Scores
from edam_gui.core.arrays import BoolArray, UInt8Array
from edam_gui.core.live.bids import Bids
from edam_gui.core.live.cuts import Cuts
from edam_gui.core.live.group import Group, Member
from edam_gui.core.live.saliency import SaliencyCuts
from edam_gui.core.live.strips import Strips

MAX_CLASSES = 127
"""Ranks and classes share the 255 keys."""

_SCRATCH = 4
_TILE = 1000
"""Columns of a tile; a class whose highest score in a tile of a strip is below its cut costs nothing there."""

_Ends = tuple[float, float]
"""A class's cuts inside and outside."""


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
    Takes n bytes per pixel for n classes, 2 for offers kept and 7 for classes that move together.
    """

    def __init__(self, scores: Scores, saliency: UInt8Array) -> None:
        self._scores = scores
        self._saliency = saliency
        self._strips = Strips.of(scores.size)
        self._count = len(scores.classes)
        self._keys = np.empty(scores.values.shape, np.uint8)
        self._tiles = tuple(range(0, scores.size[1], _TILE))
        self._highest = np.empty((self._count, len(self._strips.parts), len(self._tiles)), np.float32)
        self._strips.run(self._rank, 1)
        self._last: dict[int, _Ends] = {}
        self._resting: dict[int, _Ends] = {}
        self._kept: Bids | None = None
        self._group: Group | None = None

    def _rank(self, index: int, part: slice, scratch: UInt8Array) -> None:
        """Fill the keys of a strip: 255 - n - rank, where rank counts the classes that go before."""
        keys = self._keys[:, part]
        keys[...] = 255 - self._count
        values = [channel[part] for channel in self._scores.values]
        behind = scratch[0].view(np.bool_)
        for later, value in enumerate(values):
            self._highest[later, index] = np.maximum.reduceat(value.max(axis=0), self._tiles)
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
        moved = {position: own for position, own in ends.items() if position not in rest}
        self._last = ends
        known = bool(rest) and rest == self._resting
        kept = self._keep(rest) if rest else None
        group = self._moving_together(moved)

        def work(index: int, part: slice, scratch: UInt8Array) -> None:
            bids = Bids(scratch[0], out[part])
            if known and kept is not None:
                bids.take(kept.rows(part))
            else:
                bids.clear()
                self._bid(rest, None, index, bids, scratch[1:])
                if kept is not None:
                    kept.rows(part).take(bids)
            self._bid(moved, group, index, bids, scratch[1:])
            if not salient.trivial:
                self._drop(salient, part, bids, scratch[1:])

        self._strips.run(work, _SCRATCH)

    def _keep(self, rest: dict[int, _Ends]) -> Bids:
        """Return the maps that hold, or are to hold, the offers of the classes at rest."""
        self._resting = rest
        if self._kept is None:
            self._kept = Bids.empty(self._scores.size)
        return self._kept

    def _moving_together(self, moved: Mapping[int, _Ends]) -> Group | None:
        """Return the group of most of the classes that moved to the same cuts."""
        alike: dict[_Ends, set[int]] = {}
        for position, own in moved.items():
            alike.setdefault(own, set()).add(position)
        largest = max(alike.values(), key=len, default=set())
        if len(largest) < 2:
            return None
        group = self._group
        # One class more that happens to have the same cuts is not worth a new group.
        if group is None or not (group.positions <= largest and len(group.positions) >= len(largest) - 1):
            group = self._group = self._make_group(frozenset(largest))
        return group

    def _make_group(self, positions: frozenset[int]) -> Group:
        group = Group.empty(positions, self._scores.size, self._highest.shape[1:])

        def fill(index: int, part: slice, _: UInt8Array) -> None:
            values = {p: self._scores.values[p][part] for p in sorted(positions)}
            members = [Member(v, self._keys[p][part], 255 - p, self._scores.classes[p]) for p, v in values.items()]
            second = group.fill(part, members)
            group.second[index] = np.maximum.reduceat(second.max(axis=0), self._tiles)

        self._strips.run(fill, 0)
        return group

    def _bid(self, ends: Mapping[int, _Ends], group: Group | None, index: int, bids: Bids, scratch: UInt8Array) -> None:
        """Let classes make their offers in a strip."""
        part = self._strips.parts[index]
        together: frozenset[int] = frozenset() if group is None else group.positions
        several = np.ones(len(self._tiles), np.bool_)
        if group is not None:
            inside, outside = ends[min(together)]
            highest = self._highest[list(together), index].max(axis=0)
            # Where no second class of the group can pop up, the best is the lowest that does.
            several = group.second[index] >= np.float32(outside)
            own = group.best.rows(part)
            for columns in self._spans(highest >= np.float32(inside)):
                bids.survive(group.value[part], inside, own, scratch[:2], columns)
            popped = Bids(group.popped[part], own.label)
            for columns in self._spans(~several & (highest >= np.float32(outside))):
                bids.survive(group.value[part], outside, popped, scratch[:2], columns)
        for position, (inside, outside) in ends.items():
            value, label = self._scores.values[position][part], self._scores.classes[position]
            highest = self._highest[position, index]
            reached = highest >= np.float32(outside)
            if position in together:
                reached &= several
            else:
                scratch[2].fill(label)
                own = Bids(self._keys[position][part], scratch[2])
                for columns in self._spans(highest >= np.float32(inside)):
                    bids.survive(value, inside, own, scratch[:2], columns)
            for columns in self._spans(reached):
                bids.pop_up(value, outside, (255 - position, label), scratch, columns)

    def _spans(self, tiles: BoolArray) -> Iterator[slice]:
        """Yield the columns of the tiles that are True, neighbours together."""
        edges = np.diff(np.concatenate(([False], tiles, [False])).astype(np.int8))
        starts, stops = (np.flatnonzero(edges == step).tolist() for step in (1, -1))
        for start, stop in zip(starts, stops, strict=True):
            yield slice(start * _TILE, min(stop * _TILE, self._scores.size[1]))

    def _drop(self, salient: SaliencyCuts, part: slice, bids: Bids, scratch: UInt8Array) -> None:
        """Make background of what neither popped up nor is salient."""
        others = scratch[2]
        salient.mark_others(self._saliency[part], bids.label, scratch[:2], others)
        cv2.threshold(bids.offer, 255 - self._count, 255, cv2.THRESH_BINARY_INV, dst=scratch[0])
        cv2.bitwise_and(others, scratch[0], dst=others)
        cv2.subtract(bids.label, others, dst=bids.label)
