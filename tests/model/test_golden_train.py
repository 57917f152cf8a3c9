"""A training forward and backward of the authors' network, against the authors' code (tests/golden/README.md)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from edam_gui.model.authors_checkpoint import from_authors_names
from edam_gui.model.backbones import build_backbone
from edam_gui.model.checkpoint_info import CheckpointInfo
from edam_gui.model.cma import CMA, CMASizes
from edam_gui.model.cma.authors import from_authors, to_authors
from edam_gui.model.da_layer import DALayer, MaskForm
from edam_gui.model.inference import normalise_photo
from edam_gui.model.network import EdamNetwork
from tests.golden import data, weights

pytestmark = pytest.mark.slow
PHOTOS = ("train_syna_000111_368", "train_syna_000112_368")
CASES = ("dataset_order", "shuffled")


@dataclass(frozen=True, eq=False)
class Trained:
    network: EdamNetwork
    cma: CMA

    def logits(self) -> Tensor:
        """The DA layer's masks, without the background, go into the CMA module."""
        info = CheckpointInfo(backbone="resnet38", stride=8)
        photos = torch.cat([normalise_photo(data.picture(name), info) for name in PHOTOS])
        features = self.network.backbone(photos)
        masks = self.network.mask_form.normalise(self.network.da_layer(features))
        return self.cma(features, masks[:, 1:])


def filled(variant: int) -> Trained:
    with torch.device("meta"):
        network = EdamNetwork(build_backbone("resnet38", 8), DALayer(4096, 21), MaskForm.L2_ABS)
        cma = CMA(CMASizes(4096, 20))
    entries = {name: torch.from_numpy(values) for name, values in weights.authors_state(variant).items()}
    network.to_empty(device="cpu").load_state_dict(from_authors_names(entries, network))
    cma.to_empty(device="cpu").load_state_dict(from_authors(entries))
    return Trained(network.eval(), cma.eval())


def expected(variant: int) -> dict[str, Any]:
    return json.loads((data.HERE / f"train/train_v{variant}.json").read_text())


def in_order(logits: Tensor, case: dict[str, Any]) -> Tensor:
    """Logit i + 20 * image belongs to class label_idx[i]."""
    return logits[:, case["label_idx"]].flatten()


@pytest.mark.parametrize("variant", [1, 2], ids=["v1", "v2"])
def test_logits_and_loss_are_the_authors(variant: int) -> None:
    with torch.inference_mode():
        logits = filled(variant).logits()
    for name in CASES:
        case = expected(variant)[name]
        actual = in_order(logits, case)
        np.testing.assert_allclose(actual.numpy(), case["logits"], rtol=0, atol=1e-4)
        loss = F.binary_cross_entropy_with_logits(actual, torch.tensor(case["label"]))
        assert float(loss) == pytest.approx(case["loss"], abs=1e-4)


@pytest.fixture(scope="module")
def golden_gradients() -> dict[str, Any]:
    grads: dict[str, Any] = json.loads((data.HERE / "train/grads_v1.json").read_text())["grads"]
    return grads


@pytest.fixture(scope="module")
def gradients(golden_gradients: dict[str, Any]) -> dict[str, Tensor]:
    """Of every entry that has one, by the authors' names; what they freeze is frozen."""
    trained, case = filled(1), expected(1)["shuffled"]
    for name, parameter in trained.network.backbone.named_parameters():
        parameter.requires_grad_(golden_gradients[name] is not None)
    F.binary_cross_entropy_with_logits(in_order(trained.logits(), case), torch.tensor(case["label"])).backward()
    grads = to_authors({n: p.grad for n, p in trained.cma.named_parameters() if p.grad is not None})
    del grads[weights.POSITION_CODE]
    masks = trained.network.da_layer.conv.weight.grad
    assert masks is not None
    grads["mask_layer.weight"] = torch.cat([masks[1:], masks[:1]])
    trunk = trained.network.backbone.named_parameters()
    return grads | {n: p.grad for n, p in trunk if p.grad is not None}


def noise_alone(name: str) -> bool:
    """Key biases move all scores of a query alike, so their gradient is 0; what is stored is rounding."""
    return name.endswith("attention.linear_layers.1.bias")


def test_gradients_are_the_authors(gradients: dict[str, Tensor], golden_gradients: dict[str, Any]) -> None:
    wanted = {name: grad for name, grad in golden_gradients.items() if grad is not None}
    assert gradients.keys() == wanted.keys()
    for name, grad in wanted.items():
        actual = gradients[name].double()
        if noise_alone(name):
            assert float(actual.norm()) < 1e-6
            continue
        assert float(actual.norm()) == pytest.approx(grad["l2"], rel=1e-3), name
        rms = grad["l2"] / actual.numel() ** 0.5
        assert float(actual.mean()) == pytest.approx(grad["mean"], abs=1e-3 * rms), name
        assert float(actual.abs().max()) == pytest.approx(grad["absmax"], rel=1e-3), name


def test_first_values_of_gradients_are_the_authors(gradients: dict[str, Tensor]) -> None:
    with np.load(data.HERE / "train/grads_v1_first8.npz") as archive:
        first = {name.replace("/", "."): archive[name] for name in archive.files}
    compared = [name for name in first if name in gradients and not noise_alone(name)]
    assert len(compared) == len([name for name in gradients if not noise_alone(name)])
    for name in compared:
        actual = gradients[name].flatten()
        rms = float(actual.double().norm()) / actual.numel() ** 0.5
        values = actual[: first[name].size].numpy()
        np.testing.assert_allclose(values, first[name], rtol=1e-3, atol=1e-3 * rms, err_msg=name)
