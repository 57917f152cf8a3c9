from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from edam_gui.core.label_set import BACKGROUND, IGNORE
from edam_gui.core.metrics import Confusion
from edam_gui.core.options import Dialect, LabelRule, ScoreForm, Thresholds
from edam_gui.core.pseudo_label import pseudo_label
from edam_gui.imaging.label_map_file import read_label_map
from edam_gui.imaging.photo import read_photo
from edam_gui.imaging.saliency import make_saliency
from edam_gui.model.inference import InferenceOptions, run_passes
from edam_gui.training import validation
from edam_gui.training.config import MaskFormChoice, ValidationSaliency
from edam_gui.training.initial import Initial, make_initial
from edam_gui.training.manifest import Manifest
from edam_gui.training.suggestion_thresholds import suggestion_thresholds
from edam_gui.training.validation import Validator, inference_copy, spread
from tests.training.tiny import CLASSES, config

CPU = torch.device("cpu")


@pytest.fixture(scope="module", params=[MaskFormChoice.L2_ABS, MaskFormChoice.RELU])
def initial(request: pytest.FixtureRequest) -> Initial:
    return make_initial(config(mask_form=request.param), CLASSES)


def as_the_label_command_does(
    initial: Initial, manifest: Manifest, rule: LabelRule, form: ScoreForm, *, saliency: bool
) -> float:
    network, confusion = inference_copy(initial.trainee.network, CPU), Confusion(CLASSES)
    for image in manifest.validation:
        photo = read_photo(image.path)
        truth = read_label_map(image.label_map, CLASSES, photo)
        present = set(np.unique(truth).tolist()) - {BACKGROUND, IGNORE}
        masks = run_passes(network, initial.info, photo.pixels, InferenceOptions(scales=(1.0, 0.5)), CPU).masks(present)
        map_ = make_saliency(photo.pixels) if saliency else None
        confusion.add(pseudo_label(masks.scores(form), map_, rule), truth)
    return confusion.miou()


def test_figures_are_those_of_label_and_evaluate(initial: Initial, manifest: Manifest) -> None:
    settings = config(val_scales=(1.0, 0.5), val_saliency=ValidationSaliency.AUTO, samples=2)
    result = Validator(manifest, settings, CPU).validate(initial.trainee.network, initial.info)
    rule = LabelRule(Dialect.REFERENCE, thresholds=Thresholds(background=result.masks.alpha))
    alone = as_the_label_command_does(initial, manifest, rule, ScoreForm.MAX, saliency=False)
    assert result.masks.miou == pytest.approx(alone, abs=1e-6)
    at = Thresholds(result.rule.theta, result.rule.alpha, result.rule.beta)
    form = ScoreForm.MEAN if initial.info.background.value == "channel" else ScoreForm.MAX
    after = as_the_label_command_does(initial, manifest, LabelRule(Dialect.PAPER, thresholds=at), form, saliency=True)
    assert result.rule.miou == pytest.approx(after, abs=1e-6)
    assert result.images == 3
    assert [s.name for s in result.samples] == ["p0.png", "p1.png"]
    assert all(s.labels.shape == s.pixels.shape[:2] for s in result.samples)


def test_the_network_stays_as_it_is(initial: Initial, manifest: Manifest) -> None:
    network = initial.trainee.network.train()
    before = {n: v.clone() for n, v in network.state_dict().items()}
    Validator(manifest, config(), CPU).validate(network, initial.info)
    assert network.training
    assert network.da_layer.conv.weight.requires_grad
    assert network.state_dict().keys() == before.keys()
    assert all(torch.equal(v, before[n]) for n, v in network.state_dict().items())


def test_an_image_that_cannot_be_used_is_left_out_and_named(
    initial: Initial, manifest: Manifest, tmp_path: Path
) -> None:
    bad = replace(manifest.validation[0], label_map=tmp_path / "missing.png")
    changed = replace(manifest, validation=(bad, *manifest.validation[1:]))
    result = Validator(changed, config(), CPU).validate(initial.trainee.network, initial.info)
    assert result.images == 2
    assert len(result.problems) == 1
    assert "missing.png" in result.problems[0]


def test_a_limit_takes_images_from_everywhere() -> None:
    assert spread(tuple(range(10)), 0) == tuple(range(10))
    assert spread(tuple(range(10)), 20) == tuple(range(10))
    assert spread(tuple(range(10)), 3) == (0, 3, 6)


def test_suggestion_thresholds_separate_what_can_be_separated() -> None:
    rng = np.random.default_rng(0)
    hot = np.zeros((100, 3), np.bool_)
    hot[:20, 0] = hot[:3, 1] = True
    hot[:, 2] = True
    pooled = rng.uniform(0, 1, (100, 3)).astype(np.float32)
    pooled[:20, 0] += 2
    often, rarely, always = suggestion_thresholds(pooled, hot)
    assert 1 < often < 2
    assert rarely == pytest.approx(np.quantile(pooled[3:, 1], 0.98), rel=1e-3)
    assert always == np.inf


def test_saliency_maps_are_kept_as_far_as_there_is_room(
    initial: Initial, manifest: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    make = validation.make_saliency

    def making(pixels: np.ndarray) -> np.ndarray:
        made.append(1)
        return make(pixels)

    monkeypatch.setattr(validation, "make_saliency", making)
    settings = config(val_saliency=ValidationSaliency.AUTO)
    results = []
    for room in (1 << 20, 2 * 72 * 72):
        monkeypatch.setattr(validation, "_KEPT_BYTES", room)
        validator = Validator(manifest, settings, CPU)
        results += [validator.validate(initial.trainee.network, initial.info).rule for _ in range(2)]
    assert len(made) == 3 + (3 + 1)
    assert len({result.miou for result in results}) == 1
