"""Runs in processes of their own, ended from outside."""

from __future__ import annotations

import random
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from edam_gui.training.control import request_stop
from edam_gui.training.events import Ended, Outcome, Started
from edam_gui.training.run_folder import RunState, find_state
from tests.training import running
from tests.training.tiny import SETTINGS

STEPS = 24
PATIENCE_S = 240.0


def arguments(folder: Path, data: Path, *settings: str) -> list[str]:
    fixed = [word for word in SETTINGS if not word.startswith(("workers", "calibrate"))]
    own = settings or (f"max_steps={STEPS}", "workers=0")
    return [str(folder), *running.data_options(data), *fixed, "calibrate=0", *own]


def wait_for_step(folder: Path, step: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not [s for s in running.steps(folder) if s >= step]:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.01)


def finish(process: subprocess.Popen[bytes], log: Path, code: int = 0) -> str:
    assert process.wait(PATIENCE_S) == code, log.read_text()
    return log.read_text()


def test_a_run_killed_at_any_step_ends_with_the_weights_of_one_that_was_not(tmp_path: Path, data: Path) -> None:
    whole, killed, log = tmp_path / "whole", tmp_path / "killed", tmp_path / "log"
    undisturbed = running.launch(arguments(whole, data), tmp_path / "whole.log")
    process = running.launch(arguments(killed, data), log)
    step = random.SystemRandom().randint(4, STEPS - 6)
    wait_for_step(killed, step, process, log)
    process.kill()
    process.wait()
    status = find_state(killed)
    assert status.state is RunState.CRASHED
    assert "killed" in status.sentence
    output = finish(running.launch([str(killed), "--resume"], log), log)
    assert "Going on" in output
    finish(undisturbed, tmp_path / "whole.log")
    assert find_state(killed).state is RunState.FINISHED
    running.assert_same_weights(running.state(whole), running.state(killed))
    starts = [e for e in running.read_events(killed) if isinstance(e, Started)]
    assert [e.resumed for e in starts] == [False, True]
    assert starts[1].step <= step


@pytest.mark.parametrize("way", ["SIGINT", "SIGTERM", "file"])
def test_a_stop_saves_and_exits_with_0(tmp_path: Path, data: Path, way: str) -> None:
    folder, log = tmp_path / "run", tmp_path / "log"
    process = running.launch(arguments(folder, data, "workers=1", "max_steps=100000"), log)
    wait_for_step(folder, 2, process, log)
    if way == "file":
        request_stop(folder)
    else:
        process.send_signal(getattr(signal, way))
    output = finish(process, log)
    match = re.search(r"Stopped after step (\d+) of", output)
    assert match, output
    assert running.state(folder).step == int(match[1])
    last = running.read_events(folder)[-1]
    assert isinstance(last, Ended)
    assert last.outcome is Outcome.STOPPED
