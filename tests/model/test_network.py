from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from edam_gui.core.errors import OptionError
from edam_gui.model.backbones import backbone_names, build_backbone, register
from edam_gui.model.backbones.efficientnet_lite0 import CentredConv2d
from edam_gui.model.checkpoint import LoadedModel
from edam_gui.model.da_layer import DALayer, MaskForm
from edam_gui.model.network import EdamNetwork


@pytest.mark.parametrize("stride", [16, 32])
@pytest.mark.parametrize("size", [(64, 96), (65, 97), (1, 1), (31, 3), (5, 200)])
def test_the_feature_map_has_one_cell_per_stride_rounded_up(stride: int, size: tuple[int, int]) -> None:
    backbone = build_backbone("efficientnet_lite0", stride).eval()
    with torch.inference_mode():
        features = backbone(torch.zeros(1, 3, *size))
    assert backbone.out_channels == 1280
    assert backbone.stride == stride
    assert features.shape == (1, 1280, -(-size[0] // stride), -(-size[1] // stride))


def test_an_unknown_backbone_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(OptionError, match=r"no backbone 'vgg'.*efficientnet_lite0"):
        build_backbone("vgg", 32)
    with pytest.raises(OptionError, match="stride 16 or 32, not 8"):
        build_backbone("efficientnet_lite0", 8)


def test_a_backbone_is_registered_once() -> None:
    assert "efficientnet_lite0" in backbone_names()
    with pytest.raises(ValueError, match="registered twice"):
        register("efficientnet_lite0", lambda stride: build_backbone("efficientnet_lite0", stride))


def test_stride_16_sees_what_stride_32_sees_with_twice_the_cells(stored: LoadedModel) -> None:
    fine = build_backbone("efficientnet_lite0", 16).eval()
    fine.load_state_dict(stored.network.backbone.state_dict())
    generator = torch.Generator().manual_seed(3)
    photo = functional.interpolate(torch.randn(1, 3, 8, 8, generator=generator), size=(256, 256), mode="bilinear")
    with torch.inference_mode():
        small, large = stored.network.backbone(photo), fine(photo)
    assert large.shape[-1] == 2 * small.shape[-1]
    # In the middle, away from the zero padding at the rim, a coarse cell is one of its four fine cells.
    means = functional.avg_pool2d(large, 2)[..., 2:6, 2:6].flatten()
    correlation = np.corrcoef(means.numpy(), small[..., 2:6, 2:6].flatten().numpy())[0, 1]
    assert correlation > 0.8


def _sampled_columns(width: int, halvings: int) -> torch.Tensor:
    """Which input column each cell looks at, after halvings by convolutions that copy their centre."""
    positions = torch.arange(width, dtype=torch.float32).expand(1, 1, 8, width)
    for done in range(1, halvings + 1):
        kernel = 3 if done % 2 else 5
        conv = CentredConv2d(1, 1, kernel, stride=2, dilation=1, groups=1, coarser_halvings=halvings - done)
        with torch.no_grad():
            conv.weight.zero_()
            conv.weight[0, 0, kernel // 2, kernel // 2] = 1
            positions = conv(positions)
    return positions[0, 0, 0]


@pytest.mark.parametrize(("width", "largest_shift"), [(512, 0.5), (480, 0.5), (500, 6.5), (375, 6.5), (334, 6.5)])
def test_cells_look_at_the_columns_that_resizing_puts_them_at(width: int, largest_shift: float) -> None:
    columns = _sampled_columns(width, 5)
    cells = len(columns)
    assumed = (torch.arange(cells) + 0.5) * width / cells - 0.5  # bilinear, align_corners=False
    assert abs(float((columns - assumed).mean())) <= largest_shift  # 15.5, were it always the same side


def test_folded_batch_norms_give_the_same_masks(stored: LoadedModel, ready: LoadedModel) -> None:
    photo = torch.randn(2, 3, 97, 130, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        plain = stored.network(photo)
        folded = ready.network(photo.contiguous(memory_format=torch.channels_last))
    assert float(plain.max()) > 1
    torch.testing.assert_close(folded, plain, atol=1e-4, rtol=1e-4)
    names = [type(m).__name__ for m in ready.network.modules()]
    assert "BatchNorm2d" not in names


def test_masks_are_normalised_over_channels_first_then_made_positive() -> None:
    m = torch.tensor([3.0, -4.0]).reshape(1, 2, 1, 1)
    torch.testing.assert_close(MaskForm.L2_ABS.normalise(m).flatten(), torch.tensor([0.6, 0.8]))
    torch.testing.assert_close(MaskForm.RELU.normalise(m).flatten(), torch.tensor([3.0, 0.0]))
    tiny = torch.tensor([3e-13, 0.0]).reshape(1, 2, 1, 1)
    torch.testing.assert_close(MaskForm.L2_ABS.normalise(tiny).flatten(), torch.tensor([0.3, 0.0]))
    assert MaskForm.L2_ABS.normalise(m.bfloat16()).dtype == torch.float32


def test_the_da_layer_keeps_the_size_and_has_no_bias_unless_asked() -> None:
    features = torch.randn(2, 8, 5, 7)
    for kernel in (1, 3):
        layer = DALayer(8, 21, kernel)
        assert layer(features).shape == (2, 21, 5, 7)
        assert layer.conv.bias is None
    assert DALayer(8, 21, 1, bias=True).conv.bias is not None


def test_under_autocast_masks_are_formed_in_float32(fresh_network: EdamNetwork) -> None:
    photo = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(2))
    with torch.inference_mode():
        exact = fresh_network(photo)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            short = fresh_network(photo)
    assert short.dtype == torch.float32
    # The norm over channels is 1 to float32's precision, not to bfloat16's.
    torch.testing.assert_close(short.square().sum(1), torch.ones(1, 4, 4), atol=1e-5, rtol=0)
    assert not torch.equal(short, exact)
