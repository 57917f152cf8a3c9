"""Runs of the tiny data set, in this process and in others."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import torch

from edam_gui.training.config import TrainConfig
from edam_gui.training.distributed import Team
from edam_gui.training.events import Event, EventReader, StepDone
from edam_gui.training.manifest import Manifest
from edam_gui.training.run import RunResult, run_training
from edam_gui.training.run_folder import RunFolder, create_run
from edam_gui.training.state_file import TrainState, read_state

ROOT = Path(__file__).resolve().parents[2]
ALONE = Team(0, 1, torch.device("cpu"))


def start(
    folder: Path, manifest: Manifest, config: TrainConfig, observer: Callable[[Event], None] | None = None
) -> RunResult:
    create_run(folder, config, manifest)
    return run_training(folder, ALONE, observer)


def resume(folder: Path, observer: Callable[[Event], None] | None = None) -> RunResult:
    return run_training(folder, ALONE, observer)


def read_events(folder: Path) -> list[Event]:
    return EventReader(RunFolder(folder).events).poll()


def steps(folder: Path) -> list[int]:
    return [event.step for event in read_events(folder) if isinstance(event, StepDone)]


def state(folder: Path) -> TrainState:
    return read_state(RunFolder(folder).state)


def assert_same_weights(first: TrainState, second: TrainState, *, atol: float = 0.0) -> None:
    assert first.step == second.step
    assert first.model.keys() == second.model.keys()
    for name, value in first.model.items():
        torch.testing.assert_close(value, second.model[name], rtol=0, atol=atol, msg=name)


def data_options(data: Path) -> list[str]:
    """Return the options that name the tiny data set."""
    return [
        *("--data", str(data / "images")),
        *("--labels", str(data / "labels.csv")),
        *("--classes", str(data / "classes.json")),
        *("--val-gt", str(data / "label_maps")),
        *("--preset", "authors"),
        *("--device", "cpu"),
    ]


def launch(arguments: Sequence[str], log: Path, *, processes: int = 1, restarts: int = 0) -> subprocess.Popen[bytes]:
    """Start `main.py train` in a process (group) of its own; what it prints goes to a file."""
    command = [sys.executable]
    if processes > 1:
        command += ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)]
        command += ["--max-restarts", str(restarts), "--monitor-interval", "0.2"]
    command += [str(ROOT / "main.py"), "train", *arguments]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    with log.open("ab") as file:
        return subprocess.Popen(command, stdout=file, stderr=file, cwd=ROOT, env=environment)
