"""The rules of Algorithm 1 as properties, and the cases the golden data does not hold."""

from __future__ import annotations

import itertools
from collections import deque

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edam_gui.core.activation_masks import ActivationMasks, Scores
from edam_gui.core.live_label import LiveLabel
from edam_gui.core.options import Dialect, LabelRule, Rule, ScoreForm, ScoreSource, Thresholds
from edam_gui.core.pseudo_label import pseudo_label

# Few distinct values, so that ties and values exactly on a threshold are the rule, not the exception.
LEVELS = [0.0, 1e-7, 1e-6, 0.2, 0.25, 0.3, 0.5, 0.7, 0.99999, 1.0]
THETAS = [-1.0, 0.0, 19.999999999999996, 20.0, 20.5, 28.999999999999996, 29.0, 254.99999999999997, 255.0, 300.0]

thresholds = st.builds(
    Thresholds,
    theta=st.sampled_from(THETAS),
    alpha=st.sampled_from(LEVELS),
    beta=st.sampled_from(LEVELS),
    background=st.sampled_from(LEVELS),
    ignore_saliency=st.booleans(),
)


@st.composite
def rules(draw: st.DrawFn, per_class: bool = True) -> LabelRule:
    dialect = draw(st.sampled_from(Dialect))
    rule = draw(st.sampled_from(Rule)) if dialect is Dialect.PAPER else Rule.PIXEL
    own = draw(st.dictionaries(st.integers(1, 6), thresholds, max_size=2)) if per_class else {}
    return LabelRule(dialect, rule, draw(thresholds), own, draw(st.sampled_from(ScoreSource)))


@st.composite
def images(draw: st.DrawFn) -> tuple[Scores, np.ndarray | None]:
    height, width = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    classes = tuple(sorted(draw(st.sets(st.integers(0, 6), min_size=1, max_size=5))))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    values = rng.choice(np.array(LEVELS, np.float32), (len(classes), height, width))
    if draw(st.booleans()):
        values = np.maximum(values, rng.random(values.shape, np.float32) * np.float32(0.6))
    grey = rng.choice(np.array([0, 19, 20, 21, 28, 29, 254, 255], np.uint8), (height, width))
    return Scores(values, classes), grey if draw(st.booleans()) else None


