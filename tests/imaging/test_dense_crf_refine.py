"""The CRF before the thresholds (on scores) and after them (on a label map)."""

import numpy as np
import pytest

from edam_gui.core.activation_masks import Scores
from edam_gui.core.errors import OptionError
from edam_gui.imaging.crf.refine import crf_scores, most_likely, refine_labels
from edam_gui.imaging.crf.unaries import crf_probabilities, label_probabilities
from edam_gui.imaging.dense_crf import DenseCrf
from tests.golden.data import NAMES, bg_and_present, picture, present_only


@pytest.fixture
def photo() -> np.ndarray:
    photo = np.full((60, 80, 3), 40, np.uint8)
    photo[20:45, 30:60] = (200, 80, 60)
    return photo


@pytest.fixture
def rough() -> np.ndarray:
    """A label map that misses the object's outline by some pixels and has a few specks."""
    labels = np.zeros((60, 80), np.uint8)
    labels[24:49, 27:57] = 7
    labels[::13, ::11] = 12
    return labels


def test_crf_input_leaves_the_network_background_out() -> None:
    with_channel, without = (crf_probabilities(f(NAMES[0])) for f in (bg_and_present, present_only))
    assert with_channel.classes == without.classes
    np.testing.assert_array_equal(with_channel.values, without.values)


def test_crf_background_exponent_lowers_the_background() -> None:
    scores = Scores(np.array([[[0.0, 0.25, 0.5, 1.0]]], np.float32), (3,))
    np.testing.assert_allclose(crf_probabilities(scores, 2.0).values[0], [[1, 0.5625, 0.25, 0]])


@pytest.mark.parametrize("exponent", [0.0, -1.0, float("nan"), float("inf")])
def test_crf_background_exponent_must_be_usable(exponent: float) -> None:
    with pytest.raises(OptionError, match="exponent"):
        crf_probabilities(present_only(NAMES[0]), exponent)


def test_crf_scores_of_a_photo_without_classes_are_background() -> None:
    scores = crf_scores(DenseCrf(picture(NAMES[0])), Scores(np.zeros((0, 107, 160), np.float32), ()))
    assert scores.classes == (0,)
    np.testing.assert_array_equal(most_likely(scores), 0)


def test_crf_refined_label_map_follows_the_object(photo: np.ndarray, rough: np.ndarray) -> None:
    expected = np.zeros((60, 80), np.uint8)
    expected[20:45, 30:60] = 7
    np.testing.assert_array_equal(refine_labels(DenseCrf(photo), rough), expected)


def test_crf_refinement_fills_ignored_pixels(photo: np.ndarray, rough: np.ndarray) -> None:
    rough[40:, 50:] = 255
    refined = refine_labels(DenseCrf(photo), rough)
    assert (refined[46:, 62:] == 0).all()
    assert (refined[40:45, 50:60] == 7).all()


def test_crf_refinement_with_nothing_to_decide(photo: np.ndarray) -> None:
    crf = DenseCrf(photo)
    for only in (0, 5, 255):
        labels = np.full((60, 80), only, np.uint8)
        np.testing.assert_array_equal(refine_labels(crf, labels), labels)


def test_crf_refinement_keeps_strokes_even_of_a_new_class(photo: np.ndarray, rough: np.ndarray) -> None:
    strokes = np.full((60, 80), -1, np.int16)
    strokes[30, 35:55] = 15
    strokes[5, 5:10] = 0
    strokes[50, 5:10] = 255  # a stroke of 'ignore' says nothing about the class
    refined = refine_labels(DenseCrf(photo), rough, strokes=strokes)
    assert (refined[30, 35:55] == 15).all()
    assert (refined[5, 5:10] == 0).all()
    assert {*np.unique(refined).tolist()} <= {0, 7, 12, 15}


def test_crf_scores_take_strokes(photo: np.ndarray) -> None:
    weak = np.full((1, 60, 80), 0.45, np.float32)
    strokes = np.full((60, 80), -1, np.int16)
    strokes[25:40, 35:55] = 7
    labels = most_likely(crf_scores(DenseCrf(photo), Scores(weak, (7,)), strokes=strokes))
    assert (labels[20:45, 30:60] == 7).mean() > 0.95
    assert (labels[:15] == 0).all()


def test_crf_label_map_with_a_stated_confidence() -> None:
    start = label_probabilities(np.array([[0, 3, 9, 255]], np.uint8), 0.8)
    assert start.classes == (0, 3, 9)
    third = 1 / 3
    expected = [[0.8, 0.1, 0.1, third], [0.1, 0.8, 0.1, third], [0.1, 0.1, 0.8, third]]
    np.testing.assert_allclose(start.values[:, 0], expected, rtol=1e-6)


@pytest.mark.parametrize("confidence", [0.0, 1.0, -0.5, float("nan")])
def test_crf_confidence_must_be_usable(confidence: float) -> None:
    with pytest.raises(OptionError, match="confidence"):
        label_probabilities(np.zeros((2, 2), np.uint8), confidence)
