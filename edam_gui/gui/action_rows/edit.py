"""Taking back, cleaning up."""

from __future__ import annotations

from typing import Final

from edam_gui.gui.action_rows.conditions import CANVAS, CHOSEN_WRITABLE, REDO, UNDO, WRITABLE
from edam_gui.gui.shell.action_spec import ActionSpec

EDIT: Final = (
    ActionSpec(
        "edit.undo",
        "&Undo",
        "Edit",
        icon="undo",
        keys=("Ctrl+Z",),
        tip="Take back the last change of this image",
        enabled_when=UNDO,
        repeats=True,
    ),
    ActionSpec(
        "edit.redo",
        "&Redo",
        "Edit",
        icon="redo",
        keys=("Ctrl+Y", "Ctrl+Shift+Z"),
        tip="Do again what was taken back",
        enabled_when=REDO,
        repeats=True,
    ),
    ActionSpec(
        "edit.history",
        "&History",
        "Edit",
        icon="history",
        keys=("Ctrl+H",),
        tip="Show the steps made on this image",
        checkable=True,
        enabled_when=CANVAS,
    ),
    ActionSpec(
        "edit.clean_up",
        "&Clean up…",
        "Edit",
        icon="cleanup",
        keys=("Ctrl+L",),
        tip="Remove islands, fill holes, grow, smooth; with a preview",
        enabled_when=WRITABLE,
    ),
    ActionSpec(
        "edit.remove_corrections",
        "Re&move all corrections of this image",
        "Edit",
        icon="reset",
        tip="Go back to what the thresholds give; can be undone",
        enabled_when=WRITABLE,
    ),
    ActionSpec(
        "edit.bake",
        "&Bake into corrections",
        "Edit",
        icon="lock",
        tip="Keep this label map as it is, whatever happens to thresholds and model",
        enabled_when=WRITABLE,
    ),
    ActionSpec(
        "edit.note",
        "&Note…",
        "Edit",
        icon="note",
        keys=("Ctrl+M",),
        tip="Write a note on this image",
        enabled_when=CHOSEN_WRITABLE,
    ),
)
