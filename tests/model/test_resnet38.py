from __future__ import annotations

import pytest
import torch

from edam_gui.core.errors import OptionError
from edam_gui.model.backbones import build_backbone
from edam_gui.model.backbones.resnet38 import ResNet38
from edam_gui.model.precision import Precision, convolution_dtype
from tests.golden.weights import NAMES, shape_of
from tests.model.conftest import CPU

OTHERS = ("mask_layer.", "d_d.", "fc_list.", "trans_list.", "embedding.")


def test_its_entries_are_those_of_the_authors_checkpoint() -> None:
    with torch.device("meta"):
        backbone = build_backbone("resnet38", 8)
    expected = {name: shape_of(name) for name in NAMES if not name.startswith(OTHERS)}
    assert {name: tuple(value.shape) for name, value in backbone.state_dict().items()} == expected
    assert backbone.out_channels == 4096


@pytest.mark.parametrize("size", [(8, 16), (17, 9), (1, 1)])
def test_features_are_an_eighth_rounded_up(size: tuple[int, int]) -> None:
    with torch.device("meta"):
        features = ResNet38()(torch.empty(2, 3, *size))
    assert features.shape == (2, 4096, -(-size[0] // 8), -(-size[1] // 8))


def test_other_strides_are_refused() -> None:
    with pytest.raises(OptionError, match="resnet38 has stride 8, not 16"):
        build_backbone("resnet38", 16)


def test_short_types_are_not_offered() -> None:
    for precision in (Precision.BF16, Precision.FP16):
        for device in (CPU, torch.device("cuda")):
            with pytest.raises(OptionError, match=f"{precision} is not offered for this checkpoint's network"):
                convolution_dtype(precision, device, float32_only=ResNet38.float32_only)
    for precision in (Precision.AUTO, Precision.FP32):
        dtype = convolution_dtype(precision, torch.device("cuda"), float32_only=ResNet38.float32_only)
        assert dtype is torch.float32


def _random_backbone() -> ResNet38:
    """Convolutions that keep the size of their values, and batch norms that all differ from doing nothing."""
    torch.manual_seed(0)
    with torch.device("meta"):
        backbone = ResNet38()
    backbone.to_empty(device="cpu")
    with torch.no_grad():
        for name, value in backbone.state_dict().items():
            if value.dim() == 4:
                value.uniform_(-1, 1).mul_((3 / value[0].numel()) ** 0.5)
            elif value.dim() == 1:
                value.uniform_(0.8, 1.2) if name.endswith(("weight", "running_var")) else value.uniform_(-0.2, 0.2)
    return backbone


def test_folding_changes_nothing_and_training_has_dropout_and_gradients() -> None:
    backbone = _random_backbone()
    x = torch.randn(1, 3, 17, 16)
    backbone.train()
    for module in backbone.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.eval()
    dropped = backbone(x)
    dropped.sum().backward()
    assert all(p.grad is not None for p in backbone.parameters())
    backbone.zero_grad()
    backbone.eval().requires_grad_(False)
    kept = x.clone()
    expected = backbone(x)
    assert torch.equal(x, kept)
    assert not torch.allclose(expected, dropped, rtol=0.05, atol=0.05)
    backbone.fold_batch_norms()
    assert sum(isinstance(m, torch.nn.BatchNorm2d) for m in backbone.modules()) == 15
    torch.testing.assert_close(backbone(x), expected, rtol=1e-4, atol=1e-4)
    backbone.prepare_for_cpu()
    assert sum(isinstance(m, torch.nn.Conv2d) for m in backbone.modules()) < 20
    torch.testing.assert_close(backbone(x), expected, rtol=1e-4, atol=1e-4)
    assert torch.equal(x, kept)
