"""What every setting means and is by default, from `TrainConfig`'s own words."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from typing import Any, Final

from edam_gui.training import config_text
from edam_gui.training.config import TrainConfig
from edam_gui.training.presets import AUTHORS, LITE

_SECTION: Final = re.compile(r"Parameters\n-+\n(.*?)(?:\n\n\S|\Z)", re.DOTALL)


@dataclass(frozen=True)
class SettingHelp:
    """Settings that are explained together.

    Parameters
    ----------
    keys
        Their names.
    text
        What they mean.
    """

    keys: tuple[str, ...]
    text: str

    def lines(self) -> str:
        """Return keys with defaults, and what they mean."""
        return ", ".join(map(_with_default, self.keys)) + f": {self.text}"


def setting_help() -> tuple[SettingHelp, ...]:
    """Return all settings that `key=value` may set, in the order of `TrainConfig`; empty without docstrings (-OO)."""
    match = _SECTION.search(inspect.getdoc(TrainConfig) or "")
    found: list[SettingHelp] = []
    for entry in re.split(r"\n(?=\S)", match[1]) if match else ():
        head, _, body = entry.partition("\n")
        keys = tuple(key.strip() for key in head.split(",") if key.strip() in config_text.SETTABLE)
        if keys:
            found.append(SettingHelp(keys, " ".join(body.split()).replace("``", "").replace("`", "'")))
    return tuple(found)


def _with_default(key: str) -> str:
    lite, authors = _text(LITE, key), _text(AUTHORS, key)
    return f"{key}={lite}" + (f" [authors: {authors}]" if authors != lite else "")


def _text(config: TrainConfig, key: str) -> str:
    value: Any = config_text.to_json(config)[key]
    if isinstance(value, list):
        return ",".join(f"{part:g}" for part in value)
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value) or "none"
