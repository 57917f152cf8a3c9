"""Which thresholds hold: image and class before image before project and class before project before the rest."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edam_gui.core.errors import OptionError
from edam_gui.core.options import Dialect, LabelRule, Rule, ScoreSource, Thresholds
from edam_gui.project.choices import Choices
from edam_gui.project.thresholds import PartialThresholds, ThresholdScopes, pinned, resolve_rule

UNIT = st.none() | st.sampled_from([0.0, 0.25, 1.0])
PARTIAL = st.builds(
    PartialThresholds,
    theta=st.none() | st.sampled_from([-1.0, 20.0, 254.99999999999997]),
    alpha=UNIT,
    beta=UNIT,
    background=UNIT,
    ignore_saliency=st.none() | st.booleans(),
)
CLASSES = st.dictionaries(st.integers(1, 3), PARTIAL, max_size=3)
BASE = LabelRule(thresholds=Thresholds(theta=7), per_class={2: Thresholds(theta=8, ignore_saliency=True)})


@given(st.builds(ThresholdScopes, PARTIAL, CLASSES, PARTIAL, CLASSES))
def test_every_field_comes_from_the_strongest_scope_that_sets_it(scopes: ThresholdScopes) -> None:
    rule = resolve_rule(scopes, Choices(), BASE)
    nothing = PartialThresholds()
    for index in (1, 2, 3):
        strongest_first = (
            scopes.image_classes.get(index, nothing),
            scopes.image,
            scopes.project_classes.get(index, nothing),
            scopes.project,
        )
        for field in fields(Thresholds):
            values = [getattr(scope, field.name) for scope in strongest_first]
            expected = next((v for v in values if v is not None), getattr(BASE.of(index), field.name))
            assert getattr(rule.of(index), field.name) == expected
    assert all(values != rule.thresholds for values in rule.per_class.values())


RULES = st.builds(
    lambda values, classes: LabelRule(
        thresholds=values.over(Thresholds()), per_class={i: own.over(Thresholds()) for i, own in classes.items()}
    ),
    PARTIAL,
    CLASSES,
)


@given(
    st.builds(ThresholdScopes, PARTIAL, CLASSES), st.builds(ThresholdScopes, PARTIAL, CLASSES, PARTIAL, CLASSES), RULES
)
def test_what_is_pinned_is_what_held_before_the_project_changed(
    before: ThresholdScopes, now: ThresholdScopes, base: LabelRule
) -> None:
    as_it_was = replace(now, project=before.project, project_classes=before.project_classes)
    wanted = resolve_rule(as_it_was, Choices(), base)
    kept = pinned(before, now, Choices(), base)
    assert (kept.project, kept.project_classes) == (now.project, now.project_classes)
    found = resolve_rule(kept, Choices(), base)
    assert [found.of(index) for index in range(1, 5)] == [wanted.of(index) for index in range(1, 5)]
    if resolve_rule(now, Choices(), base) == wanted:
        assert kept == now, "an image that does not change gets no thresholds of its own"


def test_the_choices_of_the_project_come_before_the_checkpoint() -> None:
    base = LabelRule(dialect=Dialect.PAPER, rule=Rule.REGION, scores=ScoreSource.CRF)
    scopes = ThresholdScopes()
    assert resolve_rule(scopes, Choices(), base) == base
    changed = resolve_rule(scopes, Choices(dialect=Dialect.REFERENCE, scores=ScoreSource.MASKS), base)
    assert (changed.dialect, changed.rule, changed.scores) == (Dialect.REFERENCE, Rule.PIXEL, ScoreSource.MASKS)


def test_impossible_values_are_refused_where_they_are_set() -> None:
    with pytest.raises(OptionError, match="alpha must lie between 0 and 1"):
        PartialThresholds(alpha=1.5)
    with pytest.raises(OptionError, match="theta must be a finite number"):
        PartialThresholds(theta=float("nan"))


def test_partial_thresholds_are_true_if_they_set_anything() -> None:
    assert not PartialThresholds()
    assert PartialThresholds(ignore_saliency=False)
    assert PartialThresholds(theta=0).to_json() == {"theta": 0}


@pytest.mark.parametrize("choices", [Choices(), Choices(Dialect.PAPER, model="x", scales=(1.0, 0.5))])
def test_choices_survive_json(choices: Choices) -> None:
    assert Choices.from_data(choices.to_data() | {"unknown": 1}) == choices
    assert Choices.from_data("nonsense") == Choices()
