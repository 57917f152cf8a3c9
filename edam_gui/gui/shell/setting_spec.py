"""One row of the settings table, and what its values may be."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

Value = bool | int | float | str


class SettingKind(StrEnum):
    """What a setting holds, and so how it is edited."""

    SWITCH = "switch"
    """bool; a tick box."""
    WHOLE = "whole"
    """int; a number box."""
    NUMBER = "number"
    """float; a number box."""
    TEXT = "text"
    """str; a line."""
    CHOICE = "choice"
    """str, the value of one of `choices`; a list."""


@dataclass(frozen=True)
class Choice:
    """One of the values a setting may have.

    Parameters
    ----------
    value
        What is stored.
    label
        What is shown.
    """

    value: str
    label: str


@dataclass(frozen=True)
class SettingSpec:
    """A setting: dialog, defaults and checks all come from here.

    Parameters
    ----------
    key
        `group.name`, how code and the file call it.
    group
        Page of the dialog.
    kind
        What it holds.
    default
        Its value until the user changes it.
    label, tip
        Name and one sentence, in the dialog.
    choices
        For `SettingKind.CHOICE`.
    least, most, step, decimals, unit
        For numbers; the unit is shown behind the number.
    """

    key: str
    group: str
    kind: SettingKind
    default: Value
    label: str
    tip: str
    choices: tuple[Choice, ...] = ()
    least: float = -math.inf
    most: float = math.inf
    step: float = 1
    decimals: int = 2
    unit: str = ""

    def __post_init__(self) -> None:
        if self.checked(self.default) is None:
            raise ValueError(f"{self.default!r} cannot be the default of '{self.key}'")

    def checked(self, value: object) -> Value | None:
        """Return a value in this setting's type, or None if it is not one.

        Parameters
        ----------
        value
            Of the right type, or the text that the file holds.
        """
        match self.kind:
            case SettingKind.SWITCH:
                return _switch(value)
            case SettingKind.TEXT:
                return value if isinstance(value, str) else None
            case SettingKind.CHOICE:
                return value if isinstance(value, str) and value in {c.value for c in self.choices} else None
            case SettingKind.WHOLE:
                number = _number(value)
                return None if number is None or number != int(number) or not self._fits(number) else int(number)
            case SettingKind.NUMBER:
                number = _number(value)
                return None if number is None or not self._fits(number) else number

    def _fits(self, number: float) -> bool:
        return self.least <= number <= self.most


def settings_by_key(specs: Iterable[SettingSpec]) -> dict[str, SettingSpec]:
    """Return the specs by key, in their order; ValueError if two share a key."""
    table: dict[str, SettingSpec] = {}
    for spec in specs:
        if spec.key in table:
            raise ValueError(f"two settings are called '{spec.key}'")
        table[spec.key] = spec
    return table


def _switch(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value) if isinstance(value, str) else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
