from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from edam_gui.imaging.orientation import upright


@given(st.integers(1, 8), st.integers(1, 7), st.integers(1, 7), st.booleans())
def test_every_orientation_agrees_with_pillow(orientation: int, width: int, height: int, color: bool) -> None:
    shape = (height, width, 3) if color else (height, width)
    stored = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    image = Image.fromarray(stored)
    image.getexif()[0x0112] = orientation
    turned = upright(stored, orientation)
    assert np.array_equal(turned, np.array(ImageOps.exif_transpose(image)))
    assert turned.flags.c_contiguous


def test_any_type_of_map_is_turned() -> None:
    scores = np.array([[0.25, 0.5, 1.0]], np.float32)
    assert upright(scores, 6).tolist() == [[0.25], [0.5], [1.0]]
    assert upright(scores, 8).tolist() == [[1.0], [0.5], [0.25]]
    assert upright(scores, 6).dtype == np.float32


@pytest.mark.parametrize("orientation", [0, 9, -1])
def test_there_are_eight(orientation: int) -> None:
    with pytest.raises(ValueError, match=r"1\.\.8"):
        upright(np.zeros((2, 2), np.uint8), orientation)
