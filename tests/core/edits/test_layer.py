"""The edit layer against whole arrays: what it shows, counts and boxes after any sequence of changes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edam_gui.core.edits.layer import EditLayer
from edam_gui.core.edits.rect import Rect
from edam_gui.core.edits.region import Region, bounding_box


@st.composite
def layer_and_truth(draw: st.DrawFn) -> tuple[EditLayer, np.ndarray, np.random.Generator]:
    """Return a layer after random changes, and what it should hold: a value, or -1 for 'automatic'."""
    size = draw(st.integers(1, 12)), draw(st.integers(1, 12))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    layer, truth = EditLayer(size), np.full(size, -1)
    for action in draw(st.lists(st.sampled_from(["put", "plane", "clear", "load"]), max_size=6)):
        top, left = rng.integers(0, size[0]), rng.integers(0, size[1])
        rect = Rect(
            int(top), int(left), int(rng.integers(1, size[0] - top + 1)), int(rng.integers(1, size[1] - left + 1))
        )
        where = rng.random(rect.size) < rng.choice([0.0, 0.1, 0.6, 1.0])
        plane = rng.choice(np.array([0, 1, 7, 255], np.uint8), rect.size)
        part = truth[rect.slices]
        if action == "put":
            value = int(rng.choice([0, 3, 255]))
            layer.put(rect, where, value)
            part[where] = value
        elif action == "plane":
            layer.put(rect, where, plane)
            part[where] = plane[where]
        elif action == "clear":
            layer.clear(rect, where)
            part[where] = -1
        else:
            layer.load(rect, np.where(where, plane, np.uint8(0)), where)
            part[...] = np.where(where, plane.astype(int), -1)
    return layer, truth, rng


@settings(max_examples=300, deadline=None)
@given(case=layer_and_truth(), in_place=st.booleans())
def test_composed_map_shows_the_edits_above_the_automatic_result(
    case: tuple[EditLayer, np.ndarray, np.random.Generator], in_place: bool
) -> None:
    layer, truth, rng = case
    auto = rng.integers(0, 256, layer.size).astype(np.uint8)
    expected = np.where(truth >= 0, truth, auto)
    out = auto.copy() if in_place else np.full_like(auto, 99)
    assert layer.compose(out if in_place else auto, out) is out
    np.testing.assert_array_equal(out, expected)


@settings(max_examples=300, deadline=None)
@given(case=layer_and_truth())
def test_composing_a_rectangle_touches_nothing_else(case: tuple[EditLayer, np.ndarray, np.random.Generator]) -> None:
    layer, truth, rng = case
    auto = rng.integers(0, 256, layer.size).astype(np.uint8)
    rect = Rect(*(int(n) for n in rng.integers(-3, 12, 2)), *(int(n) for n in rng.integers(1, 12, 2)))
    out = np.full_like(auto, 99)
    layer.compose(auto, out, rect)
    expected = np.full_like(auto, 99)
    clipped = rect.clip(layer.size)
    if clipped is not None:
        expected[clipped.slices] = np.where(truth >= 0, truth, auto)[clipped.slices]
    np.testing.assert_array_equal(out, expected)


@settings(max_examples=300, deadline=None)
@given(case=layer_and_truth())
def test_count_box_and_planes_are_exact(case: tuple[EditLayer, np.ndarray, np.random.Generator]) -> None:
    layer, truth, _ = case
    edited = truth >= 0
    assert layer.count == edited.sum()
    assert layer.share == pytest.approx(edited.mean())
    assert layer.box == bounding_box(edited)
    assert not (layer.is_blank((0, 0)) and edited.any())
    np.testing.assert_array_equal(layer.mask, edited)
    np.testing.assert_array_equal(layer.values, np.where(edited, truth, 0))


def test_planes_cannot_be_changed_behind_the_layers_back() -> None:
    layer = EditLayer((2, 2))
    with pytest.raises(ValueError, match="read-only"):
        layer.values[0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        layer.mask[0, 0] = True


@pytest.mark.parametrize("wrong", [np.zeros((3, 2), np.uint8), np.zeros((2, 2), np.int32)])
def test_maps_of_another_size_or_type_are_refused(wrong: np.ndarray) -> None:
    right = np.zeros((2, 2), np.uint8)
    with pytest.raises(ValueError, match="cannot be composed"):
        EditLayer((2, 2)).compose(wrong, right)
    with pytest.raises(ValueError, match="cannot be composed"):
        EditLayer((2, 2)).compose(right, wrong)


def test_saliency_map_is_corrected_by_the_same_layer() -> None:
    saliency = np.array([[10, 200, 30], [250, 5, 128]], np.uint8)
    layer = EditLayer((2, 3))
    layer.put(Rect(0, 0, 1, 2), np.array([[True, True]]), 255)
    layer.put(Rect(1, 0, 1, 1), np.array([[True]]), 0)
    np.testing.assert_array_equal(layer.compose(saliency, np.empty_like(saliency)), [[255, 255, 30], [0, 5, 128]])


@given(
    a=st.builds(Rect, st.integers(-9, 9), st.integers(-9, 9), st.integers(1, 9), st.integers(1, 9)),
    b=st.builds(Rect, st.integers(-9, 9), st.integers(-9, 9), st.integers(1, 9), st.integers(1, 9)),
)
def test_rectangles_combine_as_sets_of_pixels(a: Rect, b: Rect) -> None:
    def pixels(rect: Rect | None) -> set[tuple[int, int]]:
        return (
            set()
            if rect is None
            else {(r, c) for r in range(rect.top, rect.bottom) for c in range(rect.left, rect.right)}
        )

    assert pixels(a.intersection(b)) == pixels(a) & pixels(b)
    assert pixels(a.clip((5, 4))) == {(r, c) for r, c in pixels(a) if 0 <= r < 5 and 0 <= c < 4}
    both = pixels(a) | pixels(b)
    assert a.union(b) == Rect.of(
        min(r for r, _ in both), min(c for _, c in both), *(max(x) + 1 for x in zip(*both, strict=True))
    )
    assert a.inside((5, 4)) == (a.clip((5, 4)) == a)


def test_empty_rectangles_and_unfit_masks_are_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        Rect(0, 0, 0, 3)
    with pytest.raises(ValueError, match="got a mask"):
        Region(Rect(0, 0, 1, 1), np.zeros((1, 1), np.uint8))
    assert Region.of(np.zeros((3, 3), np.bool_)) is None


def test_region_is_cut_tightly() -> None:
    mask = np.zeros((5, 6), np.bool_)
    mask[2, 1] = mask[3, 4] = True
    region = Region.of(mask, top=10, left=20)
    assert region is not None
    assert region.rect == Rect(12, 21, 2, 4)
    assert region.count == 2
    np.testing.assert_array_equal(region.full((20, 30))[10:15, 20:26], mask)
