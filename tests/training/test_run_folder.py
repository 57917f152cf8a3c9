from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from edam_gui.core.errors import InputFileError, OptionError
from edam_gui.training.control import Requests, request_continue, request_pause, request_stop
from edam_gui.training.events import Ended, Event, EventLog, Outcome
from edam_gui.training.lock import is_locked, run_lock
from edam_gui.training.manifest import Manifest, read_manifest, write_manifest
from edam_gui.training.process import ProcessIdentity
from edam_gui.training.run_folder import (
    Heartbeat,
    RunFolder,
    RunState,
    create_run,
    find_runs,
    find_state,
    open_run,
    write_heartbeat,
    write_process,
)
from tests.training.test_events import started, step
from tests.training.tiny import config

GONE = ProcessIdentity(os.getpid(), 1000.0, ProcessIdentity.own().host)
"""A pid that is in use again, by a process that started later."""


@pytest.fixture
def run(tmp_path: Path, manifest: Manifest) -> RunFolder:
    return create_run(tmp_path / "run", config(), manifest)


def write_events(run: RunFolder, *events: Event) -> None:
    with EventLog(run.events) as log:
        for event in events:
            log.write(event)


def beat(run: RunFolder, age: float = 0.0, phase: str = "training") -> None:
    write_heartbeat(run, Heartbeat(time.time() - age, 60.0, phase, 3, 30, 0))


def test_a_new_run_is_prepared_and_reads_back(run: RunFolder, manifest: Manifest) -> None:
    assert find_state(run.root).state is RunState.PREPARED
    assert open_run(run.root) == (run, config(), manifest)
    assert find_runs(run.root.parent) == [run.root]
    assert find_runs(run.root / "nothing") == []


def test_a_folder_holds_one_run(run: RunFolder, manifest: Manifest) -> None:
    with pytest.raises(OptionError, match="add --resume"):
        create_run(run.root, config(), manifest)


def test_a_folder_without_a_run_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="holds no training run"):
        find_state(tmp_path)
    with pytest.raises(InputFileError, match="holds no training run"):
        open_run(tmp_path)


def test_a_living_process_with_a_heartbeat_runs(run: RunFolder) -> None:
    write_process(run, ProcessIdentity.own())
    write_events(run, started(), step(1))
    beat(run)
    status = find_state(run.root)
    assert status.state is RunState.RUNNING
    assert status.alive
    assert status.heartbeat is not None
    assert status.heartbeat.step == 3


def test_a_pause_is_seen(run: RunFolder) -> None:
    write_process(run, ProcessIdentity.own())
    beat(run, phase="paused")
    assert find_state(run.root).state is RunState.PAUSED


def test_a_living_process_without_a_heartbeat_is_frozen(run: RunFolder) -> None:
    write_process(run, ProcessIdentity.own())
    beat(run, age=61)
    assert find_state(run.root).state is RunState.FROZEN


def test_a_pid_that_belongs_to_another_process_now_is_a_crash(run: RunFolder) -> None:
    write_process(run, GONE)
    write_events(run, started(), step(1))
    beat(run)
    status = find_state(run.root)
    assert status.state is RunState.CRASHED
    assert "killed" in status.sentence


def test_a_process_that_holds_the_lock_lives_although_the_clock_was_set(run: RunFolder) -> None:
    write_process(run, GONE)
    write_events(run, started(), step(1))
    with run_lock(run.lock):
        beat(run)
        assert find_state(run.root).state is RunState.RUNNING
        beat(run, age=61)
        assert find_state(run.root).state is RunState.FROZEN
    assert find_state(run.root).state is RunState.CRASHED


def test_a_run_on_another_computer_lives_as_long_as_its_heart(run: RunFolder) -> None:
    write_process(run, replace(GONE, host="elsewhere"))
    beat(run)
    assert find_state(run.root).state is RunState.RUNNING
    beat(run, age=61)
    assert find_state(run.root).state is RunState.CRASHED


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Outcome.FINISHED, RunState.FINISHED),
        (Outcome.STOPPED, RunState.STOPPED),
        (Outcome.FAILED, RunState.CRASHED),
    ],
)
def test_an_end_is_remembered(run: RunFolder, outcome: Outcome, state: RunState) -> None:
    write_process(run, GONE)
    write_events(run, started(), step(1), Ended(5.0, 1, outcome, "why"))
    status = find_state(run.root)
    assert (status.state, status.sentence) == (state, "why")


def test_a_run_taken_up_again_is_not_ended(run: RunFolder) -> None:
    write_process(run, ProcessIdentity.own())
    write_events(run, started(), Ended(5.0, 1, Outcome.STOPPED, ""))
    beat(run)
    assert find_state(run.root).state is RunState.RUNNING


def test_half_written_files_of_a_killed_process_are_no_error(run: RunFolder) -> None:
    run.heartbeat.write_text('{"time": 1')
    run.process.write_text("")
    assert find_state(run.root).state is RunState.PREPARED


def test_damaged_settings_are_named(run: RunFolder) -> None:
    run.config.write_text('{"lr": "fast"}')
    with pytest.raises(InputFileError, match=r"config\.json: lr must be float"):
        open_run(run.root)


def test_manifests_survive_odd_names_and_refuse_rubbish(tmp_path: Path, manifest: Manifest) -> None:
    odd = Path(os.fsdecode(b"/photos/\xe9\xff.jpg"))
    changed = replace(manifest, images=(*manifest.images, replace(manifest.images[0], path=odd)), unlabelled=3)
    write_manifest(tmp_path / "m.json", changed)
    assert read_manifest(tmp_path / "m.json") == changed
    assert changed.digest() != manifest.digest()
    (tmp_path / "m.json").write_text('{"format_version": 1, "classes": ["a"], "images": [["x"]]}')
    with pytest.raises(InputFileError, match="is no manifest"):
        read_manifest(tmp_path / "m.json")


def test_a_class_outside_the_label_set_is_refused(manifest: Manifest) -> None:
    with pytest.raises(OptionError, match=r"must lie in 1\.\.3"):
        replace(manifest, images=(replace(manifest.images[0], classes=(4,)),))


def test_the_lock_keeps_others_out_until_its_holder_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert not is_locked(path)
    code = (
        "import sys, pathlib; from edam_gui.training.lock import run_lock\n"
        "with run_lock(pathlib.Path(sys.argv[1])):\n    print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert is_locked(path)
        with pytest.raises(OptionError, match="Another process is training"), run_lock(path):
            raise AssertionError("two processes hold the lock")
        holder.kill()
        holder.wait()
    with run_lock(path):
        assert is_locked(path)
    assert not is_locked(path)


def test_requests_are_files(run: RunFolder) -> None:
    requests = Requests(run)
    assert (requests.stop(), requests.pause()) == (False, False)
    request_pause(run.root)
    assert (requests.stop(), requests.pause()) == (False, True)
    request_stop(run.root)
    assert (requests.stop(), requests.pause()) == (True, False)
    requests.clear()
    assert (requests.stop(), requests.pause()) == (False, False)
    request_pause(run.root)
    request_continue(run.root)
    request_continue(run.root)
    assert not requests.pause()
