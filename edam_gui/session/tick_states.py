"""Ticks as steps of the history hold them: JSON values."""

from __future__ import annotations

from typing import Any

from edam_gui.project.store import Ticks


def ticks_to_state(ticks: Ticks | None) -> Any:
    """Return a JSON value."""
    return None if ticks is None else {"classes": sorted(ticks.classes), "suggested": sorted(ticks.suggested)}


def ticks_from_state(state: Any) -> Ticks | None:
    """Undo `ticks_to_state`."""
    return None if state is None else Ticks(frozenset(state["classes"]), frozenset(state["suggested"]))
