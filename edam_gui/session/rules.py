"""The thresholds and choices that hold for the current image, and changing them in one of four scopes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from edam_gui.core.label_set import LabelSet
from edam_gui.core.options import Dialect, LabelRule, Rule, ScoreForm, Thresholds
from edam_gui.project.choices import Choices
from edam_gui.project.store.changes import SetThresholds, set_choices
from edam_gui.project.thresholds import PartialThresholds, ThresholdScopes, resolve_rule
from edam_gui.session.context import Context
from edam_gui.session.model_host import ModelHost

FIELDS: Final = ("theta", "alpha", "beta", "background", "ignore_saliency")


_FORM_OF: Final = {Dialect.PAPER: ScoreForm.MEAN, Dialect.REFERENCE: ScoreForm.MAX}


class Scope(StrEnum):
    """For which images a threshold is set."""

    PROJECT = "project"
    IMAGE = "image"


@dataclass(frozen=True)
class Preset:
    """A named set of choices and thresholds.

    Parameters
    ----------
    name, tip
        For the user.
    choices, thresholds
        What it sets; `None` in them leaves the checkpoint's recommendation.
    """

    name: str
    tip: str
    choices: Choices
    thresholds: PartialThresholds


PRESETS: Final = (
    Preset("Recommended", "What the model's makers found best.", Choices(), PartialThresholds()),
    Preset(
        "Authors' script",
        "The reference dialect with the values of EDAM's authors: theta 20, alpha 1e-6, beta 0.99999.",
        Choices(dialect=Dialect.REFERENCE, rule=Rule.PIXEL, score_form=ScoreForm.MAX),
        PartialThresholds(theta=20.0, alpha=1e-6, beta=0.99999),
    ),
    Preset(
        "Algorithm 1 as printed",
        "The paper dialect on mean scores.",
        Choices(dialect=Dialect.PAPER, rule=Rule.PIXEL, score_form=ScoreForm.MEAN),
        PartialThresholds(theta=128.0, alpha=0.3, beta=0.7),
    ),
)


class Rules:
    """What decides the label map.

    While a slider moves, `drag` shows a value without keeping it; `commit` keeps it in the project.

    Parameters
    ----------
    context
        The session's state.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self.scope = Scope.PROJECT
        self.class_index: int | None = None
        self._dragged: PartialThresholds | None = None
        self.on_project_change: Callable[[ThresholdScopes], None] = lambda _before: None
        self.on_choices: Callable[[], None] = lambda: None
        self.on_commit: Callable[[dict[str, Any], dict[str, Any]], None] = lambda _before, _after: None

    # What holds ------------------------------------------------------------------------------------------------------

    @property
    def choices(self) -> Choices:
        """The project's choices."""
        project = self._context.project
        return project.choices if project is not None else Choices()

    def base(self) -> LabelRule:
        """Return what holds where nothing was set: the checkpoint's recommendation."""
        return base_rule(self._context.model, self._context.label_set, with_saliency=self._with_saliency())

    def effective(self) -> LabelRule:
        """Return the complete rule of the current image."""
        return resolve_rule(self.scopes(), self.choices, self.base())

    def score_form(self) -> ScoreForm:
        """Return the form that scores are used in."""
        current = self._context.current
        own = current.masks.own_form if current is not None and current.masks is not None else None
        return resolve_form(self.choices, self._context.model, own, with_saliency=self._with_saliency())

    def _with_saliency(self) -> bool:
        current = self._context.current
        return current is not None and current.with_saliency

    def scopes(self) -> ThresholdScopes:
        """Return all that was set for the current image, a value that is being dragged included."""
        scopes = self._kept_scopes()
        return scopes if self._dragged is None else self._with_values(scopes, self._dragged)

    def _kept_scopes(self) -> ThresholdScopes:
        project, current = self._context.project, self._context.current
        if project is None:
            return ThresholdScopes()
        if current is None:
            return ThresholdScopes(project.thresholds, project.class_thresholds)
        return ThresholdScopes(
            project.thresholds, project.class_thresholds, current.thresholds, current.class_thresholds
        )

    def shown(self) -> Thresholds:
        """Return the thresholds that the controls show: of the chosen class, or of all."""
        rule = self.effective()
        return rule.thresholds if self.class_index is None else rule.of(self.class_index)

    def own_fields(self) -> PartialThresholds:
        """Return what is set in the chosen scope itself."""
        scopes = self.scopes()
        if self.class_index is None:
            return scopes.project if self.scope is Scope.PROJECT else scopes.image
        by_class = scopes.project_classes if self.scope is Scope.PROJECT else scopes.image_classes
        return by_class.get(self.class_index, PartialThresholds())

    def image_has_own(self) -> bool:
        """Whether the current image has thresholds of its own."""
        current = self._context.current
        return current is not None and (bool(current.thresholds) or any(current.class_thresholds.values()))

    # Changing it -----------------------------------------------------------------------------------------------------

    def choose_scope(self, scope: Scope, class_index: int | None) -> None:
        """Say what the controls change from now on."""
        self.scope = scope
        self.class_index = class_index
        self._context.events.rule_changed.emit()

    def drag(self, **values: Any) -> None:
        """Show values in the chosen scope without keeping them yet."""
        self._dragged = replace(self._dragged or self.own_fields(), **values)
        self._context.events.rule_changed.emit()

    def commit(self) -> None:
        """Keep what was dragged."""
        values, self._dragged = self._dragged, None
        if values is not None:
            self._keep(values)

    def abandon(self) -> None:
        """Go back to what was kept."""
        self._dragged = None
        self._context.events.rule_changed.emit()

    def set(self, **values: Any) -> None:
        """Set fields of the chosen scope; `None`: the next scope decides."""
        self._dragged = None
        self._keep(replace(self.own_fields(), **values))

    def reset(self, *names: str) -> None:
        """Let the next scope decide fields of the chosen scope; without names, all of them."""
        self.set(**dict.fromkeys(names or FIELDS))

    def _keep(self, values: PartialThresholds) -> None:
        current = self._context.current
        if self._context.project is None or values == self.own_fields() or not self._context.may_change():
            self._context.events.rule_changed.emit()
            return
        image = current.id if self.scope is Scope.IMAGE and current is not None else None
        before = {"image": image is not None, "class": self.class_index, "fields": self.own_fields().to_json()}
        self.put(values, image=image, class_index=self.class_index)
        self.on_commit(before, before | {"fields": values.to_json()})

    def put(self, values: PartialThresholds, *, image: int | None, class_index: int | None) -> None:
        """Write the thresholds of one scope, without a step in the history."""
        project, current = self._context.project, self._context.current
        assert project is not None  # noqa: S101 - there is nothing to set without one
        if image is None:
            before = ThresholdScopes(project.thresholds, dict(project.class_thresholds))
            project.put_thresholds(values, class_index)
            self.on_project_change(before)
        elif current is not None and current.id == image:
            if class_index is None:
                current.thresholds = values
            else:
                current.class_thresholds = {**current.class_thresholds, class_index: values}
        project.submit(SetThresholds(values, image, class_index))
        self._context.events.rule_changed.emit()

    def adopt_image_thresholds(self) -> None:
        """Make the current image's own thresholds the project's; the image then has none of its own."""
        current = self._context.current
        if current is None or self._context.project is None:
            return
        self._dragged = None
        scopes, scope, class_index = self._kept_scopes(), self.scope, self.class_index
        for index, own in ((None, scopes.image), *scopes.image_classes.items()):
            if own:
                self.class_index = index
                self.scope = Scope.PROJECT
                self._keep(self.own_fields().merged(own))
                self.scope = Scope.IMAGE
                self._keep(PartialThresholds())
        self.choose_scope(scope, class_index)

    def choose(self, **values: Any) -> None:
        """Change dialect, rule, scores or score form of the project."""
        if self._context.project is None or not self._context.may_change():
            self._context.events.rule_changed.emit()
            return
        before = self._context.project.choices
        self.put_choices(replace(before, **values))
        self.on_commit({"choices": before.to_data()}, {"choices": self.choices.to_data()})

    def put_choices(self, choices: Choices) -> None:
        """Write the project's choices, without a step in the history."""
        project = self._context.project
        assert project is not None  # noqa: S101 - there is nothing to choose without one
        project.choices = choices
        project.submit(set_choices(choices))
        self.on_choices()
        self._context.events.rule_changed.emit()

    def apply_preset(self, preset: Preset) -> None:
        """Set a preset's choices, and its thresholds in the project."""
        chosen = preset.choices
        self.choose(dialect=chosen.dialect, rule=chosen.rule, score_form=chosen.score_form)
        self.scope, self.class_index = Scope.PROJECT, None
        thresholds = {name: getattr(preset.thresholds, name) for name in FIELDS}
        self.set(**thresholds)

    def _with_values(self, scopes: ThresholdScopes, values: PartialThresholds) -> ThresholdScopes:
        of_project = self.scope is Scope.PROJECT
        if self.class_index is None:
            return replace(scopes, project=values) if of_project else replace(scopes, image=values)
        if of_project:
            return replace(scopes, project_classes={**scopes.project_classes, self.class_index: values})
        return replace(scopes, image_classes={**scopes.image_classes, self.class_index: values})


