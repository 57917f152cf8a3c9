"""Algorithm 1 while thresholds move: the same label map as `pseudo_label`, to the pixel, in milliseconds.

What depends on the image alone is computed once. A pixel keeps its class ("passes") if its score reaches a cut
that depends on S only, so both cuts become bytes: let q be the score's bucket (0..127) and ``e = q`` where S = 1,
``e = 255 - q`` where S = 0. "q >= a inside, q >= b outside" is then the one interval ``a <= e <= 255 - b``: four
byte operations per pixel, done strip by strip so that the strips stay in the cache; two where theta rests, because e
is then kept. Only the pixels whose bucket holds the cut itself are compared as floats.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np

from edam_gui.core.activation_masks import Scores
from edam_gui.core.arrays import Float32Array, UInt8Array
from edam_gui.core.buckets import Buckets, make_buckets
from edam_gui.core.first_class import FirstClass, find_records
from edam_gui.core.options import Dialect, LabelRule, Rule, ScoreSource
from edam_gui.core.pseudo_label import is_salient, pseudo_label, winner_and_score, without_background
from edam_gui.core.regions import Regions, find_regions

_BUCKETS = 128
_STRIP_PIXELS = 1 << 18
_THREADED_PIXELS = 1 << 20
"""Below this a second thread costs more than it saves."""


@dataclass(frozen=True, eq=False)
class _Ground:
    """What one dialect needs of one image."""

    winner: UInt8Array
    value: Float32Array
    buckets: Buckets
    code: UInt8Array  # the buckets' codes, (H, W)


class LiveLabel:
    """The label map of one image under changing thresholds.

    Not thread-safe: one instance belongs to one thread at a time. The arrays passed in are not copied and must
    not change.

    Parameters
    ----------
    scores
        Background (optional) and present classes.
    saliency
        (H, W) uint8 or `None`.

    Raises
    ------
    ValueError
        Saliency and scores differ in size.
    """

    def __init__(self, scores: Scores, saliency: UInt8Array | None) -> None:
        if saliency is not None and saliency.shape != scores.size:
            raise ValueError(f"saliency {saliency.shape} and scores {scores.size} differ in size")
        self._scores = scores
        self._saliency = None if saliency is None else np.ascontiguousarray(saliency)
        self._grounds: dict[Dialect, _Ground] = {}
        self._first: FirstClass | None = None
        self._regions: tuple[int, Regions] | None = None
        self._merged = _Merged(scores.size)

    def prepare(self, dialect: Dialect) -> None:
        """Compute what depends on the image alone, so that the first `label_map` is as fast as every other."""
        if not any(self._scores.classes) or dialect in self._grounds:
            return
        if dialect is Dialect.PAPER:
            winner, value = winner_and_score(self._scores)
        else:
            records = find_records(without_background(self._scores))
            self._first = FirstClass(records)
            winner, value = records.winner, records.best
        buckets = make_buckets(value.reshape(-1), _BUCKETS)
        self._grounds[dialect] = _Ground(winner, value, buckets, buckets.code.reshape(value.shape))

    def label_map(self, rule: LabelRule, out: UInt8Array | None = None) -> UInt8Array:
        """Return the label map, equal to ``pseudo_label(scores, saliency, rule)``.

        Parameters
        ----------
        rule
            Dialect, rule and thresholds. Per-class thresholds take the plain way.
        out
            (H, W) uint8, C-contiguous, to write into; a new array without it.
        """
        if out is None:
            out = np.empty(self._scores.size, np.uint8)
        if rule.per_class or not any(self._scores.classes):
            np.copyto(out, pseudo_label(self._scores, self._saliency, rule))
            return out
        if rule.dialect is Dialect.REFERENCE and self._saliency is None and rule.scores is ScoreSource.CRF:
            self.prepare(Dialect.PAPER)
            np.copyto(out, self._grounds[Dialect.PAPER].winner)
            return out
        self.prepare(rule.dialect)
        ground = self._grounds[rule.dialect]
        if rule.rule is Rule.REGION:
            return self._by_region(ground, rule, out)
        cut = self._cut(rule)
        inside, outside = self._cuts(rule)
        source = ground.winner
        if rule.dialect is Dialect.REFERENCE and self._saliency is not None:
            source = self._first_above(outside)
        self._by_pixel(ground, source, cut, inside, outside, out)
        return out

    def _cut(self, rule: LabelRule) -> int:
        """Return the lowest salient grey value, 0 (all are) .. 256 (none is)."""
        if self._saliency is None or rule.thresholds.ignore_saliency:
            return 0
        theta = rule.thresholds.theta
        cut = math.ceil(theta) if rule.dialect is Dialect.PAPER else math.floor(theta) + 1
        return min(max(cut, 0), 256)

    def _cuts(self, rule: LabelRule) -> tuple[np.float32, np.float32]:
        """Return the lowest scores that keep their class, inside and outside the salient region."""
        thresholds = rule.thresholds
        above_beta = np.nextafter(thresholds.beta32, np.float32(np.inf))
        if rule.dialect is Dialect.PAPER:
            return thresholds.alpha32, above_beta
        if self._saliency is None:
            above_background = np.nextafter(thresholds.background32, np.float32(np.inf))
            return above_background, above_background
        # A class must survive alpha first: it pops up if its score is >= alpha and > beta.
        above_zero = np.nextafter(np.float32(0), np.float32(1))
        return max(thresholds.alpha32, above_zero), max(above_beta, thresholds.alpha32, above_zero)

    def _first_above(self, popped: np.float32) -> UInt8Array:
        """Return the lowest class that pops up, else the best class, at every pixel."""
        assert self._first is not None  # noqa: S101 - prepare() made it
        return self._first.above(np.nextafter(popped, np.float32(-np.inf)))

    def _by_pixel(
        self, ground: _Ground, source: UInt8Array, cut: int, inside: np.float32, outside: np.float32, out: UInt8Array
    ) -> None:
        low = ground.buckets.bucket_of(inside)
        high = ground.buckets.bucket_of(outside)
        settle_inside = _Cut.of(ground.buckets, low, inside)
        settle_outside = _Cut.of(ground.buckets, high, outside)
        first = low if settle_inside.bucket_passes else low + 1
        last = 255 - (high if settle_outside.bucket_passes else high + 1)
        merged = self._merged.of(ground, cut) if self._saliency is not None and cut > 0 else _Store(ground.code, True)
        _in_strips(_Strip(ground.code, source, self._saliency, merged, out), cut, first, last)
        for salient, settled in ((True, settle_inside), (False, settle_outside)):
            self._settle(settled, source, cut, salient, out)

    def _settle(self, settled: _Cut, source: UInt8Array, cut: int, salient: bool, out: UInt8Array) -> None:
        """Correct the pixels whose bucket holds the cut and that lie on its other side."""
        pixels = settled.exceptions
        if self._saliency is None or cut in (0, 256):
            if salient is (cut == 256):
                return
        else:
            pixels = pixels[(self._saliency.reshape(-1)[pixels] >= cut) == salient]
        out.reshape(-1)[pixels] = np.uint8(0) if settled.bucket_passes else source.reshape(-1)[pixels]

    def _by_region(self, ground: _Ground, rule: LabelRule, out: UInt8Array) -> UInt8Array:
        cut = self._cut(rule)
        if self._regions is None or self._regions[0] != cut:
            salient = np.full(ground.winner.shape, cut == 0)
            if self._saliency is not None and cut > 0:
                salient = is_salient(self._saliency, float(cut), Dialect.PAPER)
            self._regions = (cut, find_regions(ground.winner, ground.value, salient))
        keep = self._regions[1].keep(np.asarray(rule.thresholds.alpha32), np.asarray(rule.thresholds.beta32))
        return np.bitwise_and(ground.winner, keep, out=out)


@dataclass(frozen=True, eq=False)
class _Cut:
    """A cut at a float value: whether its bucket passes as a whole, and which pixels are exceptions to that."""

    bucket_passes: bool
    exceptions: np.ndarray[tuple[int], np.dtype[np.int32]]

    @classmethod
    def of(cls, buckets: Buckets, bucket: int, lowest: np.float32) -> _Cut:
        span = buckets.span(bucket)
        passes = buckets.values[span] >= lowest
        majority = 2 * np.count_nonzero(passes) > passes.size
        exceptions = ~passes if majority else passes
        return cls(bool(majority), buckets.order[span][exceptions])


@dataclass(frozen=True, eq=False)
class _Store:
    """Where e is kept for one cut: `array` holds it already (`ready`), is to be filled, or is `None`."""

    array: UInt8Array | None
    ready: bool


class _Merged:
    """Keeps e from the second use of a cut on: a theta that moves on every call is not slowed down by storing."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._size = size
        self._key: tuple[int, int] | None = None
        self._uses = 0
        self._array: UInt8Array | None = None

    def of(self, ground: _Ground, cut: int) -> _Store:
        key = (id(ground), cut)
        self._uses = self._uses + 1 if key == self._key else 1
        self._key = key
        if self._uses == 1:
            return _Store(None, False)
        if self._array is None:
            self._array = np.empty(self._size, np.uint8)
        return _Store(self._array, self._uses > 2)


