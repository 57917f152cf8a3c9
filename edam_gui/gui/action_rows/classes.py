"""Picking and ticking classes."""

from __future__ import annotations

from typing import Final

from edam_gui.gui.action_rows.conditions import CHOSEN, CHOSEN_WRITABLE, NUMBERS, SUGGESTIONS
from edam_gui.gui.shell.action_spec import ActionSpec

CLASSES: Final = (
    *(
        ActionSpec(
            f"class.digit_{digit}",
            f"Class digit {digit}",
            "Classes",
            keys=(str(digit),),
            tip="Pick a class by its number; above nine two digits, one after the other",
            enabled_when=NUMBERS,
        )
        for digit in range(10)
    ),
    ActionSpec(
        "class.next",
        "&Next ticked class",
        "Classes",
        icon="chevron-down",
        keys=("Ctrl+Down",),
        tip="Pick the next ticked class",
        enabled_when=CHOSEN,
        repeats=True,
    ),
    ActionSpec(
        "class.previous",
        "&Previous ticked class",
        "Classes",
        icon="chevron-up",
        keys=("Ctrl+Up",),
        tip="Pick the previous ticked class",
        enabled_when=CHOSEN,
        repeats=True,
    ),
    ActionSpec(
        "class.tick",
        "&Tick or untick",
        "Classes",
        icon="tag",
        keys=("Ctrl+T",),
        tip="Say that the picked class is in this photo, or is not",
        enabled_when=CHOSEN_WRITABLE,
    ),
    ActionSpec(
        "class.confirm",
        "&Confirm suggestions",
        "Classes",
        icon="check",
        keys=("Ctrl+Shift+T",),
        tip="Take over the classes that the model suggests",
        enabled_when=SUGGESTIONS,
    ),
)
