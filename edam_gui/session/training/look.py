"""What a run is doing, found again from its folder alone."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

from edam_gui.core.errors import EdamError
from edam_gui.session.training.launch import OUTPUT_FILE, read_launch
from edam_gui.training.run_folder import Heartbeat, RunFolder, find_state

_TAIL_BYTES: Final = 16 << 10
_TAIL_LINES: Final = 12


class Phase(StrEnum):
    """What a run is doing, as the user sees it."""

    PREPARED = "prepared"
    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"
    FROZEN = "frozen"
    STOPPED = "stopped"
    CRASHED = "crashed"
    FINISHED = "finished"
    MISSING = "missing"
    """Its folder is gone, or cannot be read."""

    @property
    def alive(self) -> bool:
        """Whether a process works on it."""
        return self in _ALIVE


_ALIVE: Final = frozenset({Phase.STARTING, Phase.RUNNING, Phase.PAUSED, Phase.STOPPING, Phase.FROZEN})


@dataclass(frozen=True)
class RunLook:
    """A run at one moment.

    Parameters
    ----------
    path
        Its folder.
    phase
        What it is doing.
    sentence
        Why it crashed, is frozen or missing; else empty.
    heartbeat
        The last sign of life, if there was one.
    changed
        When its folder last changed, in seconds since 1970; 0 if unknown.
    has_model, has_state
        Whether there is a model to use, and a checkpoint to go on from.
    pausing
        Whether it was asked to pause and has not yet.
    """

    path: Path
    phase: Phase
    sentence: str = ""
    heartbeat: Heartbeat | None = None
    changed: float = 0.0
    has_model: bool = False
    has_state: bool = False
    pausing: bool = False

    @property
    def name(self) -> str:
        """What lists call it."""
        return self.path.name

    @property
    def progress(self) -> float:
        """Share of the steps done, 0..1."""
        beat = self.heartbeat
        if self.phase is Phase.FINISHED:
            return 1.0
        return min(1.0, beat.step / beat.max_steps) if beat is not None and beat.max_steps else 0.0


def look_at(run_dir: Path) -> RunLook:
    """Tell what a run is doing; a folder that is gone or damaged is a look too, never an error."""
    folder = RunFolder(run_dir)
    try:
        status = find_state(run_dir)
    except (EdamError, OSError) as error:
        gone = f"{run_dir} is not there any more: it was moved or removed." if not run_dir.is_dir() else str(error)
        return RunLook(run_dir, Phase.MISSING, gone)
    look = RunLook(
        run_dir,
        Phase(status.state.value),
        status.sentence,
        status.heartbeat,
        _changed(folder),
        folder.best.is_file() or folder.last.is_file(),
        folder.state.is_file(),
    )
    known_since = status.process.started if status.process else 0.0
    look = _asked(look, folder) if status.alive else _launched(look, known_since)
    if look.phase is Phase.FROZEN and status.heartbeat is not None:
        silent = time.time() - status.heartbeat.time
        sentence = f"It has given no sign of life for {silent / 60:.0f} minutes ({status.heartbeat.phase}), but its "
        look = replace(look, sentence=sentence + "process is still there.")
    return look


def _asked(look: RunLook, folder: RunFolder) -> RunLook:
    if look.phase is Phase.RUNNING and folder.stop.exists():
        return replace(look, phase=Phase.STOPPING)
    return replace(look, pausing=look.phase is Phase.RUNNING and folder.pause.exists())


def _launched(look: RunLook, known_since: float) -> RunLook:
    """Take a process into account that was started, but has not written to the folder yet."""
    process = read_launch(look.path)
    if process is None or (process.started and process.started <= known_since + 0.5):
        return look
    if process.started and process.lives():
        return replace(look, phase=Phase.STARTING, sentence="")
    if process.started == 0.0 and known_since:
        return look
    lines = log_tail(look.path).splitlines()
    last = lines[-1].strip() if lines else "it printed nothing"
    return replace(look, phase=Phase.CRASHED, sentence=f"It ended before it could begin: {last}")


def _changed(folder: RunFolder) -> float:
    newest = 0.0
    for path in (folder.config, folder.events):
        try:
            newest = max(newest, path.stat().st_mtime)
        except OSError:
            continue  # not written yet
    return newest


def log_tail(run_dir: Path) -> str:
    """Return the last lines that the run's process printed; empty if there are none."""
    try:
        with (run_dir / OUTPUT_FILE).open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _TAIL_BYTES))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    lines = [line.rsplit("\r", 1)[-1].rstrip() for line in text.splitlines()]
    return "\n".join([line for line in lines if line][-_TAIL_LINES:])
