"""The three thresholds by keys: upper row raises, lower row lowers."""

from __future__ import annotations

from typing import Final

from edam_gui.gui.action_rows.conditions import WRITABLE
from edam_gui.gui.shell.action_spec import ActionSpec

THRESHOLDS: Final = (
    ActionSpec(
        "threshold.theta_up",
        "Raise theta",
        "Thresholds",
        icon="plus",
        keys=("U",),
        tip="Fewer pixels are salient",
        enabled_when=WRITABLE,
        repeats=True,
    ),
    ActionSpec(
        "threshold.theta_down",
        "Lower theta",
        "Thresholds",
        icon="minus",
        keys=("J",),
        tip="More pixels are salient",
        enabled_when=WRITABLE,
        repeats=True,
    ),
    ActionSpec(
        "threshold.alpha_up",
        "Raise alpha",
        "Thresholds",
        icon="plus",
        keys=("I",),
        tip="More of the weak scores become background",
        enabled_when=WRITABLE,
        repeats=True,
    ),
    ActionSpec(
        "threshold.alpha_down",
        "Lower alpha",
        "Thresholds",
        icon="minus",
        keys=("K",),
        tip="Fewer of the weak scores become background",
        enabled_when=WRITABLE,
        repeats=True,
    ),
    ActionSpec(
        "threshold.beta_up",
        "Raise beta",
        "Thresholds",
        icon="plus",
        keys=("O",),
        tip="Fewer strong scores win without saliency",
        enabled_when=WRITABLE,
        repeats=True,
    ),
    ActionSpec(
        "threshold.beta_down",
        "Lower beta",
        "Thresholds",
        icon="minus",
        keys=("L",),
        tip="More strong scores win without saliency",
        enabled_when=WRITABLE,
        repeats=True,
    ),
    ActionSpec(
        "threshold.reset",
        "&Reset thresholds",
        "Thresholds",
        icon="reset",
        keys=("Shift+R",),
        tip="Back to the project's thresholds",
        enabled_when=WRITABLE,
    ),
    ActionSpec(
        "threshold.for_project",
        "Use for the &whole project",
        "Thresholds",
        icon="preset",
        tip="Make this image's thresholds those of the project",
        enabled_when=WRITABLE,
    ),
)
