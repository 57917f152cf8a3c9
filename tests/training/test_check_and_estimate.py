from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from edam_gui.core.errors import OptionError
from edam_gui.training import estimate as estimate_module
from edam_gui.training.check import check_run
from edam_gui.training.estimate import estimate
from edam_gui.training.manifest import Manifest
from edam_gui.training.mixed_precision import MixedPrecision
from tests.training.tiny import config


def test_a_sound_run_is_usable_and_its_classes_are_counted(manifest: Manifest, tmp_path: Path) -> None:
    check = check_run(config(), manifest, tmp_path / "not" / "there")
    assert check.usable
    assert check.images_per_class == {"disc": 5, "box": 4, "cross": 1}
    assert check.single_image_classes == ("cross",)
    assert check.empty_classes == ()
    assert (check.images, check.negatives, check.validation_images, check.unlabelled) == (10, 2, 3, 0)
    assert any("cross" in warning for warning in check.warnings)


def test_what_makes_a_run_impossible_is_a_problem(manifest: Manifest) -> None:
    nothing = replace(manifest, images=tuple(replace(i, classes=()) for i in manifest.images))
    assert "nothing to learn from" in " ".join(check_run(config(), nothing).problems)
    assert "neither a file" in " ".join(check_run(config(init="missing"), manifest).problems)
    labelled = replace(manifest, images=tuple(i for i in manifest.images if i.classes))
    assert "negatives=0" in " ".join(check_run(config(), labelled).problems)


def test_missing_files_are_named_and_all_missing_is_a_problem(manifest: Manifest, tmp_path: Path) -> None:
    images = tuple(replace(i, path=tmp_path / i.path.name) for i in manifest.images)
    one = replace(manifest, images=(images[0], *manifest.images[1:]), unlabelled=4, validation=())
    check = check_run(config(), one)
    assert check.usable
    text = " ".join(check.warnings)
    assert str(images[0].path) in text
    assert "4 images are left out" in text
    assert "no validation" in text
    everything = check_run(config(), replace(manifest, images=images, validation=()))
    assert not everything.usable
    assert "more files" in everything.problems[-1]


def test_photos_to_learn_from_must_be_there_even_if_those_for_validation_are(
    manifest: Manifest, tmp_path: Path
) -> None:
    gone = replace(manifest, images=tuple(replace(i, path=tmp_path / i.path.name) for i in manifest.images))
    assert not check_run(config(), gone).usable


def test_what_the_figure_means_is_said_where_photos_serve_twice(manifest: Manifest) -> None:
    said = [w for w in check_run(config(), manifest).warnings if "learned from too" in w]
    assert len(said) == 1
    assert said[0].startswith("3 of 3 images for validation")
    others = replace(manifest, images=manifest.images[3:])
    assert not [w for w in check_run(config(), others).warnings if "learned from too" in w]


def test_a_place_where_no_run_can_be_is_a_problem(manifest: Manifest, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    check = check_run(config(), manifest, tmp_path / "file" / "run")
    assert not check.usable
    assert "cannot be written" in check.problems[0]


def test_an_estimate_comes_from_timed_steps_and_leaves_nothing_behind(manifest: Manifest) -> None:
    found = estimate(config(max_steps=50), manifest, torch.device("cpu"), steps=2)
    assert found.max_steps == 50
    assert found.step_seconds > 0
    assert found.images_per_second == pytest.approx(6 / found.step_seconds)
    assert found.validation_seconds > 0
    assert found.total_seconds > 50 * found.step_seconds
    assert 50 < found.memory_mb < 20_000


def test_an_estimate_counts_the_choice_of_thresholds_at_the_end(
    manifest: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(estimate_module, "_time_inference", lambda *_: 10.0)
    cpu, alone = torch.device("cpu"), replace(manifest, validation=())
    found = [estimate(config(max_steps=2, calibrate=n), alone, cpu, steps=1) for n in (0, 4, 1000)]
    rest = [e.total_seconds - e.max_steps * e.step_seconds for e in found]
    assert rest == pytest.approx([0.0, 40.0, 100.0])
    assert estimate(config(max_steps=2, calibrate=0), manifest, cpu, steps=1).validation_seconds == 30.0


def test_an_estimate_without_validation_times_inference(manifest: Manifest) -> None:
    found = estimate(config(max_steps=1), replace(manifest, validation=()), torch.device("cpu"), steps=1)
    assert found.validation_seconds == 0.0
    assert found.total_seconds > found.step_seconds


def test_short_floats(manifest: Manifest) -> None:
    cpu = torch.device("cpu")
    assert not MixedPrecision("auto", cpu).skips_overflow
    with MixedPrecision("bf16", cpu).autocast():
        assert torch.nn.Linear(2, 2)(torch.ones(1, 2)).dtype is torch.bfloat16
    with MixedPrecision("fp32", cpu).autocast():
        assert torch.nn.Linear(2, 2)(torch.ones(1, 2)).dtype is torch.float32
    with pytest.raises(OptionError, match="needs a CUDA GPU"):
        MixedPrecision("fp16", cpu)
    found = estimate(config(precision="bf16", max_steps=1, calibrate=0), replace(manifest, validation=()), cpu, steps=1)
    assert found.validation_seconds == 0
