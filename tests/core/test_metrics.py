import json

import numpy as np
import pytest

from edam_gui.core.errors import OptionError
from edam_gui.core.label_set import PASCAL_VOC, LabelSet
from edam_gui.core.metrics import Confusion
from tests.golden.data import HERE, NAMES, load, truth

GOLDEN = json.loads((HERE / "labels/eval_golden.json").read_text())["results"]
CASES = [(i, k, stack) for i in map(str, range(12)) for k, stack in (("sal", "infer_sal"), ("nosal", "infer_nosal"))]


@pytest.mark.parametrize(("triple", "key", "stack"), CASES)
def test_figures_equal_the_authors(triple: str, key: str, stack: str) -> None:
    confusion = Confusion(PASCAL_VOC)
    for name in NAMES:
        confusion.add(load("labels", name)[stack][int(triple)], truth(name))
    expected = GOLDEN[triple][key]
    iou = np.nan_to_num(confusion.figures().iou) * 100
    np.testing.assert_allclose(iou, [expected[n] for n in PASCAL_VOC.names], atol=1e-9)
    assert confusion.miou(absent_as_zero=True) * 100 == pytest.approx(expected["mIoU"], abs=1e-9)


def two_classes() -> Confusion:
    return Confusion(LabelSet.from_names(["cat", "dog", "cow"]))


def test_a_class_absent_from_both_is_left_out_of_the_mean() -> None:
    confusion = two_classes()
    confusion.add(np.array([[0, 1, 1, 2]], np.uint8), np.array([[0, 1, 2, 2]], np.uint8))
    figures = confusion.figures()
    np.testing.assert_allclose(figures.iou, [1, 1 / 2, 1 / 2, np.nan])
    np.testing.assert_allclose(figures.precision, [1, 1 / 2, 1, np.nan])
    np.testing.assert_allclose(figures.recall, [1, 1, 1 / 2, np.nan])
    assert confusion.miou() == pytest.approx(2 / 3)
    assert confusion.miou(absent_as_zero=True) == pytest.approx(1 / 2)


def test_ignored_truth_is_left_out_and_ignored_prediction_is_a_miss() -> None:
    confusion = two_classes()
    confusion.add(np.array([[1, 255, 2, 255]], np.uint8), np.array([[1, 1, 255, 255]], np.uint8))
    assert confusion.figures().iou[1] == pytest.approx(1 / 2)
    assert confusion.ignored_share == pytest.approx(1 / 2)
    assert np.isnan(confusion.figures().iou[2])


def test_ignored_prediction_can_be_left_out() -> None:
    confusion = Confusion(LabelSet.from_names(["cat"]), skip_ignored_pred=True)
    confusion.add(np.array([[1, 255]], np.uint8), np.array([[1, 1]], np.uint8))
    assert confusion.figures().iou[1] == 1


def test_values_outside_the_classes_are_refused_by_number() -> None:
    with pytest.raises(OptionError, match="prediction holds the value 9, which is none of the 3 classes"):
        two_classes().add(np.array([[9]], np.uint8), np.array([[1]], np.uint8))


def test_sizes_must_agree() -> None:
    with pytest.raises(OptionError, match="prediction is 2 x 1 pixels, the ground truth 1 x 2"):
        two_classes().add(np.zeros((1, 2), np.uint8), np.zeros((2, 1), np.uint8))
