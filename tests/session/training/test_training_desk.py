"""A session starts, watches, stops, resumes and deletes runs, which are processes of their own."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from edam_gui.session.pass_cache import PassCache
from edam_gui.session.session import Session
from edam_gui.session.training.launch import read_launch
from edam_gui.session.training.look import Phase, RunLook
from edam_gui.training.run_folder import RunFolder
from tests.session.training.driving import TrainingDriver


def test_a_run_is_started_watched_stopped_resumed_and_finished(driver: TrainingDriver, tmp_path: Path) -> None:
    desk = driver.session.training
    ended: list[RunLook] = []
    desk.ended.connect(ended.append)
    run_dir = driver.start("first", "max_steps=400")
    record = desk.follow(run_dir)
    driver.until(lambda: len(record) >= 2)
    assert driver.look(run_dir).phase is Phase.RUNNING
    assert record.started is not None
    assert record.started.images == 4
    process = read_launch(run_dir)
    assert process is not None
    assert psutil.Process(process.pid).nice() == min(19, psutil.Process().nice() + 5)
    assert psutil.Process(process.pid).ppid() != psutil.Process().pid

    desk.pause(run_dir)
    driver.until(driver.phase_is(run_dir, Phase.PAUSED))
    desk.go_on(run_dir)
    driver.until(driver.phase_is(run_dir, Phase.RUNNING))
    desk.stop(run_dir)
    driver.until(driver.phase_is(run_dir, Phase.STOPPED))
    driver.until(lambda: bool(ended))
    assert "was stopped" in driver.messages[-1]
    assert driver.look(run_dir).has_model
    driver.until(lambda: record.ended is not None)

    # Another window finds it, and goes on; this one sees that.
    other = TrainingDriver(Session(driver.queue, PassCache(tmp_path / "other")), driver.queue)
    try:
        other.until(other.phase_is(run_dir, Phase.STOPPED))
        steps = len(record)
        other.session.training.resume(run_dir)
        driver.until(driver.phase_is(run_dir, Phase.RUNNING))
        driver.until(lambda: len(record) > steps)
        assert record.started is not None
        assert record.started.resumed
    finally:
        other.session.close()
    # It goes on although the window that started it is closed.
    steps = len(record)
    driver.until(lambda: len(record) > steps)
    desk.delete(run_dir)
    driver.until(lambda: "stop it first" in driver.messages[-1])
    assert run_dir.is_dir()
    desk.stop(run_dir)
    driver.until(driver.phase_is(run_dir, Phase.STOPPED))
    desk.delete(run_dir)
    driver.until(lambda: desk.look(run_dir) is None)
    assert not run_dir.exists()


def test_a_killed_run_is_crashed_and_says_so(driver: TrainingDriver) -> None:
    run_dir = driver.start("killed", "max_steps=400")
    record = driver.session.training.follow(run_dir)
    driver.until(lambda: len(record) >= 1)
    process = read_launch(run_dir)
    assert process is not None
    psutil.Process(process.pid).kill()
    driver.until(driver.phase_is(run_dir, Phase.CRASHED))
    assert "killed" in driver.look(run_dir).sentence


def test_a_run_that_cannot_begin_says_why(driver: TrainingDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared = driver.prepare(driver.request("broken", "max_steps=3"))
    for image in prepared.manifest.images:
        image.path.unlink()
    driver.session.training.start(prepared)
    run_dir = prepared.request.run_dir
    driver.until(driver.phase_is(run_dir, Phase.CRASHED))
    assert driver.look(run_dir).sentence


def test_a_finished_run_gives_its_model_to_the_project(driver: TrainingDriver) -> None:
    run_dir = driver.start("done", "max_steps=2")
    driver.until(driver.phase_is(run_dir, Phase.FINISHED))
    record = driver.session.training.follow(run_dir)
    driver.until(lambda: record.ended is not None)
    assert record.epochs_with_samples
    used: list[Path] = []
    driver.session.training.model_used.connect(used.append)
    driver.session.training.use_model(run_dir)
    driver.until(lambda: bool(used))
    assert used[0].read_bytes() == RunFolder(run_dir).last.read_bytes()
    assert driver.session.rules.choices.model == str(used[0])
    assert driver.session.comparison.labels is not None
