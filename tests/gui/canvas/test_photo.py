"""A photo that is panned looks as one that is computed anew."""

from __future__ import annotations

import numpy as np
import pytest

from edam_gui.gui.annotate.canvas.photo import Photo
from edam_gui.gui.annotate.canvas.sampling import Box, sample
from edam_gui.gui.annotate.canvas.view import View

PORT = 160, 120


@pytest.mark.parametrize("scale", [0.23, 0.77, 1.0, 1.7, 9.0])
def test_panning_moves_what_is_there_and_computes_the_rest(scale: float) -> None:
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (400, 600, 3), np.uint8)
    photo = Photo(pixels)
    # To and fro, also so far that nothing stays, and over the image's border.
    for left, top in ((-20, -10), (-23, -8), (-3, -8), (-3, -35), (40, 20), (25, 30), (-60, 30), (30, 30), (30, 31)):
        sampling = sample(View(scale, left, top), (600, 400), PORT)
        moved = photo.render(sampling, None)
        anew = Photo(pixels).render(sampling, None)
        # Smooth sampling rounds its fractions to 1/32 of a pixel, from another corner.
        assert np.abs(moved.astype(int) - anew).max() <= (0 if scale >= 1 else 12)


def test_another_tone_is_seen_after_forgetting() -> None:
    photo = Photo(np.full((50, 50, 3), 100, np.uint8))
    sampling = sample(View(2.0, 0, 0), (50, 50), PORT)
    assert photo.render(sampling, None).max() == 255  # the unused fourth byte
    assert (photo.render(sampling, None)[:, :, :3] == 100).all()
    photo.forget()
    assert (photo.render(sampling, np.full(256, 7, np.uint8))[:, :, :3] == 7).all()


def test_a_photo_out_of_sight_is_nothing() -> None:
    photo = Photo(np.zeros((50, 50, 3), np.uint8))
    assert photo.render(sample(View(1.0, 500, 500), (50, 50), PORT), None).size == 0


def test_what_a_box_leaves_of_another_covers_it_once() -> None:
    outer, inner = Box(0, 0, 10, 8), Box(3, 2, 7, 8)
    count = np.zeros((8, 10), int)
    for part in [inner, *outer.without(inner)]:
        count[part.slices()] += 1
    assert (count == 1).all()
    assert outer.without(Box(4, 4, 4, 4)) == [outer]
    assert outer.without(outer) == []
