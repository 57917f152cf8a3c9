"""The dense CRF against pydensecrf's results (crf goldens) and the authors' label maps made from them."""

import numpy as np
import pytest

from edam_gui.core.activation_masks import Scores
from edam_gui.core.options import Dialect, LabelRule, Thresholds
from edam_gui.core.pseudo_label import pseudo_label
from edam_gui.imaging.crf.refine import crf_scores, most_likely
from edam_gui.imaging.crf.unaries import crf_probabilities
from edam_gui.imaging.dense_crf import DenseCrf
from tests.golden.data import NAMES, TRIPLES, load, picture, present_only, saliency

AGREEMENT = 0.999


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def refined(name: str) -> Scores:
    return crf_scores(DenseCrf(picture(name)), present_only(name))


def test_crf_golden_input(name: str) -> None:
    golden = load("crf", name)
    start = crf_probabilities(present_only(name))
    assert start.classes == tuple(golden["keys"].tolist())
    np.testing.assert_array_equal(start.values, golden["input_probs"])


def test_crf_golden_probabilities(name: str) -> None:
    golden = load("crf", name)
    q = DenseCrf(picture(name)).run(golden["input_probs"])
    difference = np.abs(q - golden["q"])
    # The contract is 1e-3 on average; what is left is the rounding of sums taken in another order.
    assert difference.mean() < 1e-5
    assert difference.max() < 1e-3
    assert (q.argmax(axis=0) == golden["q"].argmax(axis=0)).mean() >= AGREEMENT


def test_crf_golden_argmax(name: str, refined: Scores) -> None:
    assert (most_likely(refined) == load("labels", name)["crf_argmax"]).mean() >= AGREEMENT


def test_crf_golden_label_maps(name: str, refined: Scores) -> None:
    expected = load("labels", name)["eval_crf_sal"]
    for triple, golden in zip(TRIPLES, expected, strict=True):
        thresholds = Thresholds(triple["theta_times_100"], triple["alpha"], triple["beta"])
        labels = pseudo_label(refined, saliency(name), LabelRule(Dialect.REFERENCE, thresholds=thresholds))
        assert (labels == golden).mean() >= AGREEMENT, triple
