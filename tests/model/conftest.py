"""Networks that tests share: building one takes a second."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from edam_gui.model.backbones import build_backbone
from edam_gui.model.checkpoint import LoadedModel, load_checkpoint, save_checkpoint
from edam_gui.model.checkpoint_info import CheckpointInfo
from edam_gui.model.da_layer import DALayer, MaskForm
from edam_gui.model.network import EdamNetwork
from edam_gui.model.shipped import DEFAULT_MODEL, find_model

CPU = torch.device("cpu")


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    """Several threads on a busy machine wait for each other longer than they compute."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def stored() -> LoadedModel:
    """The shipped model as it is on disk: batch norms not folded. Not to be changed."""
    return load_checkpoint(find_model(DEFAULT_MODEL))


@pytest.fixture(scope="session")
def ready() -> LoadedModel:
    """The shipped model, prepared for inference. Not to be changed."""
    model = load_checkpoint(find_model(DEFAULT_MODEL))
    model.network.prepare_for_inference(CPU)
    return model


@pytest.fixture(scope="session")
def fresh_info() -> CheckpointInfo:
    return CheckpointInfo(backbone="efficientnet_lite0", stride=16, provenance={"made": "by a test"})


@pytest.fixture(scope="session")
def fresh_network() -> EdamNetwork:
    torch.manual_seed(0)
    backbone = build_backbone("efficientnet_lite0", 16)
    return EdamNetwork(backbone, DALayer(backbone.out_channels, 21, 3), MaskForm.L2_ABS).eval()


@pytest.fixture(scope="session")
def checkpoint_bytes(
    tmp_path_factory: pytest.TempPathFactory, fresh_network: EdamNetwork, fresh_info: CheckpointInfo
) -> bytes:
    path: Path = tmp_path_factory.mktemp("checkpoint") / "fresh.safetensors"
    save_checkpoint(path, fresh_network, fresh_info, dtype=torch.float16)
    return path.read_bytes()