@dataclass(frozen=True, eq=False)
class _Strip:
    """The arrays of one pass, all (H, W)."""

    code: UInt8Array
    source: UInt8Array
    saliency: UInt8Array | None
    merged: _Store
    out: UInt8Array

    def rows(self, part: slice) -> _Strip:
        stored = None if self.merged.array is None else self.merged.array[part]
        saliency = None if self.saliency is None else self.saliency[part]
        return _Strip(self.code[part], self.source[part], saliency, _Store(stored, self.merged.ready), self.out[part])


def _in_strips(strip: _Strip, cut: int, first: int, last: int) -> None:
    height, width = strip.out.shape
    rows = max(1, _STRIP_PIXELS // width)
    if height * width < _THREADED_PIXELS:
        _strips(strip, cut, first, last, rows)
        return
    half = height // 2
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(_strips, strip.rows(slice(0, half)), cut, first, last, rows)
        _strips(strip.rows(slice(half, height)), cut, first, last, rows)
        other.result()


def _strips(whole: _Strip, cut: int, first: int, last: int, rows: int) -> None:
    height, width = whole.out.shape
    scratch = np.empty((2, min(rows, height), width), np.uint8)
    for start in range(0, height, rows):
        strip = whole.rows(slice(start, min(start + rows, height)))
        mask, merged = scratch[:, : len(strip.out)]
        if strip.merged.array is not None:
            merged = strip.merged.array
        if not strip.merged.ready:
            _merge(strip, cut, mask, merged)
        cv2.inRange(merged, float(first), float(last), dst=mask)
        cv2.bitwise_and(strip.source, mask, dst=strip.out)


def _merge(strip: _Strip, cut: int, mask: UInt8Array, merged: UInt8Array) -> None:
    """Write e: q where salient, 255 - q elsewhere."""
    if cut == 256 or strip.saliency is None:
        cv2.bitwise_not(strip.code, dst=merged)
        return
    cv2.threshold(strip.saliency, cut - 1, 255, cv2.THRESH_BINARY_INV, dst=mask)
    cv2.bitwise_xor(strip.code, mask, dst=merged)
