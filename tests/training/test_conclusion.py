"""What is to be done at the end of an epoch or a run is done, also if it was broken off once."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from edam_gui.model.checkpoint import load_checkpoint, save_checkpoint
from edam_gui.model.cma_checkpoint import load_cma
from edam_gui.training import calibration, validation
from edam_gui.training.calibration import Calibration
from edam_gui.training.control import request_stop
from edam_gui.training.events import Level, Message, Outcome, Validated
from edam_gui.training.initial import make_initial
from edam_gui.training.manifest import Manifest
from edam_gui.training.run_folder import RunFolder, RunState, find_state
from edam_gui.training.validation import ValidationResult, Validator, inference_copy
from tests.training import running
from tests.training.tiny import CLASSES, config


def at_call(number: int, act: Callable[[], None], function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that does something else first in one of its calls."""
    calls = 0

    def wrapped(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == number:
            act()
        return function(*arguments, **named)

    return wrapped


def validated(folder: Path) -> list[Validated]:
    return [event for event in running.read_events(folder) if isinstance(event, Validated)]


@pytest.mark.parametrize("module", [validation, calibration])
def test_a_stop_does_not_wait_for_the_validation_and_a_resume_makes_up_for_it(
    tmp_path: Path, manifest: Manifest, monkeypatch: pytest.MonkeyPatch, module: Any
) -> None:
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    running.start(whole, manifest, config(validate_every=0))
    with monkeypatch.context() as patch:
        read: list[Path] = []
        patch.setattr(module, "read_photo", at_call(2, lambda: request_stop(stopped), module.read_photo))
        patch.setattr(module, "read_photo", at_call(3, lambda: read.append(stopped), module.read_photo))
        result = running.start(stopped, manifest, config(validate_every=0))
    assert (result.outcome, result.step) == (Outcome.STOPPED, 6)
    assert not read
    assert find_state(stopped).state is RunState.STOPPED
    assert RunFolder(stopped).last.is_file()
    assert RunFolder(stopped).best.exists() is (module is calibration)  # validated to the end, or not
    assert running.resume(stopped).outcome is Outcome.FINISHED
    assert running.steps(stopped) == list(range(1, 7))
    running.assert_same_weights(running.state(whole), running.state(stopped))
    assert RunFolder(stopped).best.read_bytes() == RunFolder(whole).best.read_bytes()
    count = len(running.read_events(stopped))
    assert running.resume(stopped).outcome is Outcome.FINISHED
    assert not [e for e in running.read_events(stopped)[count:] if isinstance(e, Validated)]


def test_a_stop_in_the_validation_of_an_epoch_goes_on_with_that_validation(
    tmp_path: Path, manifest: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "run"
    settings = config(max_steps=0, epochs=2, calibrate=0)
    with monkeypatch.context() as patch:
        patch.setattr(validation, "read_photo", at_call(1, lambda: request_stop(folder), validation.read_photo))
        assert running.start(folder, manifest, settings).outcome is Outcome.STOPPED
    assert not validated(folder)
    assert running.resume(folder).outcome is Outcome.FINISHED
    assert [event.epoch for event in validated(folder)] == [1, 2]


@pytest.mark.parametrize("broken", ["validate", "calibrate"])
def test_memory_that_runs_out_in_the_last_validation_costs_no_model(
    tmp_path: Path, manifest: Manifest, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    folder = tmp_path / "run"
    with monkeypatch.context() as patch:
        module = validation if broken == "validate" else calibration

        def fail(*_: Any, **__: Any) -> None:
            raise torch.OutOfMemoryError("CUDA out of memory")

        patch.setattr(module, "run_passes", fail)
        result = running.start(folder, manifest, config(validate_every=0))
    assert "Memory ran out" in result.sentence
    assert running.state(folder).step == 6
    assert running.resume(folder).outcome is Outcome.FINISHED
    assert validated(folder)[-1].best
    for path in (RunFolder(folder).last, RunFolder(folder).best):
        assert any(math.isfinite(t) for t in load_checkpoint(path).info.suggestion_thresholds)


def worse_from_the_second_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the first validation be the best one."""
    measured = Validator.validate
    count = 0

    def validate(self: Validator, *arguments: Any) -> ValidationResult:
        nonlocal count
        count += 1
        result = measured(self, *arguments)
        return replace(result, masks=replace(result.masks, miou=1 / count))

    monkeypatch.setattr(Validator, "validate", validate)


def test_the_best_model_suggests_by_its_own_scores_even_if_it_is_not_the_last(
    tmp_path: Path, manifest: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    worse_from_the_second_on(monkeypatch)
    folder = tmp_path / "run"
    running.start(folder, manifest, config(max_steps=0, epochs=2))
    best, last = (load_checkpoint(path) for path in (RunFolder(folder).best, RunFolder(folder).last))
    first = validated(folder)[0]
    assert best.info.provenance["trained_steps"] == str(first.step)
    assert best.info.recommended.no_saliency.rule.thresholds.background == pytest.approx(first.background)
    assert load_cma(RunFolder(folder).best, best.info) is not None
    for model in (best, last):
        assert any(math.isfinite(t) for t in model.info.suggestion_thresholds)


def test_thresholds_are_chosen_by_the_scores_of_the_model_in_the_file(tmp_path: Path, manifest: Manifest) -> None:
    cpu, path = torch.device("cpu"), tmp_path / "model.safetensors"
    calibration = Calibration(manifest, config(), cpu, lambda: None)
    initial = make_initial(config(), CLASSES)
    network = initial.trainee.network
    first = calibration.choose(inference_copy(network, cpu), initial.info, print)
    with torch.no_grad():
        network.da_layer.conv.weight[1:] *= torch.tensor([0.2, 3.0, 9.0])[:, None, None, None]
    info = replace(initial.info, suggestion_thresholds=first, cma=None)
    save_checkpoint(path, network, info)
    calibration.renew(path)
    renewed = load_checkpoint(path)
    assert renewed.info.suggestion_thresholds != first
    assert renewed.info.suggestion_thresholds == calibration.choose(inference_copy(network, cpu), info, print)
    assert replace(renewed.info, suggestion_thresholds=first) == info
    assert torch.equal(renewed.network.da_layer.conv.weight, network.da_layer.conv.weight)


def test_a_best_model_that_is_gone_is_no_reason_to_fail(
    tmp_path: Path, manifest: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    worse_from_the_second_on(monkeypatch)
    folder = tmp_path / "run"

    def remove(event: object) -> None:
        if isinstance(event, Validated) and event.epoch == 2:
            RunFolder(folder).best.unlink()

    result = running.start(folder, manifest, config(max_steps=0, epochs=2), remove)
    assert result.outcome is Outcome.FINISHED
    warnings = [e.text for e in running.read_events(folder) if isinstance(e, Message) and e.level is Level.WARNING]
    assert any("best.safetensors" in text and "stay as they are" in text for text in warnings)
