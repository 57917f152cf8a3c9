from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edam_gui.gui.annotate.canvas.view import MAX_SCALE, View, bounded_scale, centred, fitted

numbers = st.floats(-5000, 5000)
scales = st.floats(0.01, MAX_SCALE)


@given(scales, numbers, numbers, scales, st.floats(0, 2000), st.floats(0, 2000))
def test_zooming_keeps_the_point_under_the_cursor(
    scale: float, left: float, top: float, other: float, x: float, y: float
) -> None:
    view = View(scale, left, top)
    point = view.to_image(x, y)
    assert view.zoomed(other, x, y).to_device(*point) == pytest.approx((x, y), abs=1e-6)


@given(scales, numbers, numbers, numbers, numbers)
def test_image_and_device_coordinates_are_inverse(scale: float, left: float, top: float, x: float, y: float) -> None:
    view = View(scale, left, top)
    assert view.to_image(*view.to_device(x, y)) == pytest.approx((x, y), rel=1e-6, abs=1e-3)


@given(scales, numbers, numbers)
def test_the_image_cannot_be_pushed_out_of_sight(scale: float, left: float, top: float) -> None:
    x, y = View(scale, left, top).kept_in_sight((300, 200), (800, 600)).to_image(400, 300)
    assert -1e-6 <= x <= 300 + 1e-6
    assert -1e-6 <= y <= 200 + 1e-6


def test_a_view_in_sight_stays() -> None:
    view = View(2.0, 10.0, 20.0)
    assert view.kept_in_sight((300, 200), (800, 600)) == view


@pytest.mark.parametrize("image", [(4000, 3000), (30, 2000), (500, 375), (1, 1)])
def test_a_fitted_image_lies_whole_and_centred_in_the_viewport(image: tuple[int, int]) -> None:
    view = fitted(image, (800, 600), 8.0)
    assert view.shows_all(image, (800, 600))
    assert view.to_device(image[0] / 2, image[1] / 2) == pytest.approx((400, 300))
    assert view.scale <= 8


def test_a_view_larger_than_the_viewport_does_not_show_all() -> None:
    assert not centred(2.0, 250, 200, (800, 600)).shows_all((500, 400), (800, 600))


def test_zoom_is_bounded_on_both_sides() -> None:
    assert bounded_scale(1e9, (4000, 3000), 0.2) == MAX_SCALE
    assert bounded_scale(1e-9, (4000, 3000), 0.2) == pytest.approx(32 / 4000)
    assert bounded_scale(1e-9, (4000, 3000), 0.001) == 0.001
    assert bounded_scale(float("nan"), (4000, 3000), 0.2) == 0.2
