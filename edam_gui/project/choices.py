"""What a project has chosen besides thresholds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Final

from edam_gui.core.options import Dialect, Rule, ScoreForm, ScoreSource


@dataclass(frozen=True)
class Choices:
    """Choices of a project; `None`: not chosen, so the checkpoint or the program decides.

    Parameters
    ----------
    dialect, rule, scores, score_form
        See `edam_gui.core.options`.
    model
        Name of a shipped model, or path of a checkpoint; a path of a project from elsewhere is only a name until the
        user picks the file.
    device, precision
        As on the command line.
    scales
        Scales of the inference.
    saliency_method
        How maps are made where the project has no saliency folder, e.g. `auto`.
    """

    dialect: Dialect | None = None
    rule: Rule | None = None
    scores: ScoreSource | None = None
    score_form: ScoreForm | None = None
    model: str | None = None
    device: str | None = None
    precision: str | None = None
    scales: tuple[float, ...] | None = None
    saliency_method: str | None = None

    def to_data(self) -> dict[str, Any]:
        """Return the JSON object that `from_data` reads."""
        return {f.name: value for f in fields(self) if (value := getattr(self, f.name)) is not None}

    @classmethod
    def from_data(cls, data: object) -> Choices:
        """Read what a project file holds; a choice of no known name or kind is left out."""
        if not isinstance(data, dict):
            return cls()
        chosen: dict[str, Any] = {}
        for name, parse in _PARSERS.items():
            try:
                if data.get(name) is not None:
                    chosen[name] = parse(data[name])
            except (ValueError, TypeError, OverflowError):
                continue  # made by another version, or damaged: as if not chosen
        return cls(**chosen)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _numbers(value: object) -> tuple[float, ...]:
    if not isinstance(value, list | tuple) or not value:
        raise TypeError
    return tuple(float(number) for number in value)


_PARSERS: Final[dict[str, Callable[[Any], Any]]] = {
    "dialect": Dialect,
    "rule": Rule,
    "scores": ScoreSource,
    "score_form": ScoreForm,
    "model": _text,
    "device": _text,
    "precision": _text,
    "scales": _numbers,
    "saliency_method": _text,
}
