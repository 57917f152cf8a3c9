"""How the states of a run look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from edam_gui.session.training.look import Phase, RunLook
from edam_gui.training.run_folder import RunFolder


@dataclass(frozen=True)
class PhaseLook:
    """Icon, colour and word of a state.

    Parameters
    ----------
    icon
        Stem in `resources/icons`.
    color
        Name of the theme's colour.
    word
        In lists.
    """

    icon: str
    color: str
    word: str


_LOOKS: Final[Mapping[Phase, PhaseLook]] = {
    Phase.PREPARED: PhaseLook("new", "dim", "Not started"),
    Phase.STARTING: PhaseLook("clock", "info", "Starting"),
    Phase.RUNNING: PhaseLook("play", "info", "Running"),
    Phase.PAUSED: PhaseLook("pause", "warning", "Paused"),
    Phase.STOPPING: PhaseLook("stop", "info", "Stopping"),
    Phase.FROZEN: PhaseLook("warning", "warning", "Frozen"),
    Phase.STOPPED: PhaseLook("stop", "dim", "Stopped"),
    Phase.CRASHED: PhaseLook("error", "error", "Crashed"),
    Phase.FINISHED: PhaseLook("success", "success", "Finished"),
    Phase.MISSING: PhaseLook("error", "dim", "Missing"),
}


def phase_look(phase: Phase) -> PhaseLook:
    """Return how a state looks."""
    return _LOOKS[phase]


def state_text(look: RunLook) -> str:
    """Return a run's state with its progress, for a list."""
    word = "Pausing" if look.pausing else _LOOKS[look.phase].word
    if look.phase in (Phase.RUNNING, Phase.PAUSED, Phase.STOPPED, Phase.FROZEN, Phase.STOPPING) and look.progress:
        return f"{word}, {100 * look.progress:.0f} %"
    return word


def sentence_of(look: RunLook, *, validates: bool = True) -> str:
    """Return what a run is doing, as a sentence; `validates`: whether it has ground truth."""
    if look.sentence:
        return look.sentence
    beat = look.heartbeat
    if look.phase is Phase.RUNNING and beat is not None and beat.phase not in ("training", "paused"):
        validating = "Validating." if validates else "Drawing samples."
        return {"starting": "Loading data and weights.", "validating": validating, "saving": "Saving."}.get(
            beat.phase, ""
        )
    if look.phase is Phase.FINISHED and look.has_model:
        folder = RunFolder(look.path)
        return f"The model is {folder.best if folder.best.is_file() else folder.last}"
    return {
        Phase.PREPARED: "Its settings and data are there; nothing was computed yet.",
        Phase.STARTING: "Its process is starting; loading PyTorch takes some seconds.",
        Phase.PAUSED: "It waits, and keeps its memory. Closing this window changes nothing.",
        Phase.STOPPING: "It finishes its step, saves and ends.",
        Phase.STOPPED: "It saved what it learned and can go on.",
        Phase.FINISHED: "It is done.",
    }.get(look.phase, "Pauses after this step." if look.pausing else "")
