"""The label map where the winner alone decides a pixel: it keeps its class if its score reaches a cut.

The cut depends on S only, so both cuts become bytes: let q be the score's bucket (0..127) and ``e = q`` where S = 1,
``e = 255 - q`` where S = 0. "q >= a inside, q >= b outside" is then the one interval ``a <= e <= 255 - b``: four
byte operations per pixel; two where theta rests, because e is then kept. A class with cuts of its own has its own
interval. Only the pixels whose bucket holds the cut itself are compared as floats.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from edam_gui.core.arrays import AnyArray, Float32Array, UInt8Array
from edam_gui.core.buckets import Buckets, make_buckets
from edam_gui.core.live.cuts import Cuts
from edam_gui.core.live.saliency import SaliencyCuts
from edam_gui.core.live.strips import Strips

_BUCKETS = 128
_SCRATCH = 4


class ByWinner:
    """What one dialect needs of one image.

    Parameters
    ----------
    winner, value
        (H, W) uint8 and float32: the best class and its score.
    saliency
        (H, W) uint8 or `None`.
    """

    def __init__(self, winner: UInt8Array, value: Float32Array, saliency: UInt8Array | None) -> None:
        self.winner = winner
        self.value = value
        self._saliency = saliency
        self._buckets = make_buckets(value.reshape(-1), _BUCKETS)
        self._code = self._buckets.code.reshape(value.shape)
        self._strips = Strips.of((value.shape[0], value.shape[1]))
        self._merged = _Merged((value.shape[0], value.shape[1]))

    def label_map(self, cuts: Mapping[int, Cuts], source: UInt8Array, out: UInt8Array) -> None:
        """Write the label map.

        Parameters
        ----------
        cuts
            Of every class but the background.
        source
            (H, W) uint8: the class a pixel has if it keeps one, 0 where the background wins.
        out
            (H, W) uint8.
        """
        salient = SaliencyCuts.of({c: own.salient for c, own in cuts.items()})
        intervals = _Intervals.of(self._buckets, cuts)
        merged = _Store(self._code, True) if salient.trivial else self._merged.of(salient)

        def work(_: int, part: slice, scratch: UInt8Array) -> None:
            e = scratch[3] if merged.array is None else merged.array[part]
            if not merged.ready:
                assert self._saliency is not None  # noqa: S101 - without a map all is salient
                salient.mark_others(self._saliency[part], self.winner[part], scratch[:2], scratch[2])
                cv2.bitwise_xor(self._code[part], scratch[2], dst=e)
            intervals.keep(e, self.winner[part], scratch[:2], scratch[2])
            cv2.bitwise_and(source[part], scratch[2], dst=out[part])

        self._strips.run(work, _SCRATCH)
        for settled in intervals.settled:
            self._settle(settled, cuts, salient, source, out)

    def _settle(
        self,
        settled: _Settled,
        cuts: Mapping[int, Cuts],
        salient: SaliencyCuts,
        source: UInt8Array,
        out: UInt8Array,
    ) -> None:
        """Correct the pixels whose bucket holds the cut and that lie on its other side."""
        if salient.trivial and not settled.inside:
            return
        pixels = settled.cut.exceptions
        if settled.classes is not None or salient.own:
            winner = self.winner.reshape(-1)[pixels]
            if settled.classes is not None:
                ours = np.isin(np.arange(256), settled.classes)[winner]
                pixels, winner = pixels[ours], winner[ours]
            lowest: AnyArray = np.zeros(256, np.int16)
            lowest[list(cuts)] = [own.salient for own in cuts.values()]
            lowest = lowest[winner]
        else:
            lowest = np.asarray(salient.common)
        if not salient.trivial:
            assert self._saliency is not None  # noqa: S101 - without a map all is salient
            pixels = pixels[(self._saliency.reshape(-1)[pixels] >= lowest) == settled.inside]
        out.reshape(-1)[pixels] = np.uint8(0) if settled.cut.bucket_passes else source.reshape(-1)[pixels]


@dataclass(frozen=True, eq=False)
class _Cut:
    """A cut at a float value: its bucket, whether that passes as a whole, and which pixels are exceptions to that."""

    bucket: int
    bucket_passes: bool
    exceptions: np.ndarray[tuple[int], np.dtype[np.intp]]

    @classmethod
    def of(cls, buckets: Buckets, lowest: np.float32) -> _Cut:
        bucket = buckets.bucket_of(lowest)
        span = buckets.span(bucket)
        passes = buckets.values[span] >= lowest
        majority = 2 * np.count_nonzero(passes) > passes.size
        exceptions = ~passes if majority else passes
        # numpy indexes three times as fast by its own integer type, the conversion included.
        return cls(bucket, bool(majority), buckets.order[span][exceptions].astype(np.intp))

    @property
    def lowest_bucket(self) -> int:
        """The lowest bucket that passes as a whole."""
        return self.bucket if self.bucket_passes else self.bucket + 1


@dataclass(frozen=True, eq=False)
class _Settled:
    """A cut, which side of the saliency map it is for, and the classes it is for (`None`: all)."""

    cut: _Cut
    inside: bool
    classes: tuple[int, ...] | None


@dataclass(frozen=True, eq=False)
class _Intervals:
    """The interval of e that keeps a class: the common one, and others with their classes."""

    common: tuple[int, int]
    own: tuple[tuple[tuple[int, int], tuple[int, ...]], ...]
    settled: tuple[_Settled, ...]

    @classmethod
    def of(cls, buckets: Buckets, cuts: Mapping[int, Cuts]) -> _Intervals:
        pairs = {c: (own.inside, own.outside) for c, own in cuts.items()}
        common = Counter(pairs.values()).most_common(1)[0][0]
        made = {x: _Cut.of(buckets, np.float32(x)) for x in sorted({x for pair in pairs.values() for x in pair})}

        def interval(pair: tuple[float, float]) -> tuple[int, int]:
            return made[pair[0]].lowest_bucket, 255 - made[pair[1]].lowest_bucket

        others = sorted(set(pairs.values()) - {common})
        own = tuple((interval(pair), tuple(c for c in pairs if pairs[c] == pair)) for pair in others)
        settled = []
        for side in (0, 1):
            for x in sorted({pair[side] for pair in pairs.values()}):
                classes = tuple(c for c, pair in pairs.items() if pair[side] == x)
                settled.append(_Settled(made[x], side == 0, None if len(classes) == len(pairs) else classes))
        return cls(interval(common), own, tuple(settled))

    def keep(self, e: UInt8Array, winner: UInt8Array, scratch: UInt8Array, out: UInt8Array) -> None:
        """Write 255 where a pixel keeps its class, else 0; scratch is (2, h, W) uint8."""
        _in_range(e, self.common, out)
        within, of_class = scratch
        for interval, classes in self.own:
            _in_range(e, interval, within)
            for c in classes:
                np.equal(winner, np.uint8(c), out=of_class.view(np.bool_))
                cv2.copyTo(within, of_class, out)


def _in_range(e: UInt8Array, interval: tuple[int, int], out: UInt8Array) -> None:
    cv2.inRange(e, float(interval[0]), float(interval[1]), dst=out)


@dataclass(frozen=True, eq=False)
class _Store:
    """Where e is kept for some saliency cuts: `array` holds it already (`ready`), is to be filled, or is `None`."""

    array: UInt8Array | None
    ready: bool


class _Merged:
    """Keeps e from the second use of its cuts on: a theta that moves on every call is not slowed down by storing."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._size = size
        self._cuts: SaliencyCuts | None = None
        self._uses = 0
        self._array: UInt8Array | None = None

    def of(self, cuts: SaliencyCuts) -> _Store:
        self._uses = self._uses + 1 if cuts == self._cuts else 1
        self._cuts = cuts
        if self._uses == 1:
            return _Store(None, False)
        if self._array is None:
            self._array = np.empty(self._size, np.uint8)
        return _Store(self._array, self._uses > 2)
