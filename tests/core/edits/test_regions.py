"""Shapes, components and superpixels against pixel-by-pixel definitions."""

from __future__ import annotations

import math
from collections import deque

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from edam_gui.core.edits.components import class_region, component_at, label_areas, pick, pixel_at
from edam_gui.core.edits.rect import Rect, gathered, joined
from edam_gui.core.edits.region import Region
from edam_gui.core.edits.shapes import polygon, rectangle
from edam_gui.core.edits.superpixels import touched_superpixels

SIZE = (12, 15)
corners = st.tuples(
    st.one_of(st.integers(-8, 70).map(lambda n: n / 4), st.floats(-4, 20)),
    st.one_of(st.integers(-8, 60).map(lambda n: n / 4), st.floats(-4, 16)),
)
small_maps = st.integers(0, 2**32 - 1).map(
    lambda seed: np.random.default_rng(seed).choice(np.array([0, 1, 255], np.uint8), SIZE, p=[0.5, 0.4, 0.1])
)


def full(region: Region | None) -> np.ndarray:
    return np.zeros(SIZE, np.bool_) if region is None else region.full(SIZE)


def winding(x: float, y: float, points: list[tuple[float, float]]) -> int:
    """Return how often the outline turns around a point, by the angle it sweeps."""
    total = 0.0
    for (ax, ay), (bx, by) in zip(points, [*points[1:], points[0]], strict=True):
        a, b = math.atan2(ay - y, ax - x), math.atan2(by - y, bx - x)
        total += (b - a + math.pi) % (2 * math.pi) - math.pi
    return round(total / (2 * math.pi))


