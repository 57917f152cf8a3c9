"""A session starts, watches, stops, resumes and deletes runs, which are processes of their own."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import psutil

from edam_gui.core.edits.brush import BrushPoint
from edam_gui.model.shipped import DEFAULT_MODEL, find_model
from edam_gui.project.store import Status
from edam_gui.session.pass_cache import PassCache
from edam_gui.session.session import Session
from edam_gui.session.training.estimating import RunEstimate
from edam_gui.session.training.launch import launch, read_launch
from edam_gui.session.training.look import Phase, RunLook
from edam_gui.session.training.untouched import untouched_images
from edam_gui.training.run_folder import RunFolder, create_run, read_heartbeat, write_heartbeat
from tests.session.projects import settle
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
    assert "crashed" in driver.messages[-1]
    driver.session.training.resume(run_dir)
    driver.until(driver.phase_is(run_dir, Phase.RUNNING))
    assert driver.messages[-1] == ""


def test_a_frozen_run_is_ended_and_goes_on(driver: TrainingDriver) -> None:
    run_dir = driver.start("frozen", "max_steps=400")
    record = driver.session.training.follow(run_dir)
    driver.until(lambda: len(record) >= 2)
    process = read_launch(run_dir)
    assert process is not None
    psutil.Process(process.pid).suspend()
    folder = RunFolder(run_dir)
    beat = read_heartbeat(folder)
    assert beat is not None
    write_heartbeat(folder, replace(beat, time=beat.time - 1e4))
    driver.until(driver.phase_is(run_dir, Phase.FROZEN))
    driver.session.training.end_process(run_dir)
    driver.until(driver.phase_is(run_dir, Phase.CRASHED))
    assert not process.lives()
    driver.session.training.resume(run_dir)
    driver.until(driver.phase_is(run_dir, Phase.RUNNING))


def test_a_run_whose_weights_are_gone_says_so(driver: TrainingDriver, tmp_path: Path) -> None:
    weights = tmp_path / "start.safetensors"
    shutil.copyfile(find_model(DEFAULT_MODEL), weights)
    prepared = driver.prepare(driver.request("lost", f"init={weights}"))
    weights.unlink()
    driver.session.training.start(prepared)
    run_dir = prepared.request.run_dir
    driver.until(driver.phase_is(run_dir, Phase.CRASHED))
    assert "start.safetensors" in driver.look(run_dir).sentence


def test_a_process_that_ends_before_it_tells_anything_is_a_crash(driver: TrainingDriver) -> None:
    prepared = driver.prepare(driver.request("damaged"))
    run_dir = prepared.request.run_dir
    create_run(run_dir, prepared.config, prepared.manifest)
    (run_dir / "config.json").write_text("{")
    launch(run_dir, driver.session.training.options)
    driver.session.training.add_folder(run_dir)
    driver.until(driver.phase_is(run_dir, Phase.CRASHED))
    sentence = driver.look(run_dir).sentence
    assert sentence.startswith("It ended before it could begin:")
    assert "is damaged" in sentence


def test_an_estimate_is_measured_in_a_process(driver: TrainingDriver) -> None:
    found: list[RunEstimate] = []
    failures: list[str] = []
    prepared = driver.prepare(driver.request("timed", "max_steps=50"))
    driver.session.training.estimate(prepared, found.append, failures.append)
    assert driver.queue.run_until(lambda: bool(found or failures), 120)
    assert not failures
    assert found[0].max_steps == 50
    assert found[0].step_seconds > 0
    assert not prepared.request.run_dir.exists()


def test_a_folder_that_cannot_be_written_is_one_sentence(driver: TrainingDriver, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    request = replace(driver.request("x"), run_dir=tmp_path / "file" / "run")
    driver.session.training.start(driver.prepare(request))
    driver.until(lambda: bool(driver.messages))
    assert "could not be written" in driver.messages[-1]
    assert driver.session.training.look(request.run_dir) is None


def test_a_folder_with_other_files_is_not_deleted(driver: TrainingDriver) -> None:
    prepared = driver.prepare(driver.request("kept"))
    run_dir = prepared.request.run_dir
    create_run(run_dir, prepared.config, prepared.manifest)
    (run_dir / "thesis.tex").write_text("years of work")
    driver.session.training.delete(run_dir)
    driver.until(lambda: bool(driver.messages))
    assert "thesis.tex" in driver.messages[-1]
    assert (run_dir / "thesis.tex").exists()


def test_corrected_and_accepted_images_are_left_alone(driver: TrainingDriver) -> None:
    session, queue = driver.session, driver.queue
    assert session.project is not None
    _, second, third, fourth = session.navigator.ids
    session.editing.begin_stroke(BrushPoint(20, 20))
    session.editing.finish_stroke()
    session.navigator.go_to(second)
    settle(session, queue)
    session.navigator.set_status(Status.ACCEPTED)
    session.navigator.go_to(third)
    settle(session, queue)
    session.ticks.tick(1)
    session.project.store.flush()
    assert untouched_images(session.project.store) == [third, fourth]


def test_a_finished_run_gives_its_model_to_the_project(driver: TrainingDriver) -> None:
    run_dir = driver.start("done", "max_steps=2")
    driver.until(driver.phase_is(run_dir, Phase.FINISHED))
    record = driver.session.training.follow(run_dir)
    driver.until(lambda: record.ended is not None)
    assert record.epochs_with_samples
    used: list[Path] = []
    driver.session.training.model_use.used.connect(used.append)
    driver.session.training.use_model(run_dir)
    driver.until(lambda: bool(used))
    assert used[0].read_bytes() == RunFolder(run_dir).last.read_bytes()
    assert driver.session.rules.choices.model == str(used[0])
    assert driver.session.comparison.labels is not None
