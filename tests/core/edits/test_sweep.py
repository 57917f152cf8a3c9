"""The brush's pixels against the definition: distances of pixel centres, one by one."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from edam_gui.core.edits.brush import Brush, BrushShape
from edam_gui.core.edits.sweep import Dab, sweep
from edam_gui.core.errors import OptionError

SIZE = (24, 28)
# Halves and quarters, where a mouse at integer zoom puts the pointer: ties are the rule.
places = st.one_of(st.integers(-24, 120).map(lambda n: n / 4), st.floats(-6, 30))
diameters = st.one_of(st.integers(1, 14).map(float), st.floats(1, 14))
dabs = st.builds(Dab, places, places, diameters)


def swept(start: Dab, end: Dab, shape: BrushShape) -> np.ndarray:
    region = sweep(start, end, shape, SIZE)
    return np.zeros(SIZE, np.bool_) if region is None else region.full(SIZE)


def depth(start: Dab, end: Dab, shape: BrushShape, size: tuple[int, int] = SIZE) -> np.ndarray:
    """Return how deep each pixel centre lies in the brush at its best moment, sampled and then refined."""
    rows, columns = np.indices(size) + 0.5
    best = np.full(size, -np.inf)
    for t in np.linspace(0, 1, 2001):
        x, y = start.x + t * (end.x - start.x), start.y + t * (end.y - start.y)
        r = start.radius + t * (end.radius - start.radius)
        dx, dy = columns - x, rows - y
        away = np.hypot(dx, dy) if shape is BrushShape.ROUND else np.maximum(np.abs(dx), np.abs(dy))
        np.maximum(best, r - away, out=best)
    return best


@settings(max_examples=60, deadline=None)
@given(start=dabs, end=dabs, shape=st.sampled_from(BrushShape))
def test_path_is_the_union_of_the_brush_in_every_place(start: Dab, end: Dab, shape: BrushShape) -> None:
    assume(min(start.diameter, end.diameter) >= 1.5)
    covered, deep = swept(start, end, shape), depth(start, end, shape)
    # Between two samples the brush moves by 0.02 px at most.
    assert covered[deep > 1e-6].all()
    assert not covered[deep < -0.025].any()


@settings(max_examples=300, deadline=None)
@given(dab=dabs)
def test_round_dab_is_the_exact_disc(dab: Dab) -> None:
    assume(dab.diameter >= 1.5)
    rows, columns = np.indices(SIZE) + 0.5
    away = np.hypot(columns - dab.x, rows - dab.y)
    assume((np.abs(away - dab.radius) > 1e-6).all() or float(dab.diameter * 4).is_integer())
    np.testing.assert_array_equal(swept(dab, dab, BrushShape.ROUND), away <= dab.radius + 1e-9)


@settings(max_examples=300, deadline=None)
@given(n=st.integers(2, 12), row=st.integers(24, 72), column=st.integers(24, 72))
def test_square_dab_of_n_is_n_by_n_pixels(n: int, row: int, column: int) -> None:
    dab = Dab(column / 4, row / 4, float(n))
    covered = swept(dab, dab, BrushShape.SQUARE)
    assert covered.any(axis=1).sum() == covered.any(axis=0).sum() == n
    assert covered.sum() == n * n


@pytest.mark.parametrize("diameter", [2, 3, 5, 8, 20, 21, 64, 101, 500, 1100])
@pytest.mark.parametrize("middle", [0.0, 0.5])
def test_round_dab_is_round_and_symmetric(diameter: int, middle: float) -> None:
    side = diameter + 10
    dab = Dab(side // 2 + middle, side // 2 + middle, float(diameter))
    region = sweep(dab, dab, BrushShape.ROUND, (side, side))
    assert region is not None
    full = region.full((side, side))
    top, left, bottom, right = *np.argwhere(full).min(axis=0), *np.argwhere(full).max(axis=0) + 1
    tight = full[top:bottom, left:right]
    assert tight.shape[0] == tight.shape[1]
    for turned in (tight[::-1], tight[:, ::-1], tight.T):
        np.testing.assert_array_equal(tight, turned)
    # Gauss's circle problem: off by less than the circumference.
    assert abs(int(tight.sum()) - math.pi * diameter**2 / 4) <= math.pi * diameter / 2


@settings(max_examples=200, deadline=None)
@given(start=dabs, end=dabs, shape=st.sampled_from(BrushShape))
def test_stroke_has_no_gaps_and_no_direction(start: Dab, end: Dab, shape: BrushShape) -> None:
    covered = swept(start, end, shape)
    np.testing.assert_array_equal(covered, swept(end, start, shape))
    parts, _ = cv2.connectedComponents(covered.astype(np.uint8), connectivity=8)
    assert parts <= 2
    for dab in (start, end):
        row, column = dab.pixel
        if 0 <= row < SIZE[0] and 0 <= column < SIZE[1]:
            assert covered[row, column]


@settings(max_examples=500, deadline=None)
@given(start=dabs, x=places, y=places)
def test_path_onward_adds_all_that_the_start_lacks(start: Dab, x: float, y: float) -> None:
    end = Dab(x, y, start.diameter)
    region = sweep(start, end, BrushShape.ROUND, SIZE, onward=True)
    added = np.zeros(SIZE, np.bool_) if region is None else region.full(SIZE)
    whole = swept(start, end, BrushShape.ROUND)
    np.testing.assert_array_equal(swept(start, start, BrushShape.ROUND) | added, whole)
    assert not (added & ~whole).any()


@settings(max_examples=200, deadline=None)
@given(start=dabs, end=dabs, shape=st.sampled_from(BrushShape), flip=st.sampled_from(["x", "y", "swap"]))
def test_mirrored_pointer_paints_the_mirrored_pixels(start: Dab, end: Dab, shape: BrushShape, flip: str) -> None:
    assume(min(start.diameter, end.diameter) >= 1.5)
    # A square's right and lower edges are excluded, so there the mirror only holds off the ties.
    if shape is BrushShape.SQUARE:
        for dab in (start, end):
            for edge in (dab.x - dab.radius, dab.x + dab.radius, dab.y - dab.radius, dab.y + dab.radius):
                assume(abs((edge - 0.5) - round(edge - 0.5)) > 1e-3)
        deep = depth(start, end, shape)
        assume((np.abs(deep) > 0.03).all())
    side = 28.0

    def mirror(dab: Dab) -> Dab:
        if flip == "x":
            return Dab(side - dab.x, dab.y, dab.diameter)
        return Dab(dab.x, side - dab.y, dab.diameter) if flip == "y" else Dab(dab.y, dab.x, dab.diameter)

    def covered(a: Dab, b: Dab) -> np.ndarray:
        region = sweep(a, b, shape, (28, 28))
        return np.zeros((28, 28), np.bool_) if region is None else region.full((28, 28))

    image = covered(mirror(start), mirror(end))
    back = image[:, ::-1] if flip == "x" else image[::-1] if flip == "y" else image.T
    np.testing.assert_array_equal(back, covered(start, end))


@pytest.mark.parametrize("shape", BrushShape)
@pytest.mark.parametrize(("x", "y"), [(3.0, 3.0), (3.5, 3.5), (3.999, 3.001)])
def test_one_pixel_brush_paints_the_pixel_under_the_pointer(shape: BrushShape, x: float, y: float) -> None:
    covered = swept(Dab(x, y, 1.0), Dab(x, y, 1.0), shape)
    assert np.argwhere(covered).tolist() == [[3, 3]]


def test_one_pixel_brush_draws_a_line_one_pixel_wide() -> None:
    covered = swept(Dab(2.5, 3.5, 1.0), Dab(20.5, 9.5, 1.0), BrushShape.ROUND)
    assert covered.sum(axis=0)[2:21].tolist() == [1] * 19
    assert covered.sum() == 19


def test_pressure_changes_the_size_between_its_limits() -> None:
    brush = Brush(20.0, lightest=0.25)
    assert [brush.diameter_at(p) for p in (-1.0, 0.0, 0.5, 1.0, 9.0)] == [5.0, 5.0, 12.5, 20.0, 20.0]
    assert brush.diameter_at(math.nan) == 20.0
    assert Brush(2.0, lightest=0.0).diameter_at(0.0) == 1.0
    assert Brush(7.0).diameter_at(0.0) == 7.0


@pytest.mark.parametrize(("diameter", "lightest"), [(0.5, 1.0), (math.nan, 1.0), (1e9, 1.0), (5.0, -0.1), (5.0, 1.1)])
def test_impossible_brushes_are_refused(diameter: float, lightest: float) -> None:
    with pytest.raises(OptionError):
        Brush(diameter, lightest=lightest)
