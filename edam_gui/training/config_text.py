"""Settings from `key=value` words, and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, Final, get_type_hints

from edam_gui.core.errors import OptionError
from edam_gui.training.config import TrainConfig

_TYPES: Final[Mapping[str, Any]] = get_type_hints(TrainConfig)
_FIXED: Final = frozenset({"preset"})
SETTABLE: Final = tuple(f.name for f in fields(TrainConfig) if f.name not in _FIXED)
"""The keys that `key=value` may set."""
CHANGEABLE: Final = (
    "lr",
    "momentum",
    "weight_decay",
    "new_lr_factor",
    "da_lr_factor",
    "bias_lr_factor",
    "clip_norm",
    "epochs",
    "max_steps",
    "groups",
    "accumulate",
    "precision",
    "compile",
    "threads",
    "workers",
    "save_every",
    "validate_every",
    "save_cma",
    "export_half",
    "val_scales",
    "val_limit",
    "samples",
    "calibrate",
)
"""The keys that may change when a run is resumed: what was learned so far stays valid."""


def with_settings(config: TrainConfig, words: Iterable[str], *, allowed: Iterable[str] = SETTABLE) -> TrainConfig:
    """Return the settings with `key=value` words applied.

    Raises
    ------
    OptionError
        A word has another form, its key is unknown or not allowed, or its value is of the wrong kind or out of range.
    """
    changes: dict[str, Any] = {}
    allowed = tuple(allowed)
    for word in words:
        key, equals, text = word.partition("=")
        key = key.strip().replace("-", "_")
        if not equals:
            raise OptionError(f"'{word}' is not of the form key=value, such as epochs=5.")
        if key not in _TYPES or key in _FIXED:
            close = get_close_matches(key, SETTABLE, n=1)
            hint = f"did you mean '{close[0]}'?" if close else f"there is: {', '.join(SETTABLE)}."
            raise OptionError(f"There is no setting '{key}'; {hint}")
        if key not in allowed:
            raise OptionError(
                f"'{key}' cannot change when a run goes on; what can: {', '.join(allowed)}. Start a new run for it."
            )
        if key in changes:
            raise OptionError(f"'{key}' is set twice.")
        changes[key] = _parse(key, text.strip())
    return replace(config, **changes)


def to_json(config: TrainConfig) -> dict[str, Any]:
    """Return the settings as JSON values by key."""
    return {f.name: _plain(getattr(config, f.name)) for f in fields(config)}


def from_json(data: object) -> TrainConfig:
    """Read what `to_json` returned; keys that are missing take their defaults.

    Raises
    ------
    OptionError
        The data are of another form.
    """
    if not isinstance(data, dict):
        raise OptionError("the settings are not an object")
    if unknown := sorted(set(data) - set(_TYPES)):
        raise OptionError(f"there is no setting '{unknown[0]}'")
    return TrainConfig(**{key: _typed(key, value) for key, value in data.items()})


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    return list(value) if isinstance(value, tuple) else value


def _parse(key: str, text: str) -> Any:
    kind = _TYPES[key]
    if kind is bool:
        words = {
            "true": True,
            "yes": True,
            "1": True,
            "on": True,
            "false": False,
            "no": False,
            "0": False,
            "off": False,
        }
        if text.casefold() not in words:
            raise OptionError(f"{key} takes true or false, not '{text}'.")
        return words[text.casefold()]
    try:
        if kind is int:
            return int(text)
        if kind is float:
            return float(text)
        if kind == tuple[float, ...]:
            return tuple(float(part) for part in text.split(","))
    except ValueError:
        what = {int: "a whole number", float: "a number"}.get(kind, "numbers with commas between")
        raise OptionError(f"{key} takes {what}, not '{text}'.") from None
    return _typed(key, text)


def _typed(key: str, value: Any) -> Any:
    kind = _TYPES[key]
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        if value not in [member.value for member in kind]:
            raise OptionError(f"{key} takes {', '.join(kind)}, not '{value}'.")
        return kind(value)
    if kind == tuple[float, ...]:
        if not isinstance(value, list | tuple) or not all(isinstance(v, int | float) for v in value):
            raise OptionError(f"{key} must be a list of numbers")
        return tuple(float(v) for v in value)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise OptionError(f"{key} must be {kind.__name__}, not {value!r}")
    return value
