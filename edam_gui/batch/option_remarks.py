"""Sentences on options that were given but change nothing, so that nobody tunes them in vain."""

from __future__ import annotations

from collections.abc import Iterable

from edam_gui.batch.label_options import LabelRequest
from edam_gui.core.options import Dialect, LabelRule, ScoreSource


def options_without_effect(request: LabelRequest, rule: LabelRule) -> tuple[str, ...]:
    """Return a sentence for each group of given options that cannot change the label maps.

    Parameters
    ----------
    request
        As the user gave it.
    rule
        Resolved from it.
    """
    remarks = []
    idle = [name for name in _idle_thresholds(request, rule) if getattr(request.rule, name) is not None]
    if idle:
        remarks.append(f"{_listed(idle)} no effect here: {_why(request, rule)}.")
    if request.masks is not None:
        unused = [
            name
            for name, given in (
                ("scales", request.scales is not None),
                ("device", request.device != "auto"),
                ("precision", request.precision != "auto"),
            )
            if given
        ]
        if unused:
            remarks.append(f"{_listed(unused)} no effect with --masks: no network runs.")
    if request.ignore_saliency is not None and not request.with_saliency:
        remarks.append("--ignore-saliency has no effect without saliency maps.")
    if request.overwrite and not request.resume:
        remarks.append("--overwrite has an effect with --resume only; without it everything is made anew.")
    return tuple(remarks)


def _idle_thresholds(request: LabelRequest, rule: LabelRule) -> Iterable[str]:
    if request.with_saliency:
        return ("background",)
    if rule.dialect is Dialect.PAPER:
        return ("theta", "beta", "background")
    if rule.scores is ScoreSource.CRF:
        return ("theta", "alpha", "beta", "background")
    return ("theta", "alpha", "beta")


def _why(request: LabelRequest, rule: LabelRule) -> str:
    if request.with_saliency:
        return "images with a saliency map do not use it"
    if rule.dialect is Dialect.REFERENCE and rule.scores is ScoreSource.CRF:
        return "without saliency maps the most likely label of the dense CRF is taken"
    return f"the '{rule.dialect}' dialect does not use it without saliency maps"


def _listed(names: list[str]) -> str:
    options = ", ".join(f"--{name}" for name in names)
    return f"{options} {'has' if len(names) == 1 else 'have'}"
