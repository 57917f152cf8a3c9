"""Every device pixel shows the image pixel under its centre, and a change is repainted wherever it shows."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edam_gui.gui.annotate.canvas.sampling import Box, sample
from edam_gui.gui.annotate.canvas.view import View

IMAGE = 37, 23
PORT = 50, 40
views = st.builds(View, st.floats(0.02, 64), st.floats(-80, 80), st.floats(-80, 80))
edges = st.tuples(st.integers(-5, 40), st.integers(0, 20))


def pixels() -> np.ndarray:
    return np.arange(IMAGE[0] * IMAGE[1], dtype=np.uint16).reshape(IMAGE[1], IMAGE[0])


def shown(view: View) -> np.ndarray:
    """Pixel by pixel, -1 where there is no image."""
    view = view.snapped()
    result = np.full((PORT[1], PORT[0]), -1)
    for row in range(PORT[1]):
        for column in range(PORT[0]):
            x, y = view.to_image(column + 0.5, row + 0.5)
            if 0 <= x < IMAGE[0] and 0 <= y < IMAGE[1]:
                result[row, column] = pixels()[int(y), int(x)]
    return result


@given(views)
def test_each_device_pixel_shows_the_image_pixel_under_its_centre(view: View) -> None:
    sampling = sample(view, IMAGE, PORT)
    result = np.full((PORT[1], PORT[0]), -1)
    result[sampling.box.shifted(sampling.left, sampling.top).slices()] = sampling.take(pixels(), sampling.box)
    np.testing.assert_array_equal(result, shown(view))


@given(views, edges, edges)
def test_a_part_covers_exactly_the_device_pixels_that_show_it(
    view: View, across: tuple[int, int], down: tuple[int, int]
) -> None:
    rect = Box(across[0], down[0], across[0] + across[1], down[0] + down[1])
    inside = np.zeros((IMAGE[1], IMAGE[0]), bool)
    inside[max(rect.top, 0) : max(rect.bottom, 0), max(rect.left, 0) : max(rect.right, 0)] = True
    sampling = sample(view, IMAGE, PORT)
    expected = sampling.take(inside, sampling.box)
    covered = np.zeros(sampling.size, bool)
    covered[sampling.covering(rect).slices()] = True
    np.testing.assert_array_equal(covered, expected)


def test_boxes_join_cut_and_grow() -> None:
    a, b = Box(0, 0, 10, 10), Box(5, 6, 20, 8)
    assert a.joined(b) == Box(0, 0, 20, 10)
    assert a.cut(b) == Box(5, 6, 10, 8)
    assert a.joined(Box(30, 30, 30, 40)) == a
    assert a.cut(Box(30, 30, 40, 40)).empty
    assert b.grown(2) == Box(3, 4, 22, 10)
