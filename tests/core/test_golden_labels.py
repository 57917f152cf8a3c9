"""Algorithm 1, plain and live, against the label maps of the authors' program: bit for bit."""

from collections.abc import Callable

import numpy as np
import pytest

from edam_gui.core.activation_masks import Scores
from edam_gui.core.live_label import LiveLabel
from edam_gui.core.options import Dialect, LabelRule, ScoreSource, Thresholds
from edam_gui.core.pseudo_label import pseudo_label
from tests.golden.data import NAMES, TRIPLES, bg_and_all, bg_and_present, load, present_only, saliency

Labeller = Callable[[Scores, np.ndarray | None, LabelRule], np.ndarray]


def live(scores: Scores, sal: np.ndarray | None, rule: LabelRule) -> np.ndarray:
    return LiveLabel(scores, sal).label_map(rule)


@pytest.fixture(params=[pseudo_label, live], ids=["plain", "live"])
def labeller(request: pytest.FixtureRequest) -> Labeller:
    return request.param


def rule_of(dialect: Dialect, index: int, theta_name: str = "theta_times_100") -> LabelRule:
    triple = TRIPLES[index]
    return LabelRule(dialect, thresholds=Thresholds(triple[theta_name], triple["alpha"], triple["beta"]))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("index", range(len(TRIPLES)))
def test_reference_with_saliency(labeller: Labeller, name: str, index: int) -> None:
    expected = load("labels", name)["infer_sal"][index]
    labels = labeller(present_only(name), saliency(name), rule_of(Dialect.REFERENCE, index))
    np.testing.assert_array_equal(labels, expected)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("index", [i for i, t in enumerate(TRIPLES) if 0 <= t["theta"] <= 1])
def test_reference_without_saliency(labeller: Labeller, name: str, index: int) -> None:
    expected = load("labels", name)["infer_nosal"][index]
    rule = LabelRule(Dialect.REFERENCE, thresholds=Thresholds(background=TRIPLES[index]["theta"]))
    np.testing.assert_array_equal(labeller(present_only(name), None, rule), expected)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("index", range(len(TRIPLES)))
def test_reference_on_crf_probabilities(labeller: Labeller, name: str, index: int) -> None:
    expected = load("labels", name)["eval_crf_sal"][index]
    crf = load("crf", name)
    scores = Scores(crf["q"][1:].copy(), tuple(int(k) for k in crf["keys"][1:]))
    np.testing.assert_array_equal(labeller(scores, saliency(name), rule_of(Dialect.REFERENCE, index)), expected)


@pytest.mark.parametrize("name", NAMES)
def test_reference_on_crf_probabilities_without_saliency_is_their_argmax(labeller: Labeller, name: str) -> None:
    crf = load("crf", name)
    scores = Scores(crf["q"].copy(), tuple(int(k) for k in crf["keys"]))
    labels = labeller(scores, None, LabelRule(Dialect.REFERENCE, scores=ScoreSource.CRF))
    np.testing.assert_array_equal(labels, load("labels", name)["crf_argmax"])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("index", range(len(TRIPLES)))
@pytest.mark.parametrize(("variant", "theta"), [("abs_labels", "theta_times_100"), ("frac_labels", "theta_times_255")])
def test_paper(labeller: Labeller, name: str, index: int, variant: str, theta: str) -> None:
    expected = load("alg1", name)[variant][index]
    labels = labeller(bg_and_present(name), saliency(name), rule_of(Dialect.PAPER, index, theta))
    np.testing.assert_array_equal(labels, expected)


@pytest.mark.parametrize("index", range(len(TRIPLES)))
@pytest.mark.parametrize(("variant", "theta"), [("abs_all21", "theta_times_100"), ("frac_all21", "theta_times_255")])
def test_paper_with_every_class(labeller: Labeller, index: int, variant: str, theta: str) -> None:
    expected = load("alg1", NAMES[0])[variant][index]
    labels = labeller(bg_and_all(NAMES[0]), saliency(NAMES[0]), rule_of(Dialect.PAPER, index, theta))
    np.testing.assert_array_equal(labels, expected)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("index", range(len(TRIPLES)))
def test_paper_on_masks_without_background(labeller: Labeller, name: str, index: int) -> None:
    expected = load("alg1", name)["fgonly_abs_labels"][index]
    labels = labeller(present_only(name), saliency(name), rule_of(Dialect.PAPER, index))
    np.testing.assert_array_equal(labels, expected)
