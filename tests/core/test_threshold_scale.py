"""Sliders reach every value that people use, and the exact ends."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edam_gui.core.threshold_scale import GreyScale, ScoreScale

SCALE = ScoreScale()


def test_the_ends_are_exact() -> None:
    assert SCALE.value(0) == 0.0
    assert SCALE.value(SCALE.stops) == 1.0
    assert SCALE.stop(0.0) == 0
    assert SCALE.stop(1.0) == SCALE.stops


def test_values_ascend_strictly() -> None:
    values = [SCALE.value(stop) for stop in range(SCALE.stops + 1)]
    assert all(a < b for a, b in itertools.pairwise(values))


@given(st.integers(0, 1000))
def test_a_stops_value_is_at_that_stop(stop: int) -> None:
    assert SCALE.stop(SCALE.value(stop)) == stop


@pytest.mark.parametrize("value", [1e-6, 0.01, 0.35, 0.5, 0.75, 0.99, 0.99999])
def test_the_slider_comes_near_to_typical_values(value: float) -> None:
    found = SCALE.value(SCALE.stop(value))
    assert min(found, 1 - found) == pytest.approx(min(value, 1 - value), rel=0.06)


def test_most_of_the_slider_is_for_the_range_that_is_tuned() -> None:
    assert SCALE.stop(0.95) - SCALE.stop(0.05) >= 0.68 * SCALE.stops
    assert SCALE.value(SCALE.stop(0.4) + 1) - SCALE.value(SCALE.stop(0.4)) < 0.002


@given(st.floats(-1e9, 1e9))
def test_grey_levels_are_stops_and_others_go_to_the_ends(value: float) -> None:
    stop = GreyScale().stop(value)
    assert 0 <= stop <= 255
    assert abs(GreyScale().value(stop) - min(max(value, 0), 255)) <= 0.5