@settings(max_examples=400, deadline=None)
@given(image=images(), sequence=st.lists(rules(), min_size=1, max_size=4))
def test_live_map_equals_plain_map_whatever_moved_before(
    image: tuple[Scores, np.ndarray | None], sequence: list[LabelRule]
) -> None:
    live = LiveLabel(*image)
    for rule in sequence:
        np.testing.assert_array_equal(live.label_map(rule), pseudo_label(*image, rule))


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize("size", [(1, 3001), (700, 1500), (1100, 1000)])
def test_live_map_equals_plain_map_on_large_images(dialect: Dialect, size: tuple[int, int]) -> None:
    rng = np.random.default_rng(7)
    coarse = rng.random((6, size[0] // 9 + 1, size[1] // 9 + 1), np.float32)
    values = np.repeat(np.repeat(coarse, 9, axis=1), 9, axis=2)[:, : size[0], : size[1]]
    values = np.clip(values + rng.normal(0, 0.1, values.shape).astype(np.float32), 0, 1)
    scores = Scores(np.ascontiguousarray(values, np.float32), (0, 1, 3, 7, 8, 254))
    grey = rng.integers(0, 256, size, np.uint8)
    live = LiveLabel(scores, grey)
    out = np.empty(size, np.uint8)
    for theta, alpha, beta in itertools.product((0.0, 77.5, 300.0), (0.0, 0.31, 0.9), (0.05, 0.6, 0.99999)):
        rule = LabelRule(dialect, thresholds=Thresholds(theta, alpha, beta))
        np.testing.assert_array_equal(live.label_map(rule, out), pseudo_label(scores, grey, rule))


def brute_force_pixel(scores: Scores, saliency: np.ndarray | None, rule: LabelRule) -> np.ndarray:
    """Algorithm 1 pixel by pixel, as DESIGN section 2 words it."""
    labels = np.zeros(scores.size, np.uint8)
    for y, x in np.ndindex(scores.size):
        grey = None if saliency is None else int(saliency[y, x])
        pixel = {c: scores.values[i, y, x] for i, c in enumerate(scores.classes)}
        decide = paper_pixel if rule.dialect is Dialect.PAPER else reference_pixel
        labels[y, x] = decide(pixel, grey, rule)
    return labels


def paper_pixel(pixel: dict[int, np.float32], grey: int | None, rule: LabelRule) -> int:
    winner = min(pixel, key=lambda c: (-pixel[c], c))
    own, value = rule.of(winner), pixel[winner]
    salient = grey is None or own.ignore_saliency or grey >= own.theta
    if salient and value < own.alpha32:
        return 0
    if not salient and value > own.beta32:
        return winner
    return winner if salient else 0


def reference_pixel(pixel: dict[int, np.float32], grey: int | None, rule: LabelRule) -> int:
    classes = {c: v for c, v in pixel.items() if c}
    if grey is None and rule.scores is ScoreSource.CRF:
        return min(pixel, key=lambda c: (-pixel[c], c)) if classes else 0
    if grey is None:
        best = min(classes, key=lambda c: (-classes[c], c), default=0)
        return best if best and classes[best] > rule.thresholds.background32 else 0
    alive = {c: v for c, v in classes.items() if v >= rule.of(c).alpha32}
    popped = [c for c, v in alive.items() if v > rule.of(c).beta32]
    if popped:
        return min(popped)
    best = min(alive, key=lambda c: (-alive[c], c), default=0)
    if not best or alive[best] <= 0:
        return 0
    own = rule.of(best)
    return best if own.ignore_saliency or grey > own.theta else 0


@settings(max_examples=300, deadline=None)
@given(image=images(), rule=rules().filter(lambda r: r.rule is Rule.PIXEL))
def test_plain_map_is_algorithm_1_pixel_by_pixel(image: tuple[Scores, np.ndarray | None], rule: LabelRule) -> None:
    np.testing.assert_array_equal(pseudo_label(*image, rule), brute_force_pixel(*image, rule))


def brute_force_region(scores: Scores, saliency: np.ndarray, rule: LabelRule) -> np.ndarray:
    """The region rule by flood fill."""
    order = np.argmax(scores.values, axis=0)
    winner = np.array(scores.classes, np.uint8)[order]
    value = scores.values.max(axis=0)
    salient = saliency >= rule.thresholds.theta
    kind = np.where(salient, -1, winner.astype(int))
    labels = winner.copy()
    seen = np.zeros(winner.shape, bool)
    for start in np.ndindex(winner.shape):
        if seen[start]:
            continue
        component = flood(kind, start, seen)
        counted = [value[p] for p in component if winner[p] != 0]
        top = max(counted, default=-np.inf)
        thrown = top < rule.thresholds.alpha32 if kind[start] == -1 else not top > rule.thresholds.beta32
        if thrown:
            for p in component:
                labels[p] = 0
    return labels


def flood(kind: np.ndarray, start: tuple[int, ...], seen: np.ndarray) -> list[tuple[int, ...]]:
    found, queue = [], deque([start])
    seen[start] = True
    while queue:
        y, x = queue.popleft()
        found.append((y, x))
        for ny, nx in itertools.product((y - 1, y, y + 1), (x - 1, x, x + 1)):
            inside = 0 <= ny < kind.shape[0] and 0 <= nx < kind.shape[1]
            if inside and not seen[ny, nx] and kind[ny, nx] == kind[start]:
                seen[ny, nx] = True
                queue.append((ny, nx))
    return found


@settings(max_examples=200, deadline=None)
@given(
    image=images().filter(lambda i: i[1] is not None and any(i[0].classes)),
    theta=st.sampled_from(THETAS),
    alpha=st.sampled_from(LEVELS),
    beta=st.sampled_from(LEVELS),
)
def test_region_rule_judges_whole_regions(
    image: tuple[Scores, np.ndarray], theta: float, alpha: float, beta: float
) -> None:
    rule = LabelRule(Dialect.PAPER, Rule.REGION, Thresholds(theta, alpha, beta))
    np.testing.assert_array_equal(pseudo_label(*image, rule), brute_force_region(*image, rule))


@pytest.mark.parametrize("dialect", Dialect)
def test_a_class_with_an_all_zero_channel_gets_no_pixel(dialect: Dialect) -> None:
    masks = ActivationMasks.from_sums(np.zeros((2, 4, 5), np.float32), (3, 9), passes=8)
    masks.values[1, :2] = 6.0
    masks = ActivationMasks.from_sums(masks.values, (3, 9), passes=8)
    scores = masks.scores(ScoreForm.MAX)
    assert not scores.values[0].any(), "zeros stay zeros"
    labels = pseudo_label(scores, np.full((4, 5), 200, np.uint8), LabelRule(dialect))
    assert np.unique(labels[:2]).tolist() == [9]
    assert np.unique(labels[2:]).tolist() == [0]


@pytest.mark.parametrize("dialect", Dialect)
def test_a_single_class_wins_where_it_is_salient(dialect: Dialect) -> None:
    scores = Scores(np.full((1, 1, 3), 0.5, np.float32), (7,))
    labels = pseudo_label(scores, np.array([[255, 100, 0]], np.uint8), LabelRule(dialect))
    assert labels.tolist() == [[7, 7, 0]]


@pytest.mark.parametrize("classes", [(), (0,)])
@pytest.mark.parametrize("dialect", Dialect)
def test_an_image_without_a_class_is_all_background(dialect: Dialect, classes: tuple[int, ...]) -> None:
    scores = Scores(np.ones((len(classes), 2, 3), np.float32), classes)
    assert not LiveLabel(scores, None).label_map(LabelRule(dialect)).any()
    assert not pseudo_label(scores, None, LabelRule(dialect)).any()


def test_score_forms_derive_from_sum_and_passes() -> None:
    sums = np.array([[[0.0, 4.0]], [[2.0, 1.0]]], np.float32)
    masks = ActivationMasks.from_sums(sums, (0, 2), passes=8)
    np.testing.assert_array_equal(masks.scores(ScoreForm.MEAN).values, sums / 8)
    np.testing.assert_array_equal(masks.scores(ScoreForm.MAX).values, [[[0, 1]], [[1, 0.5]]])
    assert masks.raw_max.tolist() == [4.0, 2.0]


def test_a_tiny_maximum_is_reported_because_max_would_blow_it_up() -> None:
    sums = np.zeros((2, 1, 2), np.float32)
    sums[0, 0, 0], sums[1, 0, 1] = 4.0, 0.02
    assert ActivationMasks.from_sums(sums, (5, 6), passes=8).tiny_classes() == (6,)
