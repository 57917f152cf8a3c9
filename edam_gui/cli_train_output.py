"""What `train` shows in the terminal."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from rich import progress as rich_progress
from rich.console import Console
from rich.text import Text

from edam_gui import cli_output
from edam_gui.training.events import (
    Continued,
    Event,
    Level,
    Message,
    Outcome,
    Paused,
    Started,
    StepDone,
    Validated,
)
from edam_gui.training.run import RunResult

_SMOOTHING = 0.9


class TrainingScreen:
    """A progress bar with loss, speed and time left; validations and messages above it.

    Parameters
    ----------
    run_dir
        Of the run, for sentences about it.
    """

    def __init__(self, run_dir: Path) -> None:
        self._run_dir = run_dir
        columns = (
            rich_progress.TextColumn("{task.description}"),
            rich_progress.BarColumn(),
            rich_progress.MofNCompleteColumn(),
            rich_progress.TextColumn("{task.fields[figures]}"),
        )
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._bar = rich_progress.Progress(*columns, console=self._console)
        self._task: rich_progress.TaskID | None = None
        self._loss = self._rate = 0.0

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._bar.stop()

    def show(self, event: Event) -> None:
        """Show an event."""
        match event:
            case Started():
                self._start(event)
            case StepDone():
                self._step(event)
            case Validated():
                self._print(
                    f"Epoch {event.epoch}, step {event.step}: mIoU {100 * event.miou_masks:.2f} % of the masks at "
                    f"background {event.background:g}; {100 * event.miou_rule:.2f} % after Algorithm 1 at theta "
                    f"{event.theta:g}, alpha {event.alpha:g}, beta {event.beta:g}{' (best so far)' * event.best}"
                )
            case Message():
                self._print(("Warning: " if event.level is Level.WARNING else "") + event.text)
            case Paused():
                self._print(f"Paused; it goes on when {self._run_dir / 'pause'} is removed.")
            case Continued():
                self._print(f"Goes on after {event.seconds:.0f} s.")

    def _start(self, event: Started) -> None:
        where = f"{event.processes} processes on {event.device}" if event.processes > 1 else event.device
        self._print(
            f"{'Going on with' if event.resumed else 'Training on'} {event.images} photos, {event.negatives} of them "
            f"without a class, {where}; step {event.step} of {event.max_steps}."
        )
        self._task = self._bar.add_task("Training", total=event.max_steps, completed=event.step, figures="")

    def _step(self, event: StepDone) -> None:
        fresh = self._loss == 0
        self._loss = event.loss if fresh else _SMOOTHING * self._loss + (1 - _SMOOTHING) * event.loss
        rate = event.images_per_second
        self._rate = rate if fresh else _SMOOTHING * self._rate + (1 - _SMOOTHING) * rate
        if self._task is not None:
            figures = f"loss {self._loss:.4f}  {self._rate:.1f} images/s  left {_duration(event.eta_s)}"
            self._bar.update(self._task, completed=event.step, description=f"Epoch {event.epoch + 1}", figures=figures)

    def _print(self, sentence: str) -> None:
        self._bar.console.print(Text(sentence))

    def print_end(self, result: RunResult) -> None:
        """Say how it ended and what to do next."""
        if result.outcome is Outcome.FAILED:
            cli_output.error(result.sentence)
        elif result.outcome is Outcome.STOPPED:
            cli_output.note(
                f"Stopped after step {result.step} of {result.max_steps}, saved. "
                f"'train {self._run_dir} --resume' goes on."
            )
        else:
            best = self._run_dir / "checkpoints" / "best.safetensors"
            model = best if best.exists() else self._run_dir / "checkpoints" / "last.safetensors"
            cli_output.note(f"Done. The model is {model}; 'label --model' takes it.")


def _duration(seconds: float) -> str:
    hours, rest = divmod(round(seconds), 3600)
    minutes, rest = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}"
