"""A run on disk: where everything is, and what state it is in."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from edam_gui.core.errors import InputFileError, OptionError
from edam_gui.imaging.atomic import make_folder, write_bytes
from edam_gui.imaging.bounded_read import read_bounded
from edam_gui.imaging.own_output import RUN_CONFIG, RUN_EVENTS, RUN_MANIFEST
from edam_gui.training import config_text
from edam_gui.training.config import TrainConfig
from edam_gui.training.events import Ended, Outcome, last_lifecycle_event
from edam_gui.training.lock import is_locked
from edam_gui.training.manifest import Manifest, read_manifest, write_manifest
from edam_gui.training.process import ProcessIdentity

_SMALL: Final = 1 << 20
OWN_FILES: Final = frozenset(
    {
        *(RUN_CONFIG, RUN_MANIFEST, RUN_EVENTS, "environment.json", "heartbeat.json", "process.json"),
        *("lock", "stop", "pause", "checkpoints", "samples", "tensorboard"),
    }
)
"""What a run's folder holds."""


@dataclass(frozen=True)
class RunFolder:
    """Paths inside a run's folder."""

    root: Path

    @property
    def config(self) -> Path:
        """The resolved settings, JSON."""
        return self.root / RUN_CONFIG

    @property
    def manifest(self) -> Path:
        """The data, JSON."""
        return self.root / RUN_MANIFEST

    @property
    def environment(self) -> Path:
        """Versions and machine, JSON."""
        return self.root / "environment.json"

    @property
    def events(self) -> Path:
        """JSON lines."""
        return self.root / RUN_EVENTS

    @property
    def heartbeat(self) -> Path:
        """Where the process is, rewritten all the time, JSON."""
        return self.root / "heartbeat.json"

    @property
    def process(self) -> Path:
        """Who runs it, JSON."""
        return self.root / "process.json"

    @property
    def lock(self) -> Path:
        """Locked by the process that runs it."""
        return self.root / "lock"

    @property
    def stop(self) -> Path:
        """A file that asks the run to save and stop."""
        return self.root / "stop"

    @property
    def pause(self) -> Path:
        """A file that makes the run wait until it is gone."""
        return self.root / "pause"

    @property
    def state(self) -> Path:
        """Everything needed to go on."""
        return self.root / "checkpoints" / "state.pt"

    @property
    def last(self) -> Path:
        """The newest model."""
        return self.root / "checkpoints" / "last.safetensors"

    @property
    def best(self) -> Path:
        """The model of the best validation."""
        return self.root / "checkpoints" / "best.safetensors"

    @property
    def samples(self) -> Path:
        """Overlays, a folder per epoch."""
        return self.root / "samples"

    @property
    def tensorboard(self) -> Path:
        """Scalars for TensorBoard."""
        return self.root / "tensorboard"

    def exists(self) -> bool:
        """Whether there is a run here."""
        return self.config.is_file()


class RunState(StrEnum):
    """What a run is doing."""

    PREPARED = "prepared"
    """Settings and data are there, nothing was computed yet."""
    RUNNING = "running"
    PAUSED = "paused"
    """Its process lives and waits."""
    FROZEN = "frozen"
    """Its process lives, but its heart has stopped."""
    STOPPED = "stopped"
    """It saved and stopped when asked to."""
    CRASHED = "crashed"
    """It failed, or its process is gone."""
    FINISHED = "finished"


@dataclass(frozen=True)
class Heartbeat:
    """The last sign of life.

    Parameters
    ----------
    time
        Seconds since 1970.
    patience_s
        How long the next one may take before something is wrong.
    phase
        `starting`, `training`, `validating`, `saving` or `paused`.
    step, max_steps, epoch
        Progress.
    """

    time: float
    patience_s: float
    phase: str
    step: int
    max_steps: int
    epoch: int


@dataclass(frozen=True)
class RunStatus:
    """A run as it is now.

    Parameters
    ----------
    state
        See `RunState`.
    sentence
        Why it crashed, if it did.
    heartbeat
        `None` before the first one.
    process
        Who runs it or ran it last.
    """

    state: RunState
    sentence: str = ""
    heartbeat: Heartbeat | None = None
    process: ProcessIdentity | None = None

    @property
    def alive(self) -> bool:
        """Whether its process lives."""
        return self.state in (RunState.RUNNING, RunState.PAUSED, RunState.FROZEN)


