"""Algorithm 1 while thresholds move: the same label map as `pseudo_label`, to the pixel, in milliseconds.

What depends on the image alone is computed once. A pixel keeps its class ("passes") if its score reaches a cut
that depends on S only, so both cuts become bytes: let q be the score's bucket (0..127) and ``e = q`` where S = 1,
``e = 255 - q`` where S = 0. "q >= a inside, q >= b outside" is then the one interval ``a <= e <= 255 - b``: four
byte operations per pixel, done strip by strip so that the strips stay in the cache. Only the pixels whose bucket
holds the cut itself are compared as floats.
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
        _in_strips(ground.code, source, self._saliency, cut, first, last, out)
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


def _in_strips(
    code: UInt8Array, source: UInt8Array, saliency: UInt8Array | None, cut: int, first: int, last: int, out: UInt8Array
) -> None:
    height, width = out.shape
    rows = max(1, _STRIP_PIXELS // width)
    if height * width < _THREADED_PIXELS:
        _strips(code, source, saliency, cut, first, last, out, rows)
        return
    half = height // 2
    arguments = [
        (code[part], source[part], None if saliency is None else saliency[part], cut, first, last, out[part], rows)
        for part in (slice(0, half), slice(half, height))
    ]
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(_strips, *arguments[0])
        _strips(*arguments[1])
        other.result()


def _strips(
    code: UInt8Array,
    source: UInt8Array,
    saliency: UInt8Array | None,
    cut: int,
    first: int,
    last: int,
    out: UInt8Array,
    rows: int,
) -> None:
    height, width = out.shape
    scratch = np.empty((2, rows, width), np.uint8)
    for start in range(0, height, rows):
        part = slice(start, min(start + rows, height))
        mask, merged = scratch[:, : part.stop - part.start]
        if saliency is None or cut == 0:
            merged = code[part]
        elif cut == 256:
            cv2.bitwise_not(code[part], dst=merged)
        else:
            cv2.threshold(saliency[part], cut - 1, 255, cv2.THRESH_BINARY_INV, dst=mask)
            cv2.bitwise_xor(code[part], mask, dst=merged)
        cv2.inRange(merged, float(first), float(last), dst=mask)
        cv2.bitwise_and(source[part], mask, dst=out[part])
