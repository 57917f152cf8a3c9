"""What goes wrong in the middle of a run is said in a sentence, and the run can go on."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch

from edam_gui.core.errors import InputFileError, OutputError
from edam_gui.imaging import atomic
from edam_gui.training import state_file, trainer
from edam_gui.training.control import request_stop
from edam_gui.training.events import Ended, Event, Outcome, StepDone
from edam_gui.training.faults import TrainingFault, explain
from edam_gui.training.losses import Losses, losses
from edam_gui.training.manifest import Manifest
from edam_gui.training.run_folder import RunFolder, RunState, find_state, write_config
from edam_gui.training.state_file import TrainState, read_state, write_state
from tests.training import running
from tests.training.tiny import config


def failing_at(call: int, error: BaseException | None) -> Any:
    """Return losses that fail, or become NaN, in one call."""
    calls = 0

    def wrapped(*arguments: Any) -> Losses:
        nonlocal calls
        calls += 1
        value = losses(*arguments)
        if calls != call:
            return value
        if error is not None:
            raise error
        return value._replace(total=value.total * float("nan"))

    return wrapped


def fail_and_go_on(
    folder: Path, manifest: Manifest, monkeypatch: pytest.MonkeyPatch, error: BaseException | None, saved: int
) -> str:
    """Let step 5 of 6 fail, check that the run can go on to the weights it would have had, return the sentence."""
    whole = folder.parent / "whole"
    running.start(whole, manifest, config(calibrate=0))
    with monkeypatch.context() as patch:
        patch.setattr(trainer, "losses", failing_at(5, error))
        result = running.start(folder, manifest, config(calibrate=0))
    assert (result.outcome, result.step) == (Outcome.FAILED, 4)
    status = find_state(folder)
    assert (status.state, status.sentence) == (RunState.CRASHED, result.sentence)
    last = running.read_events(folder)[-1]
    assert isinstance(last, Ended)
    assert running.state(folder).step == saved
    assert running.resume(folder).outcome is Outcome.FINISHED
    running.assert_same_weights(running.state(whole), running.state(folder))
    return result.sentence


def test_a_loss_that_is_no_number(tmp_path: Path, manifest: Manifest, monkeypatch: pytest.MonkeyPatch) -> None:
    sentence = fail_and_go_on(tmp_path / "run", manifest, monkeypatch, None, saved=3)
    assert "The loss of step 5 is not a finite number" in sentence
    assert "--resume" in sentence
    assert "lr=0.001" in sentence
    assert sentence.endswith("The last checkpoint is of step 3.")


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"),
        MemoryError(),
        RuntimeError("[enforce fail at alloc_cpu.cpp:117] err == 0. DefaultCPUAllocator: can't allocate memory"),
    ],
)
def test_memory_that_ran_out(
    tmp_path: Path, manifest: Manifest, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    sentence = fail_and_go_on(tmp_path / "run", manifest, monkeypatch, error, saved=4)
    assert "Memory ran out in step 5 with 6 images of 64 x 64 pixels" in sentence
    assert "groups=1 accumulate=2" in sentence


def test_memory_that_runs_out_before_the_first_step(
    tmp_path: Path, manifest: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(trainer, "make_optimizer", fail)
    with pytest.raises(TrainingFault, match="Memory ran out in step 1"):
        running.start(tmp_path / "run", manifest, config())
    status = find_state(tmp_path / "run")
    assert status.state is RunState.CRASHED
    assert "Memory ran out" in status.sentence


def test_a_gradient_that_is_no_number(tmp_path: Path, manifest: Manifest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.nn.utils, "get_total_norm", lambda _: torch.tensor(float("inf")))
    result = running.start(tmp_path / "run", manifest, config())
    assert "The gradient of step 1 is not a finite number" in result.sentence
    assert "There is no checkpoint yet, so it begins anew" in result.sentence


def test_a_run_that_ran_away_goes_on_with_a_smaller_rate(tmp_path: Path, manifest: Manifest) -> None:
    folder = tmp_path / "run"
    result = running.start(folder, manifest, config(lr=1e30, calibrate=0))
    assert "is not a finite number" in result.sentence
    write_config(RunFolder(folder), config(lr=0.001, calibrate=0))
    assert running.resume(folder).outcome is Outcome.FINISHED
    assert all(torch.isfinite(weight).all() for weight in running.state(folder).model.values())


def test_a_worker_that_dies(tmp_path: Path, manifest: Manifest) -> None:
    folder = tmp_path / "run"

    def kill_a_worker(event: Event) -> None:
        if isinstance(event, StepDone) and event.step == 2:
            # The loader's processes are children of the server that starts them.
            for process in psutil.Process().children(recursive=True):
                if process.ppid() != os.getpid():
                    process.kill()

    result = running.start(folder, manifest, config(max_steps=40, workers=1, calibrate=0), kill_a_worker)
    assert result.outcome is Outcome.FAILED
    assert "A process that prepares photos" in result.sentence
    assert "workers=0" in result.sentence
    assert running.state(folder).step == result.step
    assert find_state(folder).state is RunState.CRASHED


class FullDisk:
    """Lets so many bytes through."""

    def __init__(self, file: Any, room: int) -> None:
        self._file, self._room = file, room

    def write(self, data: Any) -> int:
        self._room -= len(data)
        if self._room < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return int(self._file.write(data))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> FullDisk:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


@pytest.mark.parametrize("room", [0, 100, 3_000_000])
def test_a_full_disk(tmp_path: Path, manifest: Manifest, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    folder = tmp_path / "run"
    fdopen = os.fdopen

    def fill_the_disk(event: Event) -> None:
        if isinstance(event, StepDone) and event.step == 4:
            monkeypatch.setattr(atomic.os, "fdopen", lambda *a: FullDisk(fdopen(*a), room))

    result = running.start(folder, manifest, config(calibrate=0, save_every=1), fill_the_disk)
    monkeypatch.undo()
    assert result.outcome is Outcome.FAILED
    assert "state.pt: could not be written, because the disk is full" in result.sentence
    assert result.sentence.endswith("The last checkpoint is of step 3.")
    assert running.state(folder).step == 3
    assert not list(folder.rglob("*.tmp"))
    assert running.resume(folder).outcome is Outcome.FINISHED


def test_a_defect_is_reported_and_raised(tmp_path: Path, manifest: Manifest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainer, "losses", failing_at(2, RuntimeError("shapes do not match")))
    with pytest.raises(RuntimeError, match="shapes do not match"):
        running.start(tmp_path / "run", manifest, config())
    assert "a defect of the program: RuntimeError: shapes do not match" in find_state(tmp_path / "run").sentence
    assert running.state(tmp_path / "run").step == 1


def test_a_process_of_the_team_that_is_gone() -> None:
    error = RuntimeError("[../gloo/transport/tcp/pair.cc:534] Connection closed by peer [127.0.0.1]:4")
    fault = explain(error, 3, config())
    assert fault is not None
    assert "Another process of this run is gone" in str(fault)
    assert explain(RuntimeError("odd"), 3, config()) is None


def some_state() -> TrainState:
    return TrainState(5, 1, 8, "abc", {"w": torch.arange(4.0)}, {"state": {}}, {}, 0.5, 4, (0.3, 20.0, 0.1, 0.9))


def test_a_state_survives_the_disk(tmp_path: Path) -> None:
    write_state(tmp_path / "state.pt", some_state())
    read = read_state(tmp_path / "state.pt")
    assert torch.equal(read.model["w"], some_state().model["w"])
    assert {**read.__dict__, "model": 0} == {**some_state().__dict__, "model": 0}


def test_a_state_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    path = tmp_path / "state.pt"
    with pytest.raises(InputFileError, match="no checkpoint to go on from"):
        read_state(path)
    write_state(path, some_state())
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputFileError, match="is damaged"):
        read_state(path)
    torch.save({"format_version": state_file.FORMAT_VERSION, "step": 1}, path)
    with pytest.raises(InputFileError, match="is no checkpoint of a training run"):
        read_state(path)
    torch.save({"format_version": 99}, path)
    with pytest.raises(InputFileError, match="is of version 99"):
        read_state(path)


def test_a_state_cannot_be_written_into_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="a file stands where its folder should be"):
        write_state(tmp_path / "file" / "state.pt", some_state())


def test_a_run_whose_folder_is_moved_ends_and_makes_no_other(tmp_path: Path, manifest: Manifest) -> None:
    folder, moved = tmp_path / "run", tmp_path / "moved"

    def move(event: Event) -> None:
        if isinstance(event, StepDone) and event.step == 2:
            folder.rename(moved)

    result = running.start(folder, manifest, config(max_steps=50, save_every=1), move)
    assert result.outcome is Outcome.FAILED
    assert f"{folder} was moved or removed" in result.sentence
    assert not folder.exists()
    status = find_state(moved)
    assert (status.state, status.sentence) == (RunState.CRASHED, result.sentence)
    with pytest.raises(InputFileError, match="is not there any more"):
        request_stop(folder)
    assert not folder.exists()