def find_state(run_dir: Path) -> RunStatus:
    """Tell what a run is doing, from its last lifecycle event, its process (pid, start time), its lock and heartbeat.

    Raises
    ------
    InputFileError
        There is no run in this folder, or its files cannot be read.
    """
    folder = RunFolder(run_dir)
    if not folder.exists():
        raise InputFileError(run_dir, "holds no training run")
    heartbeat, process = read_heartbeat(folder), read_process(folder)
    try:
        last = last_lifecycle_event(folder.events)
    except OSError as error:
        raise InputFileError(folder.events, f"cannot be read ({error.strerror})") from None
    if isinstance(last, Ended) and not (process and process.started > last.time and process.lives()):
        state = {
            Outcome.FINISHED: RunState.FINISHED,
            Outcome.STOPPED: RunState.STOPPED,
            Outcome.FAILED: RunState.CRASHED,
        }[last.outcome]
        return RunStatus(state, last.sentence, heartbeat, process)
    if process is None:
        return RunStatus(RunState.PREPARED)
    late = heartbeat is not None and time.time() - heartbeat.time > heartbeat.patience_s
    # Start times shift when the clock is set, and another computer's are not to be had; the lock goes with the process.
    if not process.lives(unsure=not late) and not is_locked(folder.lock):
        return RunStatus(
            RunState.CRASHED,
            "The process of this run is gone without a word: it was killed, or the computer went down.",
            heartbeat,
            process,
        )
    if late:
        return RunStatus(RunState.FROZEN, "", heartbeat, process)
    paused = heartbeat is not None and heartbeat.phase == "paused"
    return RunStatus(RunState.PAUSED if paused else RunState.RUNNING, "", heartbeat, process)


def find_runs(parent: Path) -> list[Path]:
    """Return the run folders directly in a folder, by name."""
    if not parent.is_dir():
        return []
    return sorted(path for path in parent.iterdir() if RunFolder(path).exists())


def create_run(run_dir: Path, config: TrainConfig, manifest: Manifest) -> RunFolder:
    """Make the folder of a new run, with its settings and data.

    Raises
    ------
    OptionError
        There is a run already.
    OutputError
        The folder cannot be written.
    """
    folder = RunFolder(run_dir)
    if folder.exists():
        raise OptionError(f"{run_dir} holds a training run already; add --resume to go on, or choose another folder.")
    make_folder(run_dir)
    write_manifest(folder.manifest, manifest)
    # Last, for it is what makes the folder a run.
    write_config(folder, config)
    return folder


def write_config(folder: RunFolder, config: TrainConfig) -> None:
    """Write the settings."""
    write_bytes(folder.config, (json.dumps(config_text.to_json(config), indent=1) + "\n").encode())


def open_run(run_dir: Path) -> tuple[RunFolder, TrainConfig, Manifest]:
    """Read settings and data of a run.

    Raises
    ------
    InputFileError
        There is none, or a file is damaged.
    """
    folder = RunFolder(run_dir)
    if not folder.exists():
        raise InputFileError(run_dir, "holds no training run")
    try:
        config = config_text.from_json(_read_json(folder.config))
    except OptionError as error:
        raise InputFileError(folder.config, str(error)) from None
    return folder, config, read_manifest(folder.manifest)


def read_heartbeat(folder: RunFolder) -> Heartbeat | None:
    """Return the last heartbeat, if there is a readable one."""
    data = _read_if_there(folder.heartbeat)
    try:
        return Heartbeat(**data) if data else None
    except TypeError:
        return None


def write_heartbeat(folder: RunFolder, heartbeat: Heartbeat) -> None:
    """Replace the heartbeat; not flushed to the disk, for it is worth nothing after a power cut.

    Raises
    ------
    OSError
        It cannot be written.
    """
    temporary = folder.root / f".heartbeat-{os.getpid()}.tmp"
    temporary.write_text(json.dumps(heartbeat.__dict__), encoding="utf-8")
    temporary.replace(folder.heartbeat)


def read_process(folder: RunFolder) -> ProcessIdentity | None:
    """Return who runs a run, or ran it last."""
    data = _read_if_there(folder.process)
    try:
        return ProcessIdentity(**data) if data else None
    except TypeError:
        return None


def write_process(folder: RunFolder, process: ProcessIdentity) -> None:
    """Say who runs it."""
    write_bytes(folder.process, json.dumps(process.__dict__).encode())


def _read_json(path: Path) -> Any:
    try:
        return json.loads(read_bounded(path, _SMALL))
    except (ValueError, RecursionError):
        raise InputFileError(path, "is damaged: it is not valid JSON") from None


def _read_if_there(path: Path) -> dict[str, Any] | None:
    """Return an object, or `None` if the file is not there, or half-written by a process that was killed."""
    try:
        data = _read_json(path)
    except InputFileError:
        return None
    return data if isinstance(data, dict) else None
