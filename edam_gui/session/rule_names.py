"""What the history calls a change of thresholds or of the method: "Alpha 0.2 → 0.35, dog, this image"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

_METHOD: Final = "Method"
_INHERITED: Final = "default"


def rule_step_name(before: Mapping[str, Any], after: Mapping[str, Any], names: Sequence[str]) -> str:
    """Return the name of a step.

    Parameters
    ----------
    before, after
        States as `Rules.on_commit` tells them.
    names
        Of the classes, by index.
    """
    if "choices" in before:
        return _METHOD
    old, new = before["fields"], after["fields"]
    changed = [field for field in {**old, **new} if old.get(field) != new.get(field)]
    parts = [f"{_field(field)} {_value(old.get(field))} → {_value(new.get(field))}" for field in changed]
    index = after["class"]
    if index is not None and index < len(names):
        parts.append(names[index])
    if after["image"]:
        parts.append("this image")
    return ", ".join(parts)


def _field(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _value(value: object) -> str:
    if value is None:
        return _INHERITED
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, int | float) else str(value)
