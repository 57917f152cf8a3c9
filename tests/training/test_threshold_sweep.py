"""The sweep's histogram against label maps made one setting at a time."""

from __future__ import annotations

import numpy as np
import pytest

from edam_gui.core.activation_masks import Scores
from edam_gui.core.label_set import LabelSet
from edam_gui.core.metrics import Confusion
from edam_gui.core.options import Dialect, LabelRule, Thresholds
from edam_gui.core.pseudo_label import pseudo_label, winner_and_score
from edam_gui.training.threshold_sweep import SCORE_GRID, THETA_GRID, ThresholdSweep

LABELS = LabelSet.from_names(["a", "b", "c"])
Image = tuple[Scores, np.ndarray, np.ndarray]


def images(seed: int, *, background: bool) -> list[Image]:
    rng = np.random.default_rng(seed)
    made = []
    for present in ((1, 2), (2,), (1, 2)):
        classes = (0, *present) if background else present
        # Scores, cuts and saliency meet each other, so that equality is looked at.
        values = (rng.integers(0, 51, (len(classes), 12, 9)) / np.float32(50)).astype(np.float32)
        truth = rng.choice(np.array([0, *present, 255], np.uint8), (12, 9))
        saliency = (rng.integers(0, 26, (12, 9)) * 10).astype(np.uint8)
        made.append((Scores(values, classes), truth, saliency))
    return made


def miou(data: list[Image], rule: LabelRule, *, with_saliency: bool) -> Confusion:
    confusion = Confusion(LABELS)
    for scores, truth, saliency in data:
        confusion.add(pseudo_label(scores, saliency if with_saliency else None, rule), truth)
    return confusion


@pytest.mark.parametrize("seed", range(3))
def test_masks_alone_are_the_reference_dialect_without_saliency(seed: int) -> None:
    data = images(seed, background=False)
    sweep = ThresholdSweep(3, with_saliency=False, strict=True)
    for scores, truth, _ in data:
        sweep.add(*winner_and_score(scores), truth, None)
    best = sweep.best()
    every = {
        float(b): miou(data, LabelRule(thresholds=Thresholds(background=float(b))), with_saliency=False)
        for b in SCORE_GRID
    }
    assert best.miou == pytest.approx(max(c.miou() for c in every.values()))
    at = miou(data, LabelRule(thresholds=Thresholds(background=best.alpha)), with_saliency=False)
    assert at.miou() == pytest.approx(best.miou)
    np.testing.assert_allclose(best.iou, at.figures().iou)
    assert best.beta == best.alpha


@pytest.mark.parametrize("background", [True, False])
def test_algorithm_1_is_the_paper_dialect(background: bool) -> None:
    data = images(7, background=background)
    sweep = ThresholdSweep(3, with_saliency=True, strict=False)
    for scores, truth, saliency in data:
        sweep.add(*winner_and_score(scores), truth, saliency)
    best = sweep.best()
    at = Thresholds(best.theta, best.alpha, best.beta)
    assert miou(data, LabelRule(Dialect.PAPER, thresholds=at), with_saliency=True).miou() == pytest.approx(best.miou)
    rng = np.random.default_rng(0)
    for _ in range(150):
        other = Thresholds(float(rng.choice(THETA_GRID)), float(rng.choice(SCORE_GRID)), float(rng.choice(SCORE_GRID)))
        value = miou(data, LabelRule(Dialect.PAPER, thresholds=other), with_saliency=True).miou()
        assert value <= best.miou + 1e-9


def test_without_any_pixel_there_is_no_figure() -> None:
    assert np.isnan(ThresholdSweep(3, with_saliency=False, strict=True).best().miou)
