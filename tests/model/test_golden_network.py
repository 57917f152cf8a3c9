"""The authors' network with weights filled by rule, against the authors' code (tests/golden/README.md)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from edam_gui.core.options import Dialect, LabelRule, ScoreForm, Thresholds
from edam_gui.core.pseudo_label import pseudo_label
from edam_gui.model.checkpoint import LoadedModel, load_checkpoint
from edam_gui.model.inference import InferenceOptions, run_passes
from edam_gui.model.pass_outputs import PassOutputs
from edam_gui.model.precision import Precision
from tests.golden import data, weights
from tests.model.authors_file import filled_file
from tests.model.conftest import CPU

QUICK = ("conv1a.weight", "b2.bn_branch2a.running_var", "b6.conv_branch2b2.weight", "fc_list.3.weight", "bn7.bias")


@pytest.mark.parametrize("variant", [1, 2])
def test_entries_filled_by_rule_have_the_bytes_of_the_manifest(variant: int) -> None:
    for name in (*QUICK, weights.POSITION_CODE, "embedding.segment.weight", "trans_list.4.0.feed_forward.w_1.bias"):
        assert weights.crc32(weights.filled(name, variant)) == weights.crc32_of(name, variant), name


@pytest.fixture(scope="module", params=[1, 2], ids=["v1", "v2"])
def variant(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture(scope="module")
def model(variant: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoadedModel]:
    """Batch norms as stored."""
    path: Path = filled_file(tmp_path_factory.mktemp("authors") / "edam.pth", variant)
    yield load_checkpoint(path)
    path.unlink()


@pytest.fixture(scope="module")
def folded(model: LoadedModel, variant: int) -> LoadedModel:
    """The same, ready for inference; after the tests of `model`, for it is folded in place."""
    model.network.prepare_for_inference(CPU)
    return model


def _forward(model: LoadedModel, name: str) -> np.ndarray:
    with torch.inference_mode():
        masks = model.network(torch.from_numpy(data.load("forward_cam", name)["input_chw"])[None])[0].numpy()
    return np.concatenate([masks[1:], masks[:1]])


@pytest.mark.slow
def test_every_entry_filled_by_rule_has_the_bytes_of_the_manifest(variant: int) -> None:
    for name in weights.NAMES:
        assert weights.crc32(weights.filled(name, variant)) == weights.crc32_of(name, variant), name


@pytest.mark.slow
@pytest.mark.parametrize("name", data.NAMES)
def test_masks_of_one_pass_are_the_authors(model: LoadedModel, variant: int, name: str) -> None:
    expected = data.load("forward_cam", name)[f"v{variant}"]
    np.testing.assert_allclose(_forward(model, name), expected, rtol=0, atol={1: 1e-5, 2: 5e-5}[variant])


@pytest.mark.slow
@pytest.mark.parametrize("name", data.NAMES)
def test_masks_of_one_pass_stay_the_authors_when_prepared(folded: LoadedModel, variant: int, name: str) -> None:
    expected = data.load("forward_cam", name)[f"v{variant}"]
    np.testing.assert_allclose(_forward(folded, name), expected, rtol=0, atol={1: 1e-5, 2: 5e-5}[variant])


@pytest.mark.slow
@pytest.mark.parametrize("variant", [1], ids=["v1"], indirect=True)
@pytest.mark.parametrize("name", data.NAMES)
def test_multi_scale_masks_and_label_maps_are_the_authors(folded: LoadedModel, name: str) -> None:
    outputs = run_passes(
        folded.network, folded.info, data.picture(name), InferenceOptions(precision=Precision.FP32), CPU
    )
    golden = data.load("msf", name)
    present = [int(k) + 1 for k in golden["present"]]
    masks = outputs.masks(present)
    scores = masks.scores(ScoreForm.MAX)
    np.testing.assert_allclose(scores.values[0], golden["norm_cam_bg"], rtol=0, atol=2e-5)
    np.testing.assert_allclose(scores.values[1:], golden["norm_cam_present"], rtol=0, atol=2e-5)
    maxima = golden["sum_cam_max"][[20, *(k - 1 for k in present)]]
    np.testing.assert_allclose(masks.values.max(axis=(1, 2)), maxima, rtol=0, atol=8 * 2e-5)
    _check_label_maps(outputs, name, present)
    if "norm_cam_all" in golden:
        everything = outputs.masks(range(1, 21)).scores(ScoreForm.MAX).values
        expected = np.concatenate([golden["norm_cam_all"][20:], golden["norm_cam_all"][:20]])
        np.testing.assert_allclose(everything, expected, rtol=0, atol=2e-5)
        _check_passes(outputs, golden)


def _check_label_maps(outputs: PassOutputs, name: str, present: list[int]) -> None:
    scores = outputs.masks(present).scores(ScoreForm.MAX).select(frozenset(present))
    expected = data.load("labels", name)
    for i, triple in enumerate(data.TRIPLES):
        thresholds = Thresholds(triple["theta"] * 100, triple["alpha"], triple["beta"])
        labels = pseudo_label(scores, data.saliency(name), LabelRule(Dialect.REFERENCE, thresholds=thresholds))
        assert (labels != expected["infer_sal"][i]).mean() <= 0.001, triple


def _check_passes(outputs: PassOutputs, golden: dict[str, np.ndarray]) -> None:
    for i, merged in enumerate(outputs.merged):
        both = golden[f"pass{2 * i}"] + golden[f"pass{2 * i + 1}"][..., ::-1]
        np.testing.assert_allclose(merged[1:], both[:20], rtol=0, atol=2e-5)
        np.testing.assert_allclose(merged[0], both[20], rtol=0, atol=2e-5)
