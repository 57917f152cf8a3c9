"""Clean-ups against pixel-by-pixel definitions, and that accepting gives what was previewed."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edam_gui.core.edits.cleanup.band import ignore_band
from edam_gui.core.edits.cleanup.holes import fill_holes
from edam_gui.core.edits.cleanup.islands import remove_islands
from edam_gui.core.edits.cleanup.resize_class import grow_class, shrink_class
from edam_gui.core.edits.cleanup.smooth import smooth_outlines
from edam_gui.core.edits.cleanup.unstable import unstable
from edam_gui.core.edits.layer import EditLayer
from edam_gui.core.edits.paint_rule import Over, PaintContext, PaintRule
from edam_gui.core.edits.rect import Rect
from edam_gui.core.edits.relabel import Relabel, accept
from edam_gui.core.errors import OptionError

Map = np.ndarray
subsets = st.one_of(st.none(), st.frozensets(st.sampled_from([1, 2, 3]), min_size=1))


@st.composite
def maps(draw: st.DrawFn) -> Map:
    """Return small blobs and speckle of few labels, 255 among them."""
    size = draw(st.integers(1, 13)), draw(st.integers(1, 13))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    block = draw(st.sampled_from([1, 2, 3]))
    labels = rng.choice(
        np.array([0, 1, 2, 3, 255], np.uint8),
        (13, 13),
        p=draw(st.sampled_from([[0.6, 0.1, 0.1, 0.1, 0.1], [0.3, 0.5, 0.1, 0.05, 0.05]])),
    )
    return labels.repeat(block, 0).repeat(block, 1)[: size[0], : size[1]].copy()


def after(labels: Map, change: Relabel | None) -> Map:
    if change is None:
        return labels
    result = change.preview(labels)
    # A change names exactly the pixels that differ.
    np.testing.assert_array_equal(result != labels, change.region.full(labels.shape))
    return result


def components(mask: Map, connectivity: int) -> list[Map]:
    count, ids = cv2.connectedComponents(mask.astype(np.uint8), connectivity=connectivity)
    return [ids == i for i in range(1, count)]


def distances(labels: Map, at: tuple[int, int], accept_label: Callable[[int], bool]) -> list[tuple[int, int]]:
    """Return (squared distance, label) of all pixels with such a label, nearest first."""
    found = [
        ((r - at[0]) ** 2 + (c - at[1]) ** 2, int(label))
        for (r, c), label in np.ndenumerate(labels)
        if accept_label(int(label))
    ]
    return sorted(found)


@settings(max_examples=200, deadline=None)
@given(labels=maps(), smaller=st.integers(0, 8), classes=subsets)
def test_islands_go_to_the_label_of_their_longest_border(
    labels: Map, smaller: int, classes: frozenset[int] | None
) -> None:
    result = after(labels, remove_islands(labels, smaller, classes))
    chosen = [c for c in (1, 2, 3) if classes is None or c in classes]
    islands = [p for c in chosen for p in components(labels == c, 8) if p.sum() < smaller]
    doomed = np.any(islands, axis=0) if islands else np.zeros(labels.shape, np.bool_)
    np.testing.assert_array_equal(result[~doomed], labels[~doomed])
    for island in islands:
        votes: Counter[int] = Counter()
        for r, c in np.argwhere(island).tolist():
            for rr in range(max(r - 1, 0), min(r + 2, labels.shape[0])):
                for cc in range(max(c - 1, 0), min(c + 2, labels.shape[1])):
                    if not doomed[rr, cc]:
                        votes[int(labels[rr, cc])] += 1
        if votes:
            best = min(votes, key=lambda v: (v == 255, -votes[v], v))
            assert (result[island] == best).all()
    if not doomed.all():
        assert all(p.sum() >= smaller for c in chosen for p in components(result == c, 8))


def test_island_within_an_island_follows_it() -> None:
    labels = np.zeros((9, 9), np.uint8)
    labels[2:5, 2:5] = 1
    labels[3, 3] = 2
    assert not after(labels, remove_islands(labels, 10)).any()
    assert remove_islands(np.full((3, 3), 4, np.uint8), 100) is None


@settings(max_examples=200, deadline=None)
@given(labels=maps(), classes=subsets, at_most=st.one_of(st.none(), st.integers(1, 6)))
def test_background_in_holes_takes_the_class_of_the_smallest_hole(
    labels: Map, classes: frozenset[int] | None, at_most: int | None
) -> None:
    expected = labels.copy()
    size = np.full(labels.shape, 10_000)
    for label in (1, 2, 3):
        if classes is not None and label not in classes:
            continue
        for hole in components(labels != label, 4):
            at_border = hole[0].any() or hole[-1].any() or hole[:, 0].any() or hole[:, -1].any()
            if at_border or (at_most is not None and hole.sum() > at_most):
                continue
            fill = hole & (labels == 0) & (hole.sum() < size)
            expected[fill], size[fill] = label, hole.sum()
    np.testing.assert_array_equal(after(labels, fill_holes(labels, classes, at_most)), expected)


@settings(max_examples=150, deadline=None)
@given(
    labels=maps(),
    label=st.sampled_from([0, 1, 2, 255]),
    radius=st.sampled_from([1, 1.5, math.sqrt(2), 2, 3, 6, 6.5, 9]),
)
def test_class_grows_by_euclidean_distance(labels: Map, label: int, radius: float) -> None:
    expected = labels.copy()
    for at in np.ndindex(labels.shape):
        near = distances(labels, at, lambda v: v == label)
        if near and near[0][0] <= radius * radius:
            expected[at] = label
    np.testing.assert_array_equal(after(labels, grow_class(labels, label, radius)), expected)


@settings(max_examples=150, deadline=None)
@given(labels=maps(), label=st.sampled_from([0, 1, 2, 255]), radius=st.sampled_from([1, 1.5, math.sqrt(2), 2, 3]))
def test_class_shrinks_in_favour_of_the_nearest_other_label(labels: Map, label: int, radius: float) -> None:
    expected = labels.copy()
    for at in np.argwhere(labels == label).tolist():
        near = distances(labels, tuple(at), lambda v: v != label)
        if near and near[0][0] <= radius * radius:
            expected[tuple(at)] = near[0][1]
    np.testing.assert_array_equal(after(labels, shrink_class(labels, label, radius)), expected)


@settings(max_examples=150, deadline=None)
@given(labels=maps(), radius=st.integers(1, 3), classes=subsets)
def test_smoothing_is_a_majority_vote(labels: Map, radius: int, classes: frozenset[int] | None) -> None:
    part = [v for v in (0, 1, 2, 3) if classes is None or v == 0 or v in classes]
    expected = labels.copy()
    for (r, c), own in np.ndenumerate(labels):
        if own not in part:
            continue
        window = labels[max(r - radius, 0) : r + radius + 1, max(c - radius, 0) : c + radius + 1]
        votes = {v: int((window == v).sum()) for v in part}
        expected[r, c] = min(part, key=lambda v: (-votes[v], v != own, v))
    np.testing.assert_array_equal(after(labels, smooth_outlines(labels, radius, classes)), expected)


@settings(max_examples=150, deadline=None)
@given(labels=maps(), width=st.sampled_from([1, 2, 3, 4, 5, 15]), classes=subsets)
def test_band_lies_along_borders(labels: Map, width: int, classes: frozenset[int] | None) -> None:
    expected = labels.copy()
    thick, thin = -(-width // 2), width // 2
    for at, own in np.ndenumerate(labels):
        other = [v for v in (0, 1, 2, 3) if v != own and (classes is None or own in classes or v in classes)]
        low = distances(labels, at, [v for v in other if v < own].__contains__)
        high = distances(labels, at, [v for v in other if v > own].__contains__)
        if own != 255 and ((low and low[0][0] <= thick**2) or (high and high[0][0] <= thin**2)):
            expected[at] = 255
    np.testing.assert_array_equal(after(labels, ignore_band(labels, width, classes)), expected)


@pytest.mark.parametrize("width", [1, 2, 3, 4, 5])
def test_band_along_a_straight_border_is_as_wide_as_asked(width: int) -> None:
    labels = np.zeros((3, 20), np.uint8)
    labels[:, 10:] = 4
    result = after(labels, ignore_band(labels, width))
    assert (result == 255).sum(axis=1).tolist() == [width] * 3
    assert (result[0, 10:] == 255).sum() == -(-width // 2)


def test_unstable_pixels_become_ignore() -> None:
    labels = np.array([[0, 1, 2, 255]], np.uint8)
    others = [np.array([[0, 1, 1, 255]], np.uint8), np.array([[3, 1, 2, 0]], np.uint8)]
    assert after(labels, unstable(labels, others)).tolist() == [[255, 1, 255, 255]]
    assert unstable(labels, [labels]) is None


@settings(max_examples=100, deadline=None)
@given(
    labels=maps(),
    seed=st.integers(0, 99),
    over=st.sampled_from(Over),
    protected=st.frozensets(st.sampled_from([0, 1, 2]), max_size=2),
)
def test_accepting_gives_what_was_previewed_and_can_be_undone(
    labels: Map, seed: int, over: Over, protected: frozenset[int]
) -> None:
    rng = np.random.default_rng(seed)
    layer = EditLayer(labels.shape)
    whole = np.where(rng.random(labels.shape) < 0.3, labels, np.uint8(0))
    layer.load(Rect.whole(labels.shape), whole, whole > 0)
    auto = np.where(layer.mask, rng.integers(0, 4, labels.shape).astype(np.uint8), labels)
    context = PaintContext(auto, saliency=rng.integers(0, 256, labels.shape).astype(np.uint8))
    rule = PaintRule(over, 1 if over is Over.CLASS else None, protected, saliency_from=50)
    change = grow_class(labels, 1, 2)
    restricted = None if change is None else change.restricted(labels, rule, context)
    if change is None or restricted is None:
        assert change is None or accept(layer, change, rule, context) is None
        return
    preview = restricted.preview(labels)
    held = layer.values.copy(), layer.mask.copy()
    patch = accept(layer, restricted)
    assert patch is not None
    out = np.empty_like(labels)
    np.testing.assert_array_equal(layer.compose(auto, out), preview)
    patch.revert(layer)
    np.testing.assert_array_equal(layer.values, held[0])
    np.testing.assert_array_equal(layer.mask, held[1])
    accept(layer, change, rule, context)
    np.testing.assert_array_equal(layer.compose(auto, out), preview)


@pytest.mark.parametrize("length", [0, -1, 5000, math.nan])
def test_impossible_lengths_are_refused(length: float) -> None:
    labels = np.eye(3, dtype=np.uint8)
    for act in (
        lambda: grow_class(labels, 1, length),
        lambda: shrink_class(labels, 1, length),
        lambda: smooth_outlines(labels, length),  # type: ignore[arg-type]
        lambda: ignore_band(labels, length),  # type: ignore[arg-type]
    ):
        with pytest.raises(OptionError, match="must lie between"):
            act()
