"""Everything that a run writes for people who watch it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from edam_gui.core.errors import EdamError, OutputError
from edam_gui.imaging.atomic import write_cause
from edam_gui.training.events import Event, EventLog, Level, Message, StepDone, Validated
from edam_gui.training.lock import HeldLock
from edam_gui.training.run_folder import Heartbeat, RunFolder, write_heartbeat
from edam_gui.training.tensorboard_file import ScalarFile


class FolderGone(EdamError):
    """The folder of a run is not where it was.

    Parameters
    ----------
    folder
        Where it was.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder} was moved or removed while the run was at work, so it ends here. If the folder is somewhere "
            "else now, 'train FOLDER --resume' goes on from its last checkpoint."
        )


Observer = Callable[[Event], None]
_BEAT_EVERY_S: Final = 1.0
_PATIENCE_S: Final = 60.0
"""The heart may be silent for this long, or for several steps if those take longer."""
_FIRST_STEP_S: Final = 900.0
_STEP_SCALARS: Final = ("loss", "cma_loss", "pool_loss", "lr", "grad_norm", "images_per_second", "memory_mb")
_SCORES: Final = ("miou_masks", "miou_rule", "background", "theta", "alpha", "beta")


class Recorder:
    """Events, TensorBoard scalars and the heartbeat; silent in processes that do not lead.

    Parameters
    ----------
    folder
        Of the run.
    leads
        Whether this process writes.
    observer
        Sees every event too.
    held
        The run's lock, by which a folder that was moved or removed is noticed.

    Raises
    ------
    OutputError
        The folder cannot be written.
    """

    def __init__(self, folder: RunFolder, leads: bool, observer: Observer | None, held: HeldLock | None = None) -> None:
        self._folder = folder
        self._leads = leads
        self._observer = observer
        self._held = held
        self._files = ExitStack()
        self._last_beat = -math.inf
        self._last_phase = ""
        if leads:
            self._events = self._files.enter_context(EventLog(folder.events))
            self._scalars = self._files.enter_context(ScalarFile(folder.tensorboard))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._files.close()

    def record(self, event: Event) -> None:
        """Write an event.

        Raises
        ------
        OutputError
            The disk is full, or the folder is gone.
        """
        if not self._leads:
            return
        self._events.write(event)
        if isinstance(event, StepDone):
            self._scalars.write(event.step, {f"train/{name}": getattr(event, name) for name in _STEP_SCALARS})
        elif isinstance(event, Validated):
            self._scalars.write(event.step, {f"validation/{name}": getattr(event, name) for name in _SCORES})
        if self._observer is not None:
            self._observer(event)

    def say(self, step: int, text: str, level: Level = Level.NOTE) -> None:
        """Write a sentence."""
        self.record(Message(time.time(), step, level, text))

    def refuse_if_moved(self) -> None:
        """Refuse to write where the run's folder was: it would be made anew, and hold half a run.

        Raises
        ------
        FolderGone
            The folder was moved or removed.
        """
        if self._held is not None and not self._held.is_in_place():
            raise FolderGone(self._folder.root)

    def beat(self, phase: str, step: int, max_steps: int, epoch: int, step_seconds: float = 0.0) -> None:
        """Give a sign of life, at most once a second unless the phase changes.

        Raises
        ------
        OutputError
            It cannot be written.
        FolderGone
            The run's folder was moved or removed.
        """
        now = time.monotonic()
        if not self._leads or (phase == self._last_phase and now - self._last_beat < _BEAT_EVERY_S):
            return
        self.refuse_if_moved()
        self._last_beat, self._last_phase = now, phase
        patience = max(_PATIENCE_S, 5 * step_seconds) if step_seconds or phase == "paused" else _FIRST_STEP_S
        try:
            write_heartbeat(self._folder, Heartbeat(time.time(), patience, phase, step, max_steps, epoch))
        except PermissionError:
            return  # on Windows: somebody is reading it; the next one will do
        except OSError as error:
            raise OutputError(self._folder.heartbeat, write_cause(error)) from error
