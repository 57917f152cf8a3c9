"""Built-in saliency: what stands out in a photo is found, whatever the photo's size."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from edam_gui.core.errors import OptionError
from edam_gui.imaging.saliency import DEFAULT_METHOD, make_saliency, register, saliency_methods

METHODS = saliency_methods()


def scene(
    height: int = 300, width: int = 400, center: tuple[float, float] = (0.5, 0.5), radius: float = 0.2
) -> tuple[np.ndarray, ...]:
    """Return a photo of a red ball on grainy green ground, and where the ball is."""
    rng = np.random.default_rng(1)
    photo = np.full((height, width, 3), (60, 120, 60), np.uint8)
    ball = np.zeros((height, width), np.uint8)
    at = int(center[0] * width), int(center[1] * height)
    cv2.circle(ball, at, int(radius * min(height, width)), 1, -1)
    photo[ball == 1] = (200, 40, 40)
    grain = rng.integers(-8, 9, photo.shape)
    return np.clip(photo + grain, 0, 255).astype(np.uint8), ball == 1


@pytest.mark.parametrize("method", METHODS)
def test_a_small_object_on_plain_ground_stands_out(method: str) -> None:
    photo, ball = scene(radius=0.06)
    saliency = make_saliency(photo, method)
    assert saliency.shape == ball.shape
    assert saliency.dtype == np.uint8
    assert saliency[ball].mean() > saliency[~ball].mean() + 20


@pytest.mark.parametrize("method", ["combined", "rbd", "mbd", "geodesic", "frequency"])
def test_the_object_is_cut_out_cleanly(method: str) -> None:
    photo, ball = scene()
    found = make_saliency(photo, method) > 100
    assert (found & ball).sum() / (found | ball).sum() > 0.9


def test_an_object_cut_off_by_the_border_is_still_found_by_robust_background_detection() -> None:
    photo, ball = scene(center=(0.5, 0.9))
    found = make_saliency(photo, "rbd") > 100
    assert (found & ball).sum() / (found | ball).sum() > 0.9


@pytest.mark.parametrize("method", METHODS)
def test_the_map_uses_the_whole_range(method: str) -> None:
    saliency = make_saliency(scene()[0], method)
    assert (saliency.min(), saliency.max()) == (0, 255)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("value", [0, 97, 255])
@pytest.mark.parametrize("size", [(1, 1), (2, 1), (1, 300), (50, 40)])
def test_nothing_stands_out_of_a_plain_picture(method: str, value: int, size: tuple[int, int]) -> None:
    assert not make_saliency(np.full((*size, 3), value, np.uint8), method).any()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("size", [(1, 1), (1, 2), (3, 3), (1, 500), (500, 1), (7, 900)])
def test_any_size_of_picture_gets_a_map_of_its_size(method: str, size: tuple[int, int]) -> None:
    noise = np.random.default_rng(2).integers(0, 256, (*size, 3), np.uint8)
    assert make_saliency(noise, method).shape == size


def test_the_map_of_a_large_photo_follows_its_edges() -> None:
    photo, ball = scene(1500, 2000)
    found = make_saliency(photo) > 128
    wrong = found != ball
    rim = cv2.morphologyEx(ball.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((25, 25), np.uint8)) == 1
    assert wrong[~rim].mean() < 0.002
    assert wrong[rim].mean() < 0.15


def test_the_same_photo_gets_the_same_map() -> None:
    photo = scene()[0]
    np.testing.assert_array_equal(make_saliency(photo), make_saliency(photo.copy()))


def test_the_photo_is_not_changed() -> None:
    photo = scene()[0]
    before = photo.copy()
    make_saliency(photo)
    np.testing.assert_array_equal(photo, before)


def test_the_default_is_listed_first() -> None:
    assert saliency_methods()[0] == DEFAULT_METHOD
    assert len(set(METHODS)) == len(METHODS) >= 4


def test_an_unknown_method_is_refused_with_the_list_of_known_ones() -> None:
    with pytest.raises(OptionError, match=r"no saliency method 'magic'.*rbd.*combined"):
        make_saliency(scene()[0], "magic")


def test_a_name_is_given_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        register("rbd", lambda pixels: pixels[:, :, 0].astype(np.float32))