def distance_to_outline(x: float, y: float, points: list[tuple[float, float]]) -> float:
    best = math.inf
    for (ax, ay), (bx, by) in zip(points, [*points[1:], points[0]], strict=True):
        length = (bx - ax) ** 2 + (by - ay) ** 2
        t = 0.0 if length == 0 else min(max(((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length, 0.0), 1.0)
        best = min(best, math.hypot(ax + t * (bx - ax) - x, ay + t * (by - ay) - y))
    return best


@settings(max_examples=150, deadline=None)
@given(points=st.lists(corners, min_size=3, max_size=7))
def test_polygon_holds_the_pixels_whose_centre_it_winds_around(points: list[tuple[float, float]]) -> None:
    inside = full(polygon(points, SIZE))
    for (row, column), got in np.ndenumerate(inside):
        x, y = column + 0.5, row + 0.5
        if distance_to_outline(x, y, points) > 1e-6:
            assert got == (winding(x, y, points) != 0)


@settings(max_examples=150, deadline=None)
@given(
    a=st.tuples(st.integers(0, 30), st.integers(0, 24)),
    b=st.tuples(st.integers(0, 30), st.integers(0, 24)),
)
def test_polygons_with_a_common_edge_meet_without_gap_or_overlap(a: tuple[int, int], b: tuple[int, int]) -> None:
    # The cut from one border of the image to another, along the line through two points on its frame.
    top, bottom = (a[0] / 2, 0.0), (b[0] / 2, 12.0)
    left = polygon([(0.0, 0.0), top, bottom, (0.0, 12.0)], SIZE)
    right = polygon([top, (15.0, 0.0), (15.0, 12.0), bottom], SIZE)
    assert (full(left).astype(int) + full(right) == 1).all()


def test_lasso_that_crosses_itself_has_no_hole() -> None:
    # A pentagram: the middle is wound around twice.
    star = [(7 + 6 * math.sin(0.8 * math.pi * k), 6 - 6 * math.cos(0.8 * math.pi * k)) for k in range(5)]
    region = polygon(star, SIZE)
    assert region is not None
    assert region.full(SIZE)[6, 7]


@pytest.mark.parametrize(
    "points",
    [
        [],
        [(1.0, 1.0), (5.0, 5.0)],
        [(1.0, 1.0), (5.0, 5.0), (9.0, 9.0)],
        [(-9.0, -9.0), (-5.0, -9.0), (-9.0, -5.0)],
        [(math.nan, 1.0)] * 4,
    ],
)
def test_outlines_around_nothing_are_no_region(points: list[tuple[float, float]]) -> None:
    assert polygon(points, SIZE) is None


@settings(max_examples=200, deadline=None)
@given(a=corners, b=corners)
def test_rectangle_holds_the_pixels_it_touches(a: tuple[float, float], b: tuple[float, float]) -> None:
    (x0, x1), (y0, y1) = sorted((a[0], b[0])), sorted((a[1], b[1]))
    assume(x1 > x0)
    assume(y1 > y0)
    expected = np.zeros(SIZE, np.bool_)
    for row, column in np.ndindex(SIZE):
        expected[row, column] = row < y1 and row + 1 > y0 and column < x1 and column + 1 > x0
    np.testing.assert_array_equal(full(rectangle(*a, *b, SIZE)), expected)


def test_click_without_a_drag_is_a_rectangle_of_one_pixel() -> None:
    region = rectangle(3.0, 4.5, 3.0, 4.5, SIZE)
    assert region is not None
    assert region.rect == Rect(4, 3, 1, 1)
    assert rectangle(math.nan, 0, 1, 1, SIZE) is None


@settings(max_examples=200, deadline=None)
@given(
    labels=small_maps,
    row=st.integers(0, 11),
    column=st.integers(0, 14),
    connectivity=st.sampled_from([4, 8]),
    frozen=st.booleans(),
)
def test_component_is_what_can_be_reached_over_equal_labels(
    labels: np.ndarray, row: int, column: int, connectivity: int, frozen: bool
) -> None:
    seen, queue = {(row, column)}, deque([(row, column)])
    while queue:
        r, c = queue.popleft()
        for dr, dc in [(-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1)][:connectivity]:
            at = r + dr, c + dc
            if 0 <= at[0] < 12 and 0 <= at[1] < 15 and labels[at] == labels[row, column] and at not in seen:
                seen.add(at)
                queue.append(at)
    before = labels.copy()
    labels.flags.writeable = not frozen
    region = component_at(labels, row, column, connectivity)  # type: ignore[arg-type]
    assert {tuple(at) for at in np.argwhere(region.full(SIZE)).tolist()} == seen
    assert Region.of(region.full(SIZE)).rect == region.rect  # type: ignore[union-attr]
    np.testing.assert_array_equal(labels, before)
    assert pick(labels, row, column) == before[row, column]


@settings(max_examples=100, deadline=None)
@given(labels=small_maps, label=st.sampled_from([0, 1, 2, 255]))
def test_class_region_and_areas_count_every_pixel(labels: np.ndarray, label: int) -> None:
    within = Region(Rect(2, 3, 7, 9), np.random.default_rng(0).random((7, 9)) < 0.5)
    np.testing.assert_array_equal(full(class_region(labels, label)), labels == label)
    np.testing.assert_array_equal(full(class_region(labels, label, within)), (labels == label) & within.full(SIZE))
    assert label_areas(labels) == {int(v): int((labels == v).sum()) for v in np.unique(labels)}
    inner = labels[within.full(SIZE)]
    assert label_areas(labels, within) == {int(v): int((inner == v).sum()) for v in np.unique(inner)}


def test_pixel_under_the_pointer() -> None:
    assert pixel_at(14.99, 0.0, SIZE) == (0, 14)
    assert [pixel_at(*at, SIZE) for at in [(15.0, 3.0), (3.0, 12.0), (-0.1, 3.0), (math.nan, 3.0)]] == [None] * 4


def test_scribble_takes_the_superpixels_it_touched() -> None:
    segments = np.repeat([[0, 1, 2, 3]], 4, axis=0).repeat(4, axis=1)
    scribble = Region(Rect(1, 2, 1, 7), np.ones((1, 7), np.bool_))
    region = touched_superpixels(segments, scribble)
    assert region is not None
    np.testing.assert_array_equal(region.full((4, 16)), segments <= 2)
    mostly = touched_superpixels(segments, scribble, least_share=0.2)
    assert mostly is not None
    np.testing.assert_array_equal(mostly.full((4, 16)), segments == 1)
    assert touched_superpixels(segments, scribble, least_share=0.9) is None
    assert touched_superpixels(segments, Region(Rect(0, 0, 1, 1), np.zeros((1, 1), np.bool_))) is None


def test_rectangles_are_joined_and_gathered() -> None:
    rects = [Rect(0, 0, 10, 10), Rect(5, 90, 10, 20), Rect(120, 3, 4, 4), Rect(2, 40, 1, 1)]
    assert joined(rects) == Rect(0, 0, 124, 110)
    assert joined([]) is None
    assert set(gathered(rects, 100)) == {Rect(0, 0, 15, 110), Rect(120, 3, 4, 4)}
    assert gathered(rects, 1000) == (joined(rects),)
