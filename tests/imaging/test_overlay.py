from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edam_gui.core.palette import voc_palette
from edam_gui.imaging.overlay import blend_labels, blend_mask, inferno


@pytest.fixture
def photo() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (20, 30, 3), dtype=np.uint8)


def test_background_shows_the_photo_and_regions_their_colour(photo: np.ndarray) -> None:
    labels = np.zeros((20, 30), np.uint8)
    labels[5:15, 5:15] = 15
    labels[5:15, 20:28] = 255
    before = photo.copy()
    drawn = blend_labels(photo, labels, voc_palette(), 0.5)
    assert np.array_equal(photo, before)
    assert np.array_equal(drawn[labels == 0], photo[labels == 0])
    for label, inside in ((15, np.s_[6:14, 6:14]), (255, np.s_[6:14, 21:27])):
        expected = (photo[inside].astype(float) + voc_palette()[label]) / 2
        assert np.abs(drawn[inside] - expected).max() <= 1


def test_the_contour_is_one_pixel_inside_the_region_and_contrasts_with_it() -> None:
    palette = np.zeros((256, 3), np.uint8)
    palette[1], palette[2] = (20, 20, 20), (240, 240, 240)
    labels = np.zeros((9, 20), np.uint8)
    labels[2:7, 2:8] = 1
    labels[2:7, 8:15] = 2
    drawn = blend_labels(np.full((9, 20, 3), 100, np.uint8), labels, palette, 1.0)[:, :, 0]
    assert drawn[2, 4] > 128 > drawn[4, 4]  # light line around the dark region
    assert drawn[2, 11] < 128 < drawn[4, 11]  # dark line around the light one
    assert drawn[4, 7] > 128 > drawn[4, 8]  # and between the two
    assert drawn[4, 6] == 20
    assert drawn[1, 4] == 100


def test_opacity_runs_from_the_photo_to_the_colour(photo: np.ndarray) -> None:
    labels = np.full((20, 30), 3, np.uint8)
    assert np.array_equal(blend_labels(photo, labels, voc_palette(), 0.0), photo)
    assert np.all(blend_labels(photo, labels, voc_palette(), 1.0) == voc_palette()[3])
    assert np.array_equal(blend_labels(photo, np.zeros_like(labels), voc_palette(), 1.0), photo)


def test_low_activation_shows_the_photo(photo: np.ndarray) -> None:
    assert np.array_equal(blend_mask(photo, np.zeros((20, 30), np.float32), 1.0), photo)
    assert np.array_equal(blend_mask(photo, np.full((20, 30), np.nan, np.float32), 1.0), photo)
    assert np.array_equal(blend_mask(photo, np.full((20, 30), -3, np.float32), 1.0), photo)
    full = blend_mask(photo, np.ones((20, 30), np.float32), 1.0)
    assert np.array_equal(full, np.broadcast_to(inferno()[255], photo.shape))


@given(st.integers(0, 255), st.floats(0, 1, width=32), st.floats(0, 1))
def test_a_mask_is_mixed_as_its_formula_says(grey: int, value: float, opacity: float) -> None:
    drawn = blend_mask(np.full((1, 1, 3), grey, np.uint8), np.full((1, 1), value, np.float32), opacity)[0, 0]
    level = int(np.rint(np.float32(value) * 255))
    share = opacity * level / 255
    assert np.abs(drawn - ((1 - share) * grey + share * inferno()[level])).max() <= 1.5


def test_the_colour_map_brightens_steadily() -> None:
    luma = inferno().astype(float) @ [0.299, 0.587, 0.114]
    assert (np.diff(luma) > -1).all()
    assert luma[0] < 5
    assert luma[-1] > 240


def test_maps_of_another_size_are_a_mistake(photo: np.ndarray) -> None:
    with pytest.raises(ValueError, match="do not belong together"):
        blend_labels(photo, np.zeros((20, 31), np.uint8), voc_palette())
    with pytest.raises(ValueError, match="do not belong together"):
        blend_mask(photo, np.zeros((19, 30), np.float32))
    with pytest.raises(ValueError, match="opacity"):
        blend_mask(photo, np.zeros((20, 30), np.float32), 1.5)
    with pytest.raises(ValueError, match="palette"):
        blend_labels(photo, np.zeros((20, 30), np.uint8), np.zeros((21, 3), np.uint8))
