"""A short run from beginning to end, and what can be asked of it on the way."""

from __future__ import annotations

import json
import math
import threading
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image

from edam_gui.core.errors import InputFileError, OptionError
from edam_gui.core.options import Dialect
from edam_gui.model.checkpoint import load_checkpoint
from edam_gui.model.cma_checkpoint import load_cma
from edam_gui.training.control import request_continue, request_pause, request_stop
from edam_gui.training.events import (
    CheckpointSaved,
    Continued,
    Ended,
    Event,
    Message,
    Outcome,
    Paused,
    SampleSaved,
    Started,
    StepDone,
    Validated,
)
from edam_gui.training.lock import run_lock
from edam_gui.training.manifest import Manifest, write_manifest
from edam_gui.training.run_folder import RunFolder, RunState, create_run, find_state, write_config
from tests.training import running
from tests.training.tiny import CLASSES, config


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, manifest: Manifest) -> Path:
    """A run that ended. Not to be changed."""
    folder = tmp_path_factory.mktemp("runs") / "finished"
    result = running.start(folder, manifest, config(max_steps=0, epochs=2))
    assert (result.outcome, result.sentence, result.step) == (Outcome.FINISHED, "", result.max_steps)
    return folder


def test_events_tell_all_of_it(finished: Path) -> None:
    events = running.read_events(finished)
    first, last = events[0], events[-1]
    assert isinstance(first, Started)
    assert (first.epochs, first.classes, first.images_per_class) == (2, ("disc", "box", "cross"), (5, 4, 1))
    assert (first.images, first.negatives, first.validation_images, first.resumed) == (10, 2, 3, False)
    assert isinstance(last, Ended)
    assert last.outcome is Outcome.FINISHED
    assert running.steps(finished) == list(range(1, first.max_steps + 1))
    for event in (e for e in events if isinstance(e, StepDone)):
        numbers = (event.loss, event.grad_norm, event.images_per_second, event.memory_mb, event.eta_s, event.lr)
        assert all(math.isfinite(n) and n >= 0 for n in numbers)
    validations = [e for e in events if isinstance(e, Validated)]
    assert [v.epoch for v in validations] == [1, 2]
    assert all(0 <= v.miou_masks <= 1 and v.images == 3 and len(v.iou) == 4 for v in validations)
    assert validations[0].best
    saved = [e.path for e in events if isinstance(e, CheckpointSaved)]
    assert {"checkpoints/state.pt", "checkpoints/last.safetensors", "checkpoints/best.safetensors"} == set(saved)
    assert find_state(finished).state is RunState.FINISHED


def test_samples_of_every_epoch_are_pictures(finished: Path) -> None:
    samples = [e for e in running.read_events(finished) if isinstance(e, SampleSaved)]
    assert {s.path for s in samples} == {"samples/epoch_0001/00.jpg", "samples/epoch_0002/00.jpg"}
    for sample in samples:
        assert sample.name == "p0.png"
        with Image.open(finished / sample.path) as picture:
            assert picture.size == (72, 72)


def test_the_model_can_label_and_be_trained_further(finished: Path) -> None:
    folder = RunFolder(finished)
    for path in (folder.last, folder.best):
        model = load_checkpoint(path)
        assert model.info.classes == CLASSES
        assert model.info.provenance["preset"] == "authors"
        cma = load_cma(path, model.info)
        assert cma is not None
    validated = [e for e in running.read_events(finished) if isinstance(e, Validated)][-1]
    rule = load_checkpoint(folder.last).info.recommended.no_saliency.rule
    assert rule.dialect is Dialect.REFERENCE
    assert rule.thresholds.background == pytest.approx(validated.background)
    assert any(math.isfinite(t) for t in load_checkpoint(folder.last).info.suggestion_thresholds)
    state = running.state(finished)
    assert torch.equal(
        state.model["network.da_layer.conv.weight"], load_checkpoint(folder.last).network.da_layer.conv.weight
    )


def test_the_folder_says_with_what_it_was_made(finished: Path) -> None:
    folder = RunFolder(finished)
    assert json.loads(folder.environment.read_text())["torch"] == torch.__version__
    assert json.loads(folder.config.read_text())["epochs"] == 2
    assert len(list(folder.tensorboard.iterdir())) == 1


def test_the_loss_falls(tmp_path: Path, manifest: Manifest) -> None:
    running.start(tmp_path / "run", manifest, config(max_steps=25, validate_every=0, lr=0.02, calibrate=0))
    losses = [e.loss for e in running.read_events(tmp_path / "run") if isinstance(e, StepDone)]
    assert sum(losses[-5:]) < 0.9 * sum(losses[:5])


def at_step(number: int, act: object) -> object:
    def observe(event: Event) -> None:
        if isinstance(event, StepDone) and event.step == number:
            act()  # type: ignore[operator]

    return observe


def test_a_stop_ends_after_the_step_and_a_resume_ends_with_the_same_weights(tmp_path: Path, manifest: Manifest) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    running.start(whole, manifest, config(max_steps=8, collage=0.5))
    stop = at_step(4, lambda: request_stop(parts))
    result = running.start(parts, manifest, config(max_steps=8, collage=0.5), stop)  # type: ignore[arg-type]
    assert (result.outcome, result.step) == (Outcome.STOPPED, 4)
    assert find_state(parts).state is RunState.STOPPED
    assert load_checkpoint(RunFolder(parts).last).info.provenance["trained_steps"] == "4"
    assert running.resume(parts).outcome is Outcome.FINISHED
    running.assert_same_weights(running.state(whole), running.state(parts))
    assert running.steps(parts) == list(range(1, 9))


