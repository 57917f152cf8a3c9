"""Whether anything is left to do when a run is to go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edam_gui.core.errors import InputFileError
from edam_gui.training import config_text
from edam_gui.training.events import Ended, Outcome, last_lifecycle_event
from edam_gui.training.run_folder import open_run


@dataclass(frozen=True)
class NothingLeft:
    """A run that has done what it is asked for.

    Parameters
    ----------
    step, max_steps
        Where it is, and where it was to go.
    sentence
        For people, with what goes on all the same.
    """

    step: int
    max_steps: int
    sentence: str


def nothing_left(run_dir: Path, words: Sequence[str]) -> NothingLeft | None:
    """Tell whether a run that ended has nothing left to do with these settings; `None`: it has, or may have.

    Raises
    ------
    EdamError
        There is no run, a word is of no use, or the events cannot be read.
    """
    folder, before, _ = open_run(run_dir)
    after = config_text.with_settings(before, words, allowed=config_text.CHANGEABLE)
    try:
        last = last_lifecycle_event(folder.events)
    except OSError as error:
        raise InputFileError(folder.events, f"cannot be read ({error.strerror})") from None
    if not isinstance(last, Ended) or last.outcome is Outcome.FAILED or not folder.state.is_file():
        return None
    step, finished = last.step, last.outcome is Outcome.FINISHED
    hint = f"A higher max_steps=N, such as max_steps={2 * step}, goes on."
    if after.max_steps and (after.max_steps < step or (finished and after.max_steps == step)):
        less = "less" if after.max_steps < step else "no more"
        return NothingLeft(
            step,
            after.max_steps,
            f"{run_dir} is already at step {step}; max_steps={after.max_steps} is {less}: nothing to do. {hint}",
        )
    if finished and not (after.max_steps or before.max_steps) and after.epochs <= before.epochs:
        epochs = f"its {before.epochs} epochs" if after.epochs == before.epochs else f"more than {after.epochs} epochs"
        return NothingLeft(step, step, f"{run_dir} has done {epochs}, {step} steps: nothing to do. {hint}")
    return None
