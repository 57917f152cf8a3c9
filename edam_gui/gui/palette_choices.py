"""What the command palette offers besides actions: method, presets, classes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from edam_gui.core.options import Dialect, Rule, ScoreSource
from edam_gui.gui.annotate.class_panel import ClassPanel
from edam_gui.session.rules import PRESETS
from edam_gui.session.session import Session

if TYPE_CHECKING:
    from edam_gui.gui.shell.command_palette import PaletteEntry


def choices_for_palette(session: Session, classes: ClassPanel) -> list[PaletteEntry]:
    """Return the entries that make sense now."""
    from edam_gui.gui.shell.command_palette import PaletteEntry

    if session.project is None:
        return []
    rules = session.rules
    refined = rules.effective().scores is ScoreSource.CRF
    other = ScoreSource.MASKS if refined else ScoreSource.CRF
    text = "Switch the dense CRF off" if refined else "Refine scores with a dense CRF"
    entries = [PaletteEntry(text, "Method", partial(rules.choose, scores=other))]
    entries += (PaletteEntry(f"Dialect: {d.value}", "Method", partial(rules.choose, dialect=d)) for d in Dialect)
    entries += (PaletteEntry(f"Rule: {r.value}", "Method", partial(rules.choose, rule=r)) for r in Rule)
    entries += (PaletteEntry(f"Preset: {p.name}", "Method", partial(rules.apply_preset, p)) for p in PRESETS)
    entries += (
        PaletteEntry(f"Pick {name}", "Classes", partial(classes.pick, index), keys=str(index))
        for index, name in enumerate(session.label_set.names[1:], start=1)
    )
    return entries
