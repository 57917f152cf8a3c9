"""What the cursor says about a pixel agrees with the label map."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edam_gui.core.activation_masks import Scores
from edam_gui.core.explain import Reason, explain
from edam_gui.core.live_label import LiveLabel
from edam_gui.core.options import Dialect, LabelRule, Rule, ScoreSource, Thresholds
from edam_gui.core.pseudo_label import pseudo_label

LEVELS = [0.0, 1e-7, 0.2, 0.25, 0.3, 0.5, 0.7, 0.99999, 1.0]
thresholds = st.builds(
    Thresholds,
    theta=st.sampled_from([-1.0, 0.0, 19.999999999999996, 20.0, 20.5, 254.99999999999997, 255.0, 300.0]),
    alpha=st.sampled_from(LEVELS),
    beta=st.sampled_from(LEVELS),
    background=st.sampled_from(LEVELS),
    ignore_saliency=st.booleans(),
)


@st.composite
def rules(draw: st.DrawFn) -> LabelRule:
    dialect = draw(st.sampled_from(Dialect))
    rule = draw(st.sampled_from(Rule)) if dialect is Dialect.PAPER else Rule.PIXEL
    own = draw(st.dictionaries(st.integers(1, 5), thresholds, max_size=3))
    return LabelRule(dialect, rule, draw(thresholds), own, draw(st.sampled_from(ScoreSource)))


@st.composite
def images(draw: st.DrawFn) -> tuple[Scores, np.ndarray | None]:
    size = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    classes = tuple(sorted(draw(st.sets(st.integers(0, 5), max_size=4))))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    values = rng.choice(np.array(LEVELS, np.float32), (len(classes), *size))
    grey = rng.choice(np.array([0, 19, 20, 21, 254, 255], np.uint8), size)
    return Scores(values, classes), grey if draw(st.booleans()) else None


@settings(max_examples=400, deadline=None)
@given(image=images(), rule=rules())
def test_explained_label_is_the_label_on_the_map(image: tuple[Scores, np.ndarray | None], rule: LabelRule) -> None:
    labels = pseudo_label(*image, rule)
    live = LiveLabel(*image)
    for y, x in np.ndindex(labels.shape):
        told = explain(*image, rule, y, x)
        assert told.label == labels[y, x]
        assert told.scores == tuple(
            (c, float(v)) for c, v in zip(image[0].classes, image[0].values[:, y, x], strict=True)
        )
        assert told.saliency == (None if image[1] is None else image[1][y, x])
        assert told.label in (0, told.winner)
        assert told.thresholds == rule.of(told.winner)
        assert live.explain(y, x, rule) == told, "with the regions at hand too"


LOW = Thresholds(theta=100.0, alpha=0.3, beta=0.8, background=0.4)
PAPER = LabelRule(Dialect.PAPER, thresholds=LOW)
REFERENCE = LabelRule(Dialect.REFERENCE, thresholds=LOW)
REGION = LabelRule(Dialect.PAPER, Rule.REGION, LOW)
CRF = LabelRule(Dialect.REFERENCE, thresholds=LOW, scores=ScoreSource.CRF)
OWN = LabelRule(Dialect.REFERENCE, thresholds=LOW, per_class={2: Thresholds(theta=100.0, alpha=0.7, beta=0.8)})


@pytest.mark.parametrize(
    ("rule", "scores", "grey", "label", "winner", "reason"),
    [
        (PAPER, {}, 200, 0, 0, Reason.NO_CLASS),
        (PAPER, {0: 0.9}, 200, 0, 0, Reason.NO_CLASS),
        (PAPER, {0: 0.9, 2: 0.5}, 200, 0, 0, Reason.BACKGROUND_WINS),
        (PAPER, {0: 0.1, 2: 0.2}, 200, 0, 2, Reason.SUPPRESSED),
        (PAPER, {0: 0.1, 2: 0.3}, 200, 2, 2, Reason.SALIENT),
        (PAPER, {0: 0.1, 2: 0.9}, 50, 2, 2, Reason.POPPED_UP),
        (PAPER, {0: 0.1, 2: 0.8}, 50, 0, 2, Reason.NOT_SALIENT),
        (PAPER, {0: 0.1, 2: 0.8}, None, 2, 2, Reason.SALIENT),
        (REGION, {0: 0.1, 2: 0.3}, 200, 2, 2, Reason.REGION_KEPT),
        (REGION, {0: 0.1, 2: 0.3}, 50, 0, 2, Reason.REGION_DROPPED),
        (REFERENCE, {0: 1.0, 2: 0.2, 3: 0.25}, 200, 0, 3, Reason.SUPPRESSED),
        (REFERENCE, {0: 1.0, 2: 0.9, 3: 1.0}, 200, 2, 2, Reason.POPPED_UP),
        (REFERENCE, {0: 1.0, 2: 0.4, 3: 0.5}, 101, 3, 3, Reason.SALIENT),
        (REFERENCE, {0: 1.0, 2: 0.4, 3: 0.5}, 100, 0, 3, Reason.NOT_SALIENT),
        (REFERENCE, {2: 0.4}, None, 0, 2, Reason.BACKGROUND_SCORE),
        (REFERENCE, {2: 0.5}, None, 2, 2, Reason.BACKGROUND_SCORE),
        (OWN, {2: 0.6, 3: 0.5}, 200, 3, 3, Reason.SALIENT),
        (CRF, {0: 0.6, 2: 0.4}, None, 0, 0, Reason.CRF_ARGMAX),
        (LabelRule(Dialect.REFERENCE, thresholds=Thresholds(alpha=0.0)), {2: 0.0}, 200, 0, 2, Reason.NO_SCORE),
    ],
)
def test_the_reason_is_named(
    rule: LabelRule, scores: dict[int, float], grey: int | None, label: int, winner: int, reason: Reason
) -> None:
    values = np.array(list(scores.values()), np.float32).reshape(-1, 1, 1)
    saliency = None if grey is None else np.array([[grey]], np.uint8)
    told = explain(Scores(values, tuple(scores)), saliency, rule, 0, 0)
    assert (told.label, told.winner, told.reason) == (label, winner, reason)


def test_every_region_tells_its_best_score() -> None:
    values = np.array([[[0.4, 0.9, 0.0, 0.35]]], np.float32)
    told = explain(Scores(values, (2,)), np.array([[200, 200, 0, 200]], np.uint8), REGION, 0, 0)
    assert told.region_score == pytest.approx(0.9)
    assert told.salient


@pytest.mark.parametrize(("y", "x"), [(-1, 0), (0, 3), (2, 0)])
def test_a_pixel_outside_is_refused(y: int, x: int) -> None:
    scores = Scores(np.ones((1, 2, 3), np.float32), (1,))
    with pytest.raises(IndexError, match="outside"):
        explain(scores, None, PAPER, y, x)


def test_a_saliency_map_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="differ in size"):
        explain(Scores(np.ones((1, 2, 3), np.float32), (1,)), np.zeros((3, 2), np.uint8), PAPER, 0, 0)
