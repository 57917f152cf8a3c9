"""Per-class thresholds while sliders move: the live map is the plain map, whatever moved before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edam_gui.core.activation_masks import Scores
from edam_gui.core.live.cuts import cuts_by_class
from edam_gui.core.live_label import LiveLabel
from edam_gui.core.options import Dialect, LabelRule, Rule, ScoreSource, Thresholds
from edam_gui.core.pseudo_label import pseudo_label

TINY = float(np.nextafter(np.float32(0), np.float32(1)))
# Few distinct values: ties between classes and values exactly on a threshold are the rule.
LEVELS = [0.0, TINY, 1e-7, 0.2, 0.25, 0.3, 0.5, 0.7, 0.99999, 1.0]
THETAS = [-1.0, 0.0, 19.999999999999996, 20.0, 20.5, 254.99999999999997, 255.0, 300.0]
thresholds = st.builds(
    Thresholds,
    theta=st.sampled_from(THETAS),
    alpha=st.sampled_from(LEVELS),
    beta=st.sampled_from(LEVELS),
    background=st.sampled_from(LEVELS),
    ignore_saliency=st.booleans(),
)


@st.composite
def images(draw: st.DrawFn) -> tuple[Scores, np.ndarray | None]:
    height, width = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    classes = tuple(sorted(draw(st.sets(st.integers(0, 6), min_size=1, max_size=6))))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    values = rng.choice(np.array(LEVELS, np.float32), (len(classes), height, width))
    if draw(st.booleans()):
        values = np.maximum(values, rng.random(values.shape, np.float32) * np.float32(0.6))
    grey = rng.choice(np.array([0, 19, 20, 21, 254, 255], np.uint8), (height, width))
    return Scores(values, classes), grey if draw(st.integers(0, 5)) else None


@st.composite
def sessions(draw: st.DrawFn) -> list[LabelRule]:
    """A run of slider moves: the triple of all classes, one class's own, a class's own taken away, or the dialect."""
    dialect = draw(st.sampled_from(Dialect))
    regions = draw(st.booleans()) and draw(st.booleans())
    rule = LabelRule(
        dialect,
        Rule.REGION if regions and dialect is Dialect.PAPER else Rule.PIXEL,
        draw(thresholds),
        draw(st.dictionaries(st.integers(1, 7), thresholds, max_size=4)),
        draw(st.sampled_from(ScoreSource)),
    )
    rules = [rule]
    for _ in range(draw(st.integers(1, 7))):
        moved = draw(st.sampled_from(["common", "common theta", "own", "own", "own theta", "dropped", "dialect"]))
        own = dict(rule.per_class)
        c = draw(st.integers(1, 6))
        if moved == "common":
            rule = replace(rule, thresholds=draw(thresholds))
        elif moved == "common theta":
            rule = replace(rule, thresholds=replace(rule.thresholds, theta=draw(st.sampled_from(THETAS))))
        elif moved == "own":
            rule = replace(rule, per_class=own | {c: draw(thresholds)})
        elif moved == "own theta":
            rule = replace(rule, per_class=own | {c: replace(rule.of(c), theta=draw(st.sampled_from(THETAS)))})
        elif moved == "dropped":
            rule = replace(rule, per_class={k: v for k, v in own.items() if k != c})
        else:
            rule = replace(rule, dialect=draw(st.sampled_from(Dialect)), rule=Rule.PIXEL)
        rules.append(rule)
    return rules


@settings(max_examples=600, deadline=None)
@given(image=images(), session=sessions())
def test_live_map_equals_plain_map_while_own_thresholds_move(
    image: tuple[Scores, np.ndarray | None], session: list[LabelRule]
) -> None:
    live = LiveLabel(*image)
    for rule in session:
        np.testing.assert_array_equal(live.label_map(rule), pseudo_label(*image, rule))


def blocky(classes: tuple[int, ...], size: tuple[int, int], levels: int) -> tuple[Scores, np.ndarray]:
    """Blocks of 9 pixels of few levels, so that classes tie and hit cuts; high scores only in some columns."""
    rng = np.random.default_rng(7)
    coarse = rng.integers(0, levels + 1, (len(classes), size[0] // 9 + 1, size[1] // 9 + 1))
    waves = np.sin(np.outer(np.arange(1, len(classes) + 1), np.linspace(0, np.pi, coarse.shape[2])))
    coarse = np.minimum(coarse, np.rint(np.abs(waves) * levels).astype(int)[:, None])
    values = np.repeat(np.repeat((coarse / levels).astype(np.float32) ** 3, 9, axis=1), 9, axis=2)
    grey = rng.integers(0, 256, size, np.uint8)
    return Scores(np.ascontiguousarray(values[:, : size[0], : size[1]]), classes), grey


@pytest.mark.parametrize("levels", [6, 50000])
@pytest.mark.parametrize("size", [(1, 3001), (1100, 1000), (480, 2700)])
def test_live_map_equals_plain_map_on_images_of_many_strips_and_tiles(size: tuple[int, int], levels: int) -> None:
    scores, grey = blocky((0, 1, 3, 7, 8, 254), size, levels)
    live = LiveLabel(scores, grey)
    out = np.empty(size, np.uint8)
    common = Thresholds(77.5, 1 / 27, 0.9)
    own = {3: replace(common, ignore_saliency=True), 8: Thresholds(20.0, 8 / 27, 0.99), 250: Thresholds(1.0, 1.0, 1.0)}
    for dialect in Dialect:
        rule = LabelRule(dialect, thresholds=common, per_class=own)
        for step in range(3):
            rules = [
                replace(rule, thresholds=replace(common, beta=0.97 + 0.01 * step)),
                replace(rule, thresholds=Thresholds(40.0 * step, (step / 6) ** 3, 0.125 * step)),
                replace(rule, per_class=own | {8: Thresholds(20.0 + step, 0.2 * step, 0.3 * step)}),
                replace(rule, per_class={8: replace(common, beta=0.999 - 0.1 * step)}),
                replace(rule, per_class={c: Thresholds(60.0 * step, c / 300, c / 260) for c in (1, 3, 7, 8, 254)}),
            ]
            for moved in rules:
                np.testing.assert_array_equal(live.label_map(moved, out), pseudo_label(scores, grey, moved))


@pytest.mark.parametrize("count", [126, 127, 128, 254])
def test_every_number_of_classes_keeps_its_order(count: int) -> None:
    rng = np.random.default_rng(count)
    values = rng.integers(0, 400, (count, 6, 11)).astype(np.float32) / np.float32(400)
    scores = Scores(values, tuple(range(1, count + 1)))
    grey = rng.integers(0, 256, (6, 11), np.uint8)
    live = LiveLabel(scores, grey)
    for own in (0.2, 0.95, 1.0):
        per_class = {c: Thresholds(200.0, own, 0.999) for c in range(2, count, 3)}
        for alpha in (0.97, 0.99):
            rule = LabelRule(Dialect.REFERENCE, thresholds=Thresholds(100.0, alpha, 1.0), per_class=per_class)
            np.testing.assert_array_equal(live.label_map(rule), pseudo_label(scores, grey, rule))


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize("has_saliency", [True, False])
def test_entries_without_effect_are_dropped(dialect: Dialect, has_saliency: bool) -> None:
    common = Thresholds(20.0, 0.1, 0.9)
    plain = LabelRule(dialect, thresholds=common)
    absent_and_equal = {2: Thresholds(20.0, 0.1, 0.9, background=0.7), 9: Thresholds(99.0, 0.5, 0.5)}
    assert cuts_by_class(replace(plain, per_class=absent_and_equal), (0, 1, 2), has_saliency) == cuts_by_class(
        plain, (0, 1, 2), has_saliency
    )


def test_thetas_between_two_grey_values_are_the_same_cut() -> None:
    rule = LabelRule(Dialect.PAPER, thresholds=Thresholds(19.2), per_class={2: Thresholds(19.9)})
    cuts = cuts_by_class(rule, (0, 1, 2), True)
    assert cuts[1] == cuts[2]


def test_preparing_for_a_rule_changes_no_map() -> None:
    scores, grey = blocky((0, 2, 5), (20, 30), 6)
    for dialect in Dialect:
        for own in ({}, {5: Thresholds(0.0, 0.3, 0.5)}):
            rule = LabelRule(dialect, thresholds=Thresholds(90.0, 0.1, 0.6), per_class=own)
            live = LiveLabel(scores, grey)
            live.prepare_rule(rule)
            np.testing.assert_array_equal(live.label_map(rule), pseudo_label(scores, grey, rule))


def test_the_common_theta_says_whether_background_pixels_join_regions() -> None:
    values = np.array([[[0.1, 0.95, 0.1]], [[0.3, 0.2, 0.9]]], np.float32)
    scores, grey = Scores(values, (0, 2)), np.full((1, 3), 200, np.uint8)
    own = {2: Thresholds(50.0, 0.5, 1.0)}
    for theta, expected in ((250.0, [[0, 0, 2]]), (100.0, [[2, 0, 2]])):
        rule = LabelRule(Dialect.PAPER, Rule.REGION, Thresholds(theta, 0.5, 1.0), own)
        assert pseudo_label(scores, grey, rule).tolist() == expected
        assert LiveLabel(scores, grey).label_map(rule).tolist() == expected