def test_a_stop_in_the_last_step_leaves_the_validation_to_a_resume(tmp_path: Path, manifest: Manifest) -> None:
    folder = tmp_path / "run"
    stop = at_step(6, lambda: request_stop(folder))
    assert running.start(folder, manifest, config(), stop).outcome is Outcome.STOPPED  # type: ignore[arg-type]
    assert running.resume(folder).outcome is Outcome.FINISHED
    assert running.steps(folder) == list(range(1, 7))


def test_a_pause_waits_until_told_to_go_on(tmp_path: Path, manifest: Manifest) -> None:
    folder = tmp_path / "run"
    states = []

    def watch() -> None:
        while find_state(folder).state is not RunState.PAUSED:
            threading.Event().wait(0.02)
        states.append(find_state(folder).state)
        request_continue(folder)

    watcher = threading.Thread(target=watch)

    def pause() -> None:
        request_pause(folder)
        watcher.start()

    running.start(folder, manifest, config(max_steps=4), at_step(2, pause))  # type: ignore[arg-type]
    watcher.join()
    assert states == [RunState.PAUSED]
    kinds = [type(e) for e in running.read_events(folder) if isinstance(e, StepDone | Paused | Continued)]
    assert kinds == [StepDone, StepDone, Paused, Continued, StepDone, StepDone]


def test_a_finished_run_can_be_made_longer(tmp_path: Path, manifest: Manifest) -> None:
    folder = tmp_path / "run"
    running.start(folder, manifest, config(max_steps=2))
    assert running.resume(folder).step == 2
    write_config(RunFolder(folder), config(max_steps=4))
    assert running.resume(folder).step == 4


def test_without_ground_truth_the_last_model_is_the_result(tmp_path: Path, manifest: Manifest) -> None:
    folder = tmp_path / "run"
    running.start(folder, replace(manifest, validation=()), config(max_steps=2))
    events = running.read_events(folder)
    assert not [e for e in events if isinstance(e, Validated)]
    assert [e for e in events if isinstance(e, SampleSaved)]
    assert RunFolder(folder).last.exists()
    assert not RunFolder(folder).best.exists()


def test_two_processes_cannot_train_in_one_folder(tmp_path: Path, manifest: Manifest) -> None:
    folder = tmp_path / "run"
    create_run(folder, config(), manifest)
    with run_lock(RunFolder(folder).lock), pytest.raises(OptionError, match="Another process is training"):
        running.resume(folder)
    assert running.read_events(folder) == []


def test_somebody_who_looks_at_the_lock_keeps_no_run_from_starting(tmp_path: Path, manifest: Manifest) -> None:
    folder = tmp_path / "run"
    create_run(folder, config(max_steps=1), manifest)
    looks = run_lock(RunFolder(folder).lock)
    looks.__enter__()
    away = threading.Timer(0.1, lambda: looks.__exit__(None, None, None))
    away.start()
    assert running.resume(folder).outcome is Outcome.FINISHED
    away.join()


def test_other_data_than_before_are_refused(tmp_path: Path, manifest: Manifest) -> None:
    folder = tmp_path / "run"
    running.start(folder, manifest, config(max_steps=1))
    write_manifest(RunFolder(folder).manifest, replace(manifest, images=manifest.images[:-1]))
    with pytest.raises(OptionError, match="not what this run was trained on"):
        running.resume(folder)
    assert find_state(folder).state is RunState.CRASHED
    assert "not what this run was trained on" in find_state(folder).sentence


def test_a_damaged_checkpoint_is_named(tmp_path: Path, manifest: Manifest) -> None:
    folder = tmp_path / "run"
    running.start(folder, manifest, config(max_steps=1))
    RunFolder(folder).state.write_bytes(b"PK\x03\x04 rubbish")
    with pytest.raises(InputFileError, match=r"state\.pt: is damaged"):
        running.resume(folder)


def test_photos_that_cannot_be_read_are_named_once_and_the_work_goes_on(tmp_path: Path, manifest: Manifest) -> None:
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"no picture")
    images = (*manifest.images, replace(manifest.images[2], path=bad))
    result = running.start(tmp_path / "run", replace(manifest, images=images), config(max_steps=0, epochs=2))
    assert result.outcome is Outcome.FINISHED
    messages = [e.text for e in running.read_events(tmp_path / "run") if isinstance(e, Message) and "bad.jpg" in e.text]
    assert len([m for m in messages if m.endswith("It is left out.")]) in (1, 2)
    assert any(m.endswith("picture. It is left out.") for m in messages)


def test_the_pooled_loss_alone_needs_no_cma_module(tmp_path: Path, manifest: Manifest) -> None:
    settings = config(cma_loss=0.0, max_steps=2, accumulate=2, export_half=True, doubtful="box,unicorn")
    running.start(tmp_path / "run", manifest, settings)
    notes = [e.text for e in running.read_events(tmp_path / "run") if isinstance(e, Message)]
    assert "'doubtful' names unicorn, which these classes do not have." in notes
    info = load_checkpoint(RunFolder(tmp_path / "run").last).info
    assert info.cma is None


def test_a_trunk_can_be_trained_from_a_stage_on(tmp_path: Path, manifest: Manifest) -> None:
    folder = tmp_path / "run"
    running.start(folder, manifest, config(max_steps=1, frozen_stages=6))
    fresh = tmp_path / "fresh"
    running.start(fresh, manifest, config(max_steps=1, frozen_stages=6, lr=0.0))
    trained, before = running.state(folder).model, running.state(fresh).model
    changed = {n.split(".")[2] for n in before if not torch.equal(before[n], trained[n]) and ".backbone." in n}
    assert changed == {"blocks", "head"}
    blocks = {n.split(".")[3] for n in before if not torch.equal(before[n], trained[n]) and ".blocks." in n}
    assert blocks == {"15"}
    assert not [n for n in before if ".norm." in n and not torch.equal(before[n], trained[n])]
