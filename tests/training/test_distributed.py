"""Two processes that train together, started by `torchrun`, against one alone."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psutil
import pytest

from edam_gui.training.events import Outcome, Started
from edam_gui.training.run_folder import RunState, find_state
from tests.training import running
from tests.training.test_kill_and_resume import finish, wait_for_step
from tests.training.tiny import SETTINGS

pytestmark = pytest.mark.slow


def arguments(folder: Path, data: Path, groups: int, steps: int, *settings: str) -> list[str]:
    changed = ("groups", "calibrate", *(word.partition("=")[0] for word in settings))
    fixed = [word for word in SETTINGS if word.partition("=")[0] not in changed]
    own = [f"groups={groups}", f"max_steps={steps}", "calibrate=0", *settings]
    return [str(folder), *running.data_options(data), *fixed, *own]


@pytest.mark.parametrize("accumulate", [1, 2])
def test_two_processes_of_one_group_are_one_process_of_two(tmp_path: Path, data: Path, accumulate: int) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    options = ("dropout=0", f"accumulate={accumulate}", "frozen_stages=6")
    alone = running.launch(arguments(one, data, 2, 5, *options), tmp_path / "one.log")
    finish(alone, tmp_path / "one.log")
    together = running.launch(arguments(two, data, 1, 5, *options), tmp_path / "two.log", processes=2)
    finish(together, tmp_path / "two.log")
    running.assert_same_weights(running.state(one), running.state(two), atol=1e-6)
    assert running.steps(two) == [1, 2, 3, 4, 5]
    started = running.read_events(two)[0]
    assert isinstance(started, Started)
    assert started.processes == 2


def workers_of(agent: int) -> list[psutil.Process]:
    children = psutil.Process(agent).children()
    return [p for p in children if "main.py" in " ".join(p.cmdline())]


@pytest.mark.parametrize("victim", [0, 1])
def test_a_worker_that_is_killed_comes_back_and_the_run_finishes(tmp_path: Path, data: Path, victim: int) -> None:
    whole, killed, log = tmp_path / "whole", tmp_path / "killed", tmp_path / "log"
    steps = 40
    finish(running.launch(arguments(whole, data, 2, steps, "dropout=0"), tmp_path / "one.log"), tmp_path / "one.log")
    agent = running.launch(arguments(killed, data, 1, steps, "dropout=0"), log, processes=2, restarts=2)
    wait_for_step(killed, 8, agent, log)
    by_rank = {int(p.environ()["RANK"]): p.pid for p in workers_of(agent.pid)}
    os.kill(by_rank[victim], signal.SIGKILL)
    finish(agent, log)
    assert find_state(killed).state is RunState.FINISHED
    starts = [e for e in running.read_events(killed) if isinstance(e, Started)]
    assert [e.resumed for e in starts] == [False, True]
    running.assert_same_weights(running.state(whole), running.state(killed), atol=1e-5)


def test_a_stop_reaches_all_processes(tmp_path: Path, data: Path) -> None:
    folder, log = tmp_path / "run", tmp_path / "log"
    agent = running.launch(arguments(folder, data, 1, 100_000), log, processes=2)
    wait_for_step(folder, 3, agent, log)
    rank_1 = next(p for p in workers_of(agent.pid) if p.environ()["RANK"] == "1")
    rank_1.send_signal(signal.SIGTERM)
    finish(agent, log)
    assert find_state(folder).state is RunState.STOPPED
    assert Outcome.STOPPED in [getattr(e, "outcome", None) for e in running.read_events(folder)]
    assert running.state(folder).step == running.steps(folder)[-1]
