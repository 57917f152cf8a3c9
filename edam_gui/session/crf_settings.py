"""The dense CRF's parameters of a project, kept in its file."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Final

from edam_gui.batch.label_options import CrfOptions
from edam_gui.core.errors import OptionError
from edam_gui.imaging.crf.parameters import CrfParameters

CRF_SETTING: Final = "crf"
"""Setting of the project."""
RESPECT_STROKES: Final = "respect_strokes"
"""Setting of the project: whether what was painted by hand is certain for the dense CRF."""


def crf_to_data(options: CrfOptions) -> dict[str, Any]:
    """Return the JSON that `crf_from_data` reads."""
    return options.to_json()


def crf_from_data(data: object) -> CrfOptions:
    """Read what a project file holds; values that cannot be used are as good as none."""
    if not isinstance(data, dict):
        return CrfOptions()
    known = {field.name: data[field.name] for field in fields(CrfParameters) if _is_number(data.get(field.name))}
    if "iterations" in known:
        known["iterations"] = int(known["iterations"])
    exponent = data.get("background_exponent")
    try:
        return CrfOptions(CrfParameters(**known), float(exponent) if isinstance(exponent, int | float) else None)
    except (OptionError, OverflowError):
        return CrfOptions()


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
