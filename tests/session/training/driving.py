"""Driving a session's training desk without a window."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from edam_gui.jobs.delivery import DeliveryQueue
from edam_gui.session.session import Session
from edam_gui.session.training.known_runs import list_runs
from edam_gui.session.training.launch import LaunchOptions, read_launch
from edam_gui.session.training.look import Phase, RunLook
from edam_gui.session.training.request import DataKind, Preparation, RunRequest

PATIENCE_S = 120.0
QUICK = (
    *("epochs=1", "crop=64", "long_side_min=64", "long_side_max=96", "groups=1", "group_size=2", "threads=1"),
    *("workers=0", "samples=1", "val_scales=1", "val_saliency=none", "save_every=2", "calibrate=0", "save_cma=no"),
)
"""Settings for runs of some seconds, on the shipped model."""


@dataclass
class TrainingDriver:
    """A session and what it said."""

    session: Session
    queue: DeliveryQueue
    messages: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.session.training.options = LaunchOptions("cpu", threads=1, niceness=5)
        self.session.events.message.connect(self._said)

    def _said(self, message: object) -> None:
        self.messages.append(str(getattr(message, "text", "")))

    def until(self, condition: Callable[[], bool], timeout_s: float = PATIENCE_S) -> None:
        """Look at the runs until the condition holds."""
        deadline = time.monotonic() + timeout_s
        while not condition():
            assert time.monotonic() < deadline, f"it did not happen; messages: {self.messages}"
            self.session.training.poll()
            self.queue.run_until(condition, 0.1)

    def look(self, run_dir: Path) -> RunLook:
        look = self.session.training.look(run_dir)
        assert look is not None
        return look

    def phase_is(self, run_dir: Path, *phases: Phase) -> Callable[[], bool]:
        def holds() -> bool:
            look = self.session.training.look(run_dir)
            return look is not None and look.phase in phases

        return holds

    def request(self, name: str, *words: str, kind: DataKind = DataKind.PROJECT) -> RunRequest:
        return RunRequest(self.session.training.folder() / name, kind, words=(*QUICK, *words))

    def prepare(self, request: RunRequest) -> Preparation:
        """Prepare a run; a refusal fails the test."""
        results: list[Preparation] = []
        failures: list[str] = []
        self.session.training.prepare(request, results.append, failures.append)
        assert self.queue.run_until(lambda: bool(results or failures), PATIENCE_S)
        assert not failures, failures
        return results[0]

    def start(self, name: str, *words: str) -> Path:
        """Start a run on the project and return its folder."""
        prepared = self.prepare(self.request(name, *words))
        assert prepared.usable, prepared.check.problems
        self.session.training.start(prepared)
        self.until(lambda: self.session.training.look(prepared.request.run_dir) is not None)
        return prepared.request.run_dir


def end_runs(*folders: Path) -> None:
    """Kill what still runs in these folders."""
    for run_dir in list_runs(folders):
        process = read_launch(run_dir)
        if process is not None and process.lives():
            with contextlib.suppress(psutil.NoSuchProcess):
                victim = psutil.Process(process.pid)
                victim.kill()
                victim.wait(10)
