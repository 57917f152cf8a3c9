"""Help."""

from __future__ import annotations

from typing import Final

from edam_gui.gui.shell.action_spec import ActionSpec

HELP: Final = (
    ActionSpec("help.guide", "&User guide", "Help", icon="help", keys=("F1",), tip="How to work with this program"),
    ActionSpec("help.keys", "&Keys", "Help", icon="keyboard", keys=("Shift+F1",), tip="All shortcuts on a page"),
    ActionSpec("help.shortcuts", "Change &shortcuts…", "Help", icon="edit", tip="Give actions other keys"),
    ActionSpec(
        "help.palette",
        "&Find an action…",
        "Help",
        icon="palette",
        keys=("Ctrl+Shift+P", "Ctrl+K"),
        tip="Type a few letters of what you want to do",
    ),
    ActionSpec("help.log", "Show the &log folder", "Help", icon="open-list", tip="Where unexpected errors are written"),
    ActionSpec("help.about", "&About", "Help", icon="info", tip="Version, licence, where settings and logs are"),
)
