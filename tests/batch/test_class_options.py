"""Options that name classes."""

from __future__ import annotations

import numpy as np
import pytest

from edam_gui.batch.class_options import ignore_saliency
from edam_gui.core.activation_masks import Scores
from edam_gui.core.errors import OptionError
from edam_gui.core.label_set import PASCAL_VOC
from edam_gui.core.options import Dialect, LabelRule, Thresholds
from edam_gui.core.pseudo_label import pseudo_label

SOFA, CHAIR = PASCAL_VOC.index("sofa"), PASCAL_VOC.index("chair")


def test_named_classes_ignore_saliency_and_keep_the_other_thresholds() -> None:
    own = Thresholds(theta=33, alpha=0.2, beta=0.8)
    assert ignore_saliency("couch, Chair", PASCAL_VOC, own) == {
        SOFA: Thresholds(theta=33, alpha=0.2, beta=0.8, ignore_saliency=True),
        CHAIR: Thresholds(theta=33, alpha=0.2, beta=0.8, ignore_saliency=True),
    }


def test_thresholds_that_classes_have_already_stay() -> None:
    before = {SOFA: Thresholds(theta=1), CHAIR: Thresholds(theta=2)}
    after = ignore_saliency("sofa", PASCAL_VOC, Thresholds(), before)
    assert after == {SOFA: Thresholds(theta=1, ignore_saliency=True), CHAIR: Thresholds(theta=2)}
    assert not before[SOFA].ignore_saliency


def test_no_name_changes_nothing() -> None:
    assert ignore_saliency("", PASCAL_VOC, Thresholds()) == {}


@pytest.mark.parametrize("dialect", list(Dialect))
def test_the_class_keeps_its_pixels_where_the_saliency_map_is_empty(dialect: Dialect) -> None:
    scores = Scores(np.stack([np.full((1, 2), 0.1), [[0.9, 0.1]], [[0.2, 0.9]]]).astype(np.float32), (0, CHAIR, SOFA))
    own = Thresholds(alpha=0.3)
    empty = np.zeros((1, 2), np.uint8)
    rule = LabelRule(dialect, thresholds=own, per_class=ignore_saliency("sofa", PASCAL_VOC, own))
    assert pseudo_label(scores, empty, rule).tolist() == [[0, SOFA]]


@pytest.mark.parametrize(("names", "sentence"), [("unicorn", "'unicorn' is not one of"), ("background", "background")])
def test_what_is_no_class_is_refused(names: str, sentence: str) -> None:
    with pytest.raises(OptionError, match=sentence):
        ignore_saliency(names, PASCAL_VOC, Thresholds())
