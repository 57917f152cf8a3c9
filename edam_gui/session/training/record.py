"""What a run has told so far, sorted for plots and lists."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np

from edam_gui.core.arrays import Float64Array
from edam_gui.training.events import (
    CheckpointSaved,
    Continued,
    Ended,
    Event,
    EventReader,
    Level,
    Message,
    Outcome,
    Paused,
    SampleSaved,
    Started,
    StepDone,
    Validated,
)
from edam_gui.training.run_folder import RunFolder

STEP_FIELDS: Final = ("loss", "cma_loss", "pool_loss", "lr", "grad_norm", "images_per_second", "memory_mb")
"""What `RunRecord.column` knows of every step."""
_MOST_LINES: Final = 5000


class RunRecord:
    """Grows as events come; what a restart took back is left out again.

    Parameters
    ----------
    path
        The run's folder.

    Attributes
    ----------
    started, ended
        The last events of these kinds; `ended` is `None` while it goes on.
    validations, samples
        In the order of their steps.
    log
        Lines for people.
    saved_step
        Of the last checkpoint to go on from; -1: none.
    eta_s
        Seconds left as the run estimates them; NaN if unknown.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.started: Started | None = None
        self.ended: Ended | None = None
        self.saved_step = -1
        self.validations: list[Validated] = []
        self.samples: list[SampleSaved] = []
        self.log: list[str] = []
        self.eta_s = float("nan")
        self._steps = array("d")
        self._columns = {name: array("d") for name in STEP_FIELDS}
        self._times = array("d")

    def __len__(self) -> int:
        return len(self._steps)

    @property
    def steps(self) -> Float64Array:
        """Numbers of the steps, (n,) float64."""
        return np.array(self._steps)

    def column(self, name: str) -> Float64Array:
        """Return a value of every step, (n,) float64; see `STEP_FIELDS`."""
        return np.array(self._columns[name])

    def sample_path(self, sample: SampleSaved) -> Path | None:
        """Return the file of a sample; `None` if it lies outside the run's folder."""
        path = (self.path / sample.path).resolve()
        return path if path.is_relative_to(self.path.resolve()) else None

    @property
    def epochs_with_samples(self) -> tuple[int, ...]:
        """Epochs of which there are samples, ascending."""
        return tuple(sorted({sample.epoch for sample in self.samples}))

    def samples_of(self, epoch: int) -> tuple[SampleSaved, ...]:
        """Return an epoch's samples, each file once."""
        return tuple({s.path: s for s in self.samples if s.epoch == epoch}.values())

    def add(self, events: Iterable[Event]) -> None:
        """Add what a reader returned."""
        for event in events:
            self._add(event)
        del self.log[:-_MOST_LINES]

    def _add(self, event: Event) -> None:
        match event:
            case Started():
                self._take_back(event.step)
                self.started, self.ended = event, None
                word = "Goes on" if event.resumed else "Starts"
                self._say(event, f"{word} at step {event.step} of {event.max_steps} on {event.device}.")
            case StepDone():
                self._steps.append(event.step)
                self._times.append(event.time)
                for name, column in self._columns.items():
                    column.append(getattr(event, name))
                self.eta_s = event.eta_s
            case Validated():
                if self.validations and self.validations[-1].step == event.step:
                    self.validations.pop()  # made anew, because the run was interrupted before it could save
                self.validations.append(event)
                best = ", the best so far" if event.best else ""
                self._say(
                    event,
                    f"Epoch {event.epoch}: mIoU {100 * event.miou_masks:.2f} % of the masks, "
                    f"{100 * event.miou_rule:.2f} % after Algorithm 1{best}.",
                )
            case SampleSaved():
                self.samples.append(event)
            case CheckpointSaved():
                if event.path == "checkpoints/state.pt":
                    self.saved_step = event.step
                self._say(event, f"Saved {event.path}.")
            case Paused():
                self._say(event, "Paused.")
            case Continued():
                self._say(event, f"Goes on after a pause of {event.seconds:.0f} s.")
            case Message():
                self._say(event, ("Warning: " if event.level is Level.WARNING else "") + event.text)
            case Ended():
                self.ended = event
                words = {Outcome.FINISHED: "Finished.", Outcome.STOPPED: "Stopped and saved."}
                self._say(event, words.get(event.outcome, f"Failed: {event.sentence}"))

    def _say(self, event: Event, text: str) -> None:
        clock = datetime.fromtimestamp(event.time).strftime("%H:%M:%S")
        self.log.append(f"{clock}  step {event.step:<6} {text}")

    def _take_back(self, step: int) -> None:
        """Forget what a process said that was killed before it saved."""
        kept = int(np.searchsorted(self.steps, step, side="right"))
        for column in (self._steps, self._times, *self._columns.values()):
            del column[kept:]
        self.validations = [event for event in self.validations if event.step <= step]
        self.samples = [event for event in self.samples if event.step <= step]


class RunFollower:
    """Reads a run's events as they come; only new bytes are read.

    Parameters
    ----------
    path
        The run's folder.
    """

    def __init__(self, path: Path) -> None:
        self.record = RunRecord(path)
        self._reader = EventReader(RunFolder(path).events)

    def read(self) -> list[Event]:
        """Return the events since the last call; call it in one thread at a time.

        Raises
        ------
        OSError
            The file is there but cannot be read.
        """
        return self._reader.poll()
