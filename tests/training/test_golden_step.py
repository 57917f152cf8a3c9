"""One optimizer step of the authors' network, against the authors' code (tests/golden/README.md)."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from edam_gui.core.label_set import PASCAL_VOC
from edam_gui.model.authors_checkpoint import from_authors_names
from edam_gui.model.backbones import build_backbone
from edam_gui.model.checkpoint_info import CheckpointInfo
from edam_gui.model.cma import CMA, CMASizes
from edam_gui.model.cma.authors import from_authors, to_authors
from edam_gui.model.da_layer import DALayer, MaskForm
from edam_gui.model.inference import normalise_photo
from edam_gui.model.network import EdamNetwork
from edam_gui.training.batches import Batch
from edam_gui.training.control import Requests
from edam_gui.training.distributed import Team
from edam_gui.training.initial import Initial
from edam_gui.training.manifest import Manifest, TrainingImage
from edam_gui.training.presets import AUTHORS
from edam_gui.training.recorder import Recorder
from edam_gui.training.run_folder import RunFolder
from edam_gui.training.trainee import Trainee, freeze
from edam_gui.training.trainer import Trainer
from tests.golden import data, weights

pytestmark = pytest.mark.slow
INFO = CheckpointInfo(backbone="resnet38", stride=8)


def filled() -> Trainee:
    with torch.device("meta"):
        network = EdamNetwork(build_backbone("resnet38", 8), DALayer(4096, 21), MaskForm.L2_ABS)
        cma = CMA(CMASizes(4096, 20))
    entries = {name: torch.from_numpy(values) for name, values in weights.authors_state(1).items()}
    network.to_empty(device="cpu").load_state_dict(from_authors_names(entries, network))
    cma.to_empty(device="cpu").load_state_dict(from_authors(entries))
    trainee = Trainee(network, cma)
    freeze(trainee, "resnet38", AUTHORS.frozen_stages)
    return trainee.eval()


def golden_batch(label: Tensor) -> Batch:
    """The two photos in one group; `label` is (2, 20) in class order."""
    names = ("train_syna_000111_368", "train_syna_000112_368")
    photos = torch.cat([normalise_photo(data.picture(name), INFO) for name in names])[None]
    whole = torch.tensor([0.0, 0.0, 1.0, 1.0]).expand(1, 2, 1, 4)
    return Batch(photos, label[None], whole, label[None, :, None], torch.ones(1, 2, 1), torch.ones(1, 2), ())


def under_authors_names(trainee: Trainee) -> dict[str, Tensor]:
    assert trainee.cma is not None
    state = to_authors({n: v.detach().clone() for n, v in trainee.cma.state_dict().items()})
    del state[weights.POSITION_CODE]
    masks = trainee.network.da_layer.conv.weight.detach().clone()
    state["mask_layer.weight"] = torch.cat([masks[1:], masks[:1]])
    return state | {n: p.detach().clone() for n, p in trainee.network.backbone.named_parameters()}


def test_one_step_is_the_authors(tmp_path: Path) -> None:
    golden: dict[str, Any] = json.loads((data.HERE / "train/step0_v1.json").read_text())
    case = json.loads((data.HERE / "train/train_v1.json").read_text())["shuffled"]
    order = torch.tensor(case["label_idx"])
    label = torch.empty(2, 20)
    label[:, order] = torch.tensor(case["label"]).view(2, 20)
    trainee, batch = filled(), golden_batch(label)
    config = replace(AUTHORS, accumulate=1, max_steps=33050)
    folder = RunFolder(tmp_path)
    manifest = Manifest(PASCAL_VOC, (TrainingImage(tmp_path / "a.png", (1,)),))
    with Recorder(folder, leads=False, observer=None) as recorder:
        team = Team(0, 1, torch.device("cpu"))
        trainer = Trainer(config, manifest, Initial(trainee, INFO, ()), team, recorder, Requests(folder), None)
        before = under_authors_names(trainee)
        report = trainer.step([batch])
    assert report["loss"] == pytest.approx(golden["loss_before"], abs=1e-3)
    after = under_authors_names(trainee)
    for name, expected in golden["param_delta_l2"].items():
        if name.endswith("attention.linear_layers.1.bias"):
            continue  # no gradient but rounding, see golden/README.md
        actual = float((after[name].double() - before[name].double()).norm())
        assert actual == pytest.approx(expected, rel=1e-3, abs=1e-12), name
    with torch.no_grad():
        logits = trainee(batch.photos).logits[0]
    np.testing.assert_allclose(logits[:, order].flatten().numpy(), golden["logits_after"], rtol=0, atol=1e-3)
    loss = F.binary_cross_entropy_with_logits(logits, label)
    assert float(loss) == pytest.approx(golden["loss_after"], abs=1e-3)
