"""Strokes and painted regions: what they change, where rules stop them, and that undo restores every bit."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edam_gui.core.edits.brush import Brush, BrushPoint, BrushShape
from edam_gui.core.edits.layer import EditLayer
from edam_gui.core.edits.layer_code import layer_from_bytes, layer_to_bytes
from edam_gui.core.edits.paint import bake, paint
from edam_gui.core.edits.paint_rule import Over, PaintContext, PaintRule
from edam_gui.core.edits.patch_code import patch_from_bytes, patch_to_bytes
from edam_gui.core.edits.recorder import REVERT, PaintValue
from edam_gui.core.edits.rect import Rect
from edam_gui.core.edits.region import Region
from edam_gui.core.edits.stroke import Stroke
from edam_gui.core.edits.sweep import Dab, sweep
from edam_gui.core.errors import OptionError

LABELS = np.array([0, 1, 2, 255], np.uint8)
# Larger than a tile, so that strokes cross from one to the next.
SIZE = (140, 270)

points = st.lists(
    st.builds(BrushPoint, st.floats(-20, 290), st.floats(-20, 160), st.floats(0, 1)), min_size=1, max_size=5
)
brushes = st.builds(Brush, st.floats(1, 60), st.sampled_from(BrushShape), st.sampled_from([1.0, 1.0, 0.3, 0.0]))
values = st.sampled_from([0, 1, 2, 255, REVERT])
rules = st.builds(
    lambda over, protected, score, start, stop: PaintRule(
        Over.CLASS if isinstance(over, int) else over,
        over if isinstance(over, int) else None,
        protected,
        score,
        start,
        stop,
    ),
    st.sampled_from([Over.ALL, Over.BACKGROUND, 0, 1, 255]),
    st.frozensets(st.sampled_from([0, 1, 2, 255]), max_size=2),
    st.sampled_from([None, 0.0, 0.3, 0.5]),
    st.sampled_from([None, 0, 100, 256]),
    st.sampled_from([None, 0, 150, 256]),
)


def painted_layer(seed: int) -> tuple[EditLayer, PaintContext]:
    rng = np.random.default_rng(seed)
    layer = EditLayer(SIZE)
    blocks = rng.choice(LABELS, (7, 9)).repeat(20, 0).repeat(30, 1)
    for _ in range(int(rng.integers(0, 3))):
        layer.put(Rect.whole(SIZE), rng.random(SIZE) < 0.4, int(rng.choice(LABELS)))
    scores = rng.choice(np.array([0.0, 0.3, 0.5, 0.7], np.float32), SIZE)
    return layer, PaintContext(blocks.astype(np.uint8), scores, rng.integers(0, 256, SIZE).astype(np.uint8))


def state(layer: EditLayer) -> tuple[bytes, bytes]:
    return layer.values.tobytes(), layer.mask.tobytes()


def held(layer: EditLayer) -> np.ndarray:
    """Return what the layer holds, -1 for 'automatic'."""
    return np.where(layer.mask, layer.values.astype(int), -1)


def may_paint(rule: PaintRule, labels: np.ndarray, context: PaintContext) -> np.ndarray:
    """Return the rule written out, condition by condition."""
    allowed = np.ones(SIZE, np.bool_)
    for label in rule.protected:
        allowed &= labels != label
    if rule.over is Over.BACKGROUND:
        allowed &= labels == 0
    if rule.over is Over.CLASS:
        allowed &= labels == rule.over_label
    if rule.score_above is not None:
        allowed &= context.scores > np.float32(rule.score_above)
    if rule.saliency_from is not None:
        allowed &= context.saliency.astype(int) >= rule.saliency_from
    if rule.saliency_below is not None:
        allowed &= context.saliency.astype(int) < rule.saliency_below
    return allowed


def covered_by(brush: Brush, path: list[BrushPoint]) -> np.ndarray:
    dabs = [Dab(p.x, p.y, brush.diameter_at(p.pressure)) for p in path]
    covered = np.zeros(SIZE, np.bool_)
    for start, end in zip([dabs[0], *dabs[:-1]], dabs, strict=True):
        region = sweep(start, end, brush.shape, SIZE)
        if region is not None:
            covered |= region.full(SIZE)
    return covered


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 999), brush=brushes, value=values, rule=rules, path=points, one_by_one=st.booleans())
def test_stroke_paints_what_it_covers_as_far_as_the_rule_allows_at_its_beginning(
    seed: int, brush: Brush, value: PaintValue, rule: PaintRule, path: list[BrushPoint], one_by_one: bool
) -> None:
    layer, context = painted_layer(seed)
    before = layer.compose(context.auto, np.empty(SIZE, np.uint8))
    was = held(layer)
    where = covered_by(brush, path) & may_paint(rule, before, context)
    shown = before.copy()

    stroke = Stroke(layer, brush, value, rule, context)
    for part in [[p] for p in path] if one_by_one else [path]:
        dirty = stroke.extend(part)
        if dirty is not None:
            layer.compose(shown if stroke.only_paints else context.auto, shown, dirty)
    stroke.finish()

    expected = np.where(where, -1 if value is REVERT else value, was)
    np.testing.assert_array_equal(held(layer), expected)
    # The rectangles that extend() returned were enough to keep the picture right.
    np.testing.assert_array_equal(shown, layer.compose(context.auto, np.empty(SIZE, np.uint8)))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 999), brush=brushes, value=values, rule=rules, path=points)
def test_undo_and_redo_and_abort_restore_every_bit(
    seed: int, brush: Brush, value: PaintValue, rule: PaintRule, path: list[BrushPoint]
) -> None:
    layer, context = painted_layer(seed)
    before = state(layer)
    stroke = Stroke(layer, brush, value, rule, context)
    stroke.extend(path)
    after = state(layer)
    patch = stroke.finish()
    assert (patch is None) == (before == after)
    if patch is not None:
        stored = patch_from_bytes(patch_to_bytes(patch), SIZE)
        for step in (patch, stored):
            shown = layer.compose(context.auto, np.empty(SIZE, np.uint8))
            dirty = step.revert(layer)
            assert state(layer) == before
            for rect in dirty:
                layer.compose(context.auto, shown, rect)
            np.testing.assert_array_equal(shown, layer.compose(context.auto, np.empty(SIZE, np.uint8)))
            assert step.apply(layer) == dirty
            assert state(layer) == after
        patch.revert(layer)
    stroke = Stroke(layer, brush, value, rule, context)
    stroke.extend(path)
    stroke.abort()
    assert state(layer) == before


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 999))
def test_stored_layer_is_the_same_layer(seed: int) -> None:
    layer, _ = painted_layer(seed)
    again = layer_from_bytes(layer_to_bytes(layer), SIZE)
    assert state(again) == state(layer)
    assert (again.count, again.box) == (layer.count, layer.box)


def test_rule_is_judged_by_the_map_when_the_stroke_began_not_by_what_the_stroke_paints() -> None:
    layer = EditLayer((1, 10))
    context = PaintContext(np.array([[0, 0, 0, 0, 1, 1, 0, 0, 0, 0]], np.uint8))
    rule = PaintRule(Over.BACKGROUND)
    stroke = Stroke(layer, Brush(1.0), 2, rule, context)
    stroke.extend([BrushPoint(0.5, 0.5), BrushPoint(9.5, 0.5)])
    # Painted pixels are background no longer, but this stroke may still cross them.
    stroke.extend([BrushPoint(0.5, 0.5)])
    stroke.finish()
    out = np.empty((1, 10), np.uint8)
    assert layer.compose(context.auto, out).tolist() == [[2, 2, 2, 2, 1, 1, 2, 2, 2, 2]]
    # For the next stroke they count as painted.
    paint(layer, Region(Rect(0, 0, 1, 10), np.ones((1, 10), np.bool_)), 3, rule, context)
    assert layer.compose(context.auto, out).tolist() == [[2, 2, 2, 2, 1, 1, 2, 2, 2, 2]]


def test_thin_long_stroke_is_kept_small() -> None:
    layer = EditLayer((3000, 4000))
    stroke = Stroke(layer, Brush(30.0), 7)
    stroke.extend([BrushPoint(10.0, 10.0), BrushPoint(3990.0, 2990.0)])
    patch = stroke.finish()
    assert patch is not None
    assert sum(tile.rect.area for tile in patch.tiles) < 0.1 * 3000 * 4000
    assert len(patch_to_bytes(patch)) < 30_000


def test_fill_of_a_large_image_takes_few_bytes() -> None:
    layer = EditLayer((3000, 4000))
    patch = paint(layer, Region(Rect.whole(layer.size), np.ones(layer.size, np.bool_)), 5)
    assert patch is not None
    assert len(patch_to_bytes(patch)) < 10_000
    assert len(layer_to_bytes(layer)) < 10_000
    patch.revert(layer)
    assert layer.count == 0


def test_ended_stroke_cannot_go_on() -> None:
    stroke = Stroke(EditLayer((5, 5)), Brush(2.0), 1)
    stroke.finish()
    with pytest.raises(ValueError, match="ended"):
        stroke.extend([BrushPoint(1.0, 1.0)])
    with pytest.raises(ValueError, match="ended"):
        stroke.abort()


def test_pointer_positions_that_are_no_numbers_or_far_outside_do_no_harm() -> None:
    layer = EditLayer((5, 5))
    stroke = Stroke(layer, Brush(2.0), 1)
    assert stroke.extend([BrushPoint(math.nan, 1.0), BrushPoint(1.0, math.inf)]) is None
    assert stroke.extend([BrushPoint(1e300, 1e300)]) is None
    dirty = stroke.extend([BrushPoint(-1e300, -1e300)])
    assert dirty == Rect(0, 0, 5, 5)
    assert layer.mask[2, 2]


@pytest.mark.parametrize("rule", [PaintRule(score_above=0.5), PaintRule(saliency_below=9), PaintRule(Over.BACKGROUND)])
def test_rule_without_what_it_looks_at_is_refused_in_a_sentence(rule: PaintRule) -> None:
    context = None if rule.over is Over.BACKGROUND else PaintContext(np.zeros((5, 5), np.uint8))
    with pytest.raises(OptionError, match=r"\.$"):
        Stroke(EditLayer((5, 5)), Brush(2.0), 1, rule, context)


@pytest.mark.parametrize(
    "make",
    [
        lambda: PaintRule(Over.CLASS),
        lambda: PaintRule(Over.ALL, 3),
        lambda: PaintRule(protected=frozenset({256})),
        lambda: PaintRule(score_above=math.nan),
        lambda: PaintRule(saliency_from=300),
    ],
)
def test_impossible_rules_are_refused(make: object) -> None:
    with pytest.raises(OptionError):
        make()  # type: ignore[operator]


def test_baked_map_stays_whatever_the_algorithm_says_and_can_be_undone() -> None:
    layer, context = painted_layer(3)
    before = state(layer)
    shown = layer.compose(context.auto, np.empty(SIZE, np.uint8))
    patch = bake(layer, context.auto)
    assert patch is not None
    assert layer.share == 1.0
    np.testing.assert_array_equal(layer.compose(np.full(SIZE, 9, np.uint8), np.empty(SIZE, np.uint8)), shown)
    assert bake(layer, context.auto) is None
    patch.revert(layer)
    assert state(layer) == before


def test_whole_layer_is_taken_back_in_one_step() -> None:
    layer = EditLayer(SIZE)
    layer.put(Rect(100, 100, 40, 170), np.eye(40, 170, dtype=np.bool_), 3)
    before = state(layer)
    patch = paint(layer, Region(Rect.whole(SIZE), np.ones(SIZE, np.bool_)), REVERT)
    assert patch is not None
    assert (layer.count, layer.box) == (0, None)
    patch.revert(layer)
    assert state(layer) == before


def test_tiles_that_a_stroke_only_passed_by_are_known_to_be_blank() -> None:
    layer = EditLayer((512, 512))
    stroke = Stroke(layer, Brush(20), 7)
    stroke.extend([BrushPoint(128, 128), BrushPoint(384, 384)])  # a diagonal: its rectangle holds tiles it passes by
    patch = stroke.finish()
    assert patch is not None
    met = layer.mask.reshape(4, 128, 4, 128).any((1, 3))
    assert 4 <= met.sum() < 16
    assert [layer.is_blank((row, column)) for row, column in np.ndindex(4, 4)] == (~met).ravel().tolist()
    patch.revert(layer)
    assert all(layer.is_blank((row, column)) for row, column in np.ndindex(4, 4))
    assert layer.count == 0
    patch.apply(layer)
    assert layer.count == np.count_nonzero(layer.mask) > 0
