from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from edam_gui.core.errors import InputFileError
from edam_gui.model.checkpoint import load_checkpoint, save_checkpoint
from edam_gui.model.checkpoint_info import CheckpointInfo
from edam_gui.model.cma import CMA, CMASizes
from edam_gui.model.cma.authors import from_authors
from edam_gui.model.cma_checkpoint import load_cma
from edam_gui.model.network import EdamNetwork
from tests.golden.weights import filled
from tests.model.authors_file import State, hollow_file, hollow_state

SIZES = CMASizes(1280, 20, width=8, heads=2, hidden=16, image_rows=3)


def test_a_cma_module_comes_back_as_it_was_saved(
    tmp_path: Path, fresh_network: EdamNetwork, fresh_info: CheckpointInfo
) -> None:
    cma = CMA(SIZES)
    path = tmp_path / "trained.safetensors"
    info = replace(fresh_info, cma=SIZES.to_mapping())
    save_checkpoint(path, fresh_network, info, cma=cma.state_dict())
    assert load_checkpoint(path).info == info
    loaded = load_cma(path, info)
    assert loaded is not None
    assert loaded.training
    assert loaded.sizes == SIZES
    for name, value in cma.state_dict().items():
        assert torch.equal(value, loaded.state_dict()[name]), name


def test_the_authors_cma_module_is_read_from_their_file(tmp_path: Path) -> None:
    def with_numbers(state: State) -> State:
        names = [n for n in state if n.startswith(("trans_list.3.", "fc_list.", "d_d.", "embedding.segment"))]
        return state | {name: torch.from_numpy(filled(name)) for name in names}

    path = hollow_file(tmp_path / "edam.pth", with_numbers)
    info = CheckpointInfo("resnet38", 8, cma=CMASizes(4096, 20).to_mapping())
    loaded = load_cma(path, info)
    assert loaded is not None
    for name, value in from_authors(with_numbers(hollow_state())).items():
        assert torch.equal(value, loaded.state_dict()[name]), name


def test_checkpoints_without_one_have_none(tmp_path: Path, fresh_info: CheckpointInfo) -> None:
    assert load_cma(tmp_path / "not-even-there", fresh_info) is None


@pytest.mark.parametrize(
    ("sizes", "sentence"),
    [
        ({"width": 8}, "its CMA module cannot be used"),
        (replace(SIZES, image_rows=4).to_mapping(), r"cma\.image_code \(3x8 instead of 4x8\)"),
    ],
)
def test_sizes_that_do_not_fit_are_named(
    tmp_path: Path, fresh_network: EdamNetwork, fresh_info: CheckpointInfo, sizes: dict[str, int], sentence: str
) -> None:
    path = tmp_path / "bad.safetensors"
    info = replace(fresh_info, cma=sizes)
    save_checkpoint(path, fresh_network, info, cma=CMA(SIZES).state_dict())
    with pytest.raises(InputFileError, match=sentence):
        load_cma(path, info)