def base_rule(model: ModelHost, label_set: LabelSet, *, with_saliency: bool) -> LabelRule:
    """Return the rule that a model recommends for images with or without saliency, else the program's own."""
    recommended = model.recommendation(with_saliency=with_saliency)
    if recommended is None:
        return LabelRule()
    thresholds = replace(recommended.rule.thresholds, ignore_saliency=True)
    ignoring = (model.project_class(name) or label_set.find(name) for name in recommended.ignore_saliency)
    return replace(recommended.rule, per_class={index: thresholds for index in ignoring if index})


def resolve_form(choices: Choices, model: ModelHost, own: ScoreForm | None, *, with_saliency: bool) -> ScoreForm:
    """Return the form that scores are used in: chosen > as the file holds them > recommended > the dialect's own."""
    if choices.score_form is not None:
        return choices.score_form
    if own is not None:
        return own
    recommended = model.recommendation(with_saliency=with_saliency)
    dialect = choices.dialect or (recommended.rule.dialect if recommended else LabelRule().dialect)
    recommended_form = recommended.score_form if recommended is not None else None
    if recommended is not None and recommended_form is not None:
        fits = dialect is recommended.rule.dialect or recommended.form_is_fixed
        return recommended_form if fits else _FORM_OF[dialect]
    return _FORM_OF[dialect]
