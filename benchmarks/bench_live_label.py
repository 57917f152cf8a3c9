"""Live label map against the straightforward form and against copying the map's bytes, paired in one run.

Run ``make bench`` or ``python benchmarks/bench_live_label.py [--pairs N]``. Masks are smooth random fields (what
networks yield) in 21 channels, background included: once with all 20 classes in the image (the worst case), once with
3 or 6 (a usual photo; the straightforward form still goes over 21 channels, the others zeros). Three kinds of threshold
change are timed: `jump` (theta, alpha and beta all jump to random values), `beta step` and `alpha step` (a drag).

Then with per-class thresholds, against `pseudo_label` over the present classes only: `ignoring` (the common triple
jumps, two classes ignore saliency), `common` (it jumps, one class has its own), `own` (one class's triple jumps, the
common one rests) and `all own` (every class has its own and all jump, the worst case).
"""

from __future__ import annotations

import argparse
import dataclasses
import statistics
import time
from collections.abc import Callable, Iterator

import cv2
import numpy as np

from edam_gui.core.activation_masks import Scores
from edam_gui.core.live_label import LiveLabel
from edam_gui.core.options import Dialect, LabelRule, Thresholds
from edam_gui.core.pseudo_label import pseudo_label


def smooth_scores(height: int, width: int, channels: int, rng: np.random.Generator) -> Scores:
    values = np.empty((channels, height, width), np.float32)
    for channel in values:
        coarse = rng.random((max(height // 100, 3), max(width // 100, 3)), np.float32) ** 2
        cv2.resize(coarse, (width, height), dst=channel, interpolation=cv2.INTER_CUBIC)
        np.clip(channel, 0, 1, out=channel)
        channel /= channel.max()
    return Scores(values, tuple(range(channels)))


def straightforward(scores: Scores, saliency: np.ndarray, rule: LabelRule) -> np.ndarray:
    """The usual script: np.where over the whole stack, then argmax."""
    t = rule.thresholds
    if rule.dialect is Dialect.REFERENCE:
        stack = np.where(scores.values < t.alpha32, np.float32(-2), scores.values)
        stack = np.where(stack > t.beta32, np.float32(2), stack)
        stack[0] = saliency <= t.theta
        return stack.argmax(axis=0).astype(np.uint8)
    # Zeroed channels leave index 0, the background, to win: Algorithm 1 in stack form.
    inside = np.where(scores.values < t.alpha32, np.float32(0), scores.values)
    outside = np.where(scores.values > t.beta32, scores.values, np.float32(0))
    return np.where(saliency >= t.theta, inside, outside).argmax(axis=0).astype(np.uint8)


def changes(kind: str, dialect: Dialect, rng: np.random.Generator) -> Iterator[LabelRule]:
    theta, alpha, beta = 20.0, 0.1, 0.6
    while True:
        if kind == "jump":
            yield LabelRule(dialect, thresholds=jumped(rng))
            continue
        if kind == "beta step":
            beta = beta + 0.004 if beta < 0.99 else 0.02
        else:
            alpha = alpha + 0.004 if alpha < 0.99 else 0.02
        yield LabelRule(dialect, thresholds=Thresholds(theta, alpha, beta))


def own_changes(kind: str, dialect: Dialect, present: int, rng: np.random.Generator) -> Iterator[LabelRule]:
    resting, own = Thresholds(60.0, 0.1, 0.6), Thresholds(20.0, 0.3, 0.5)
    while True:
        common = resting if kind == "own" else jumped(rng)
        if kind == "ignoring":
            per_class = dict.fromkeys((1, 2), dataclasses.replace(common, ignore_saliency=True))
        elif kind == "all own":
            per_class = {c: jumped(rng) for c in range(1, present + 1)}
        else:
            per_class = {1: own if kind == "common" else jumped(rng)}
        yield LabelRule(dialect, thresholds=common, per_class=per_class)


def jumped(rng: np.random.Generator) -> Thresholds:
    return Thresholds(rng.uniform(0, 255), rng.uniform(0, 1), rng.uniform(0, 1))


def timed(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def compare(height: int, width: int, present: int, pairs: int) -> None:
    rng = np.random.default_rng(0)
    scores = smooth_scores(height, width, 21, rng)
    scores.values[present + 1 :] = 0
    saliency = (smooth_scores(height, width, 1, rng).values[0] * 255).astype(np.uint8)
    live = LiveLabel(scores.select(range(present + 1)), saliency)
    out = np.empty((height, width), np.uint8)
    target = np.empty_like(out)
    present_scores = scores.select(range(present + 1))
    for dialect in Dialect:
        prepared = timed(lambda d=dialect: live.prepare(d))
        print(f"{width}x{height} {present:2} classes {dialect:9}: prepared once in {prepared * 1e3:.0f} ms")
        for kind in ("jump", "beta step", "alpha step"):
            race = Race(f"{kind:10}", lambda r: straightforward(scores, saliency, r), changes(kind, dialect, rng))
            race.run(live, out, target, pairs)
        for kind in ("ignoring", "common", "own", "all own"):
            race = Race(
                f"{kind:10}",
                lambda r: pseudo_label(present_scores, saliency, r),
                own_changes(kind, dialect, present, rng),
            )
            race.run(live, out, target, pairs)
        assert np.array_equal(out, target)


@dataclasses.dataclass(frozen=True)
class Race:
    """One kind of change: the plain form, and the rules one after the other."""

    name: str
    plain: Callable[[LabelRule], np.ndarray]
    rules: Iterator[LabelRule]

    def run(self, live: LiveLabel, out: np.ndarray, target: np.ndarray, pairs: int) -> None:
        rows = []
        for pair in range(pairs):
            rule = next(self.rules)
            plain = timed(lambda r=rule: self.plain(r))
            # The plain form has just swept the caches; what a user feels is a running drag.
            for _ in range(2):
                live.label_map(next(self.rules), out)
            rule = next(self.rules)
            fast = timed(lambda r=rule: live.label_map(r, out))
            np.copyto(target, out)
            copied = timed(lambda: np.copyto(target, out))
            rows.append((plain, fast, copied))
            if pair == 0:
                assert np.array_equal(out, self.plain(rule))
        plain, fast, copied = (statistics.median(column) for column in zip(*rows, strict=True))
        faster = statistics.median(p / f for p, f, _ in rows)
        copies = statistics.median(f / c for _, f, c in rows)
        print(
            f"  {self.name}: plain {plain * 1e3:8.2f} ms, live {fast * 1e3:6.3f} ms (worst "
            f"{max(f for _, f, _ in rows) * 1e3:6.3f}), copy {copied * 1e3:6.3f} ms; "
            f"{faster:6.0f}x faster than plain, {copies:5.1f}x a copy"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=7)
    pairs = parser.parse_args().pairs
    for present in (3, 6, 20):
        compare(375, 500, present, pairs * 5)
        compare(3000, 4000, present, pairs)


if __name__ == "__main__":
    main()
