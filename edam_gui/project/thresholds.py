"""Thresholds of a project in their four scopes, and what holds for an image."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any

from edam_gui.core.errors import OptionError
from edam_gui.core.options import Dialect, LabelRule, Rule, Thresholds
from edam_gui.project.choices import Choices


@dataclass(frozen=True)
class PartialThresholds:
    """Some of the fields of `Thresholds`; `None`: not set here, the next scope decides.

    Raises
    ------
    OptionError
        A value that `Thresholds` would refuse.
    """

    theta: float | None = None
    alpha: float | None = None
    beta: float | None = None
    background: float | None = None
    ignore_saliency: bool | None = None

    def __post_init__(self) -> None:
        self.over(Thresholds())

    def __bool__(self) -> bool:
        return bool(self.to_json())

    def over(self, base: Thresholds) -> Thresholds:
        """Return `base` with the fields that are set here."""
        return replace(base, **self.to_json())

    def merged(self, stronger: PartialThresholds) -> PartialThresholds:
        """Return both, where both set a field the stronger's."""
        return replace(self, **stronger.to_json())

    def to_json(self) -> dict[str, Any]:
        """Return the fields that are set."""
        return {f.name: value for f in fields(self) if (value := getattr(self, f.name)) is not None}

    @classmethod
    def from_text(cls, text: str) -> PartialThresholds:
        """Read JSON that a project file holds; fields of no known name or kind are left out."""
        try:
            data = json.loads(text)
            known = {f.name: data[f.name] for f in fields(cls) if _fits(f.name, data.get(f.name))}
            return cls(**known)
        except (ValueError, RecursionError, AttributeError, OverflowError, OptionError):
            return cls()  # a damaged row sets nothing


def _fits(name: str, value: object) -> bool:
    if name == "ignore_saliency":
        return isinstance(value, bool)
    return isinstance(value, int | float) and not isinstance(value, bool)


@dataclass(frozen=True)
class ThresholdScopes:
    """The thresholds that were set for one image and its project.

    Parameters
    ----------
    project, image
        For every class.
    project_classes, image_classes
        Class index (1..K) -> its own.
    """

    project: PartialThresholds = PartialThresholds()
    project_classes: Mapping[int, PartialThresholds] = field(default_factory=lambda: MappingProxyType({}))
    image: PartialThresholds = PartialThresholds()
    image_classes: Mapping[int, PartialThresholds] = field(default_factory=lambda: MappingProxyType({}))


def resolve_rule(scopes: ThresholdScopes, choices: Choices, base: LabelRule) -> LabelRule:
    """Return the rule that holds for an image: image+class > image > project+class > project > `base`, by field.

    Parameters
    ----------
    scopes
        What was set.
    choices
        The project's dialect, rule and scores, as far as it has chosen; the rule `region` counts in `paper` only.
    base
        What holds where nothing was set: the checkpoint's recommendation. Its thresholds of a class stand below the
        project's.
    """
    dialect = choices.dialect or base.dialect
    rule = choices.rule or base.rule
    thresholds = scopes.project.merged(scopes.image).over(base.thresholds)
    classes = sorted({*base.per_class, *scopes.project_classes, *scopes.image_classes})
    own = {index: _of_class(index, scopes, base) for index in classes}
    return LabelRule(
        dialect=dialect,
        rule=rule if dialect is Dialect.PAPER else Rule.PIXEL,
        thresholds=thresholds,
        per_class={index: values for index, values in own.items() if values != thresholds},
        scores=choices.scores or base.scores,
    )


def pinned(before: ThresholdScopes, now: ThresholdScopes, choices: Choices, base: LabelRule) -> ThresholdScopes:
    """Return the scopes of an image for which the thresholds that held before a change of the project go on holding.

    Parameters
    ----------
    before
        The project's thresholds before the change; its image scopes do not count.
    now
        What is set now, for the project and the image.
    choices, base
        See `resolve_rule`.

    Returns
    -------
    ThresholdScopes
        `now` with own values of the image for the fields that would differ, and for no others.
    """
    wanted = resolve_rule(replace(now, project=before.project, project_classes=before.project_classes), choices, base)
    found = resolve_rule(now, choices, base)
    image = now.image.merged(_difference(found.thresholds, wanted.thresholds))
    kept = replace(now, image=image)
    classes = dict(now.image_classes)
    for index in sorted({*base.per_class, *before.project_classes, *now.project_classes, *now.image_classes}):
        difference = _difference(resolve_rule(kept, choices, base).of(index), wanted.of(index))
        if difference:
            classes[index] = classes.get(index, PartialThresholds()).merged(difference)
    return replace(kept, image_classes=classes)


def _difference(found: Thresholds, wanted: Thresholds) -> PartialThresholds:
    """Return the fields of `wanted` that differ."""
    names = [f.name for f in fields(PartialThresholds) if getattr(found, f.name) != getattr(wanted, f.name)]
    return PartialThresholds(**{name: getattr(wanted, name) for name in names})


def _of_class(index: int, scopes: ThresholdScopes, base: LabelRule) -> Thresholds:
    nothing = PartialThresholds()
    weakest_first = (
        scopes.project,
        scopes.project_classes.get(index, nothing),
        scopes.image,
        scopes.image_classes.get(index, nothing),
    )
    result = base.of(index)
    for scope in weakest_first:
        result = scope.over(result)
    return result
