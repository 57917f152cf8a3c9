from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from edam_gui.model.cpu_convolution import PointwiseConv2d, WinogradConv2d, speed_up_convolutions


def random_conv(in_channels: int, out: int, kernel: int, dilation: int, *, bias: bool) -> nn.Conv2d:
    torch.manual_seed(0)
    conv = nn.Conv2d(in_channels, out, kernel, padding=kernel // 2 * dilation, dilation=dilation, bias=bias)
    return conv.requires_grad_(False)


def exactly(conv: nn.Conv2d, x: Tensor) -> Tensor:
    return conv.double()(x.double()).float()


@settings(deadline=None)
@given(
    images=st.integers(1, 3),
    height=st.integers(1, 19),
    width=st.integers(1, 19),
    dilation=st.sampled_from([1, 2, 4]),
    channels=st.sampled_from([(1, 1), (3, 5), (16, 8)]),
    bias=st.booleans(),
    channels_last=st.booleans(),
)
def test_winograd_convolutions_are_convolutions(
    images: int, height: int, width: int, dilation: int, channels: tuple[int, int], bias: bool, channels_last: bool
) -> None:
    conv = random_conv(*channels, 3, dilation, bias=bias)
    x = torch.randn(images, channels[0], height, width)
    if channels_last:
        x = x.contiguous(memory_format=torch.channels_last)
    kept = x.clone()
    result = WinogradConv2d(conv)(x)
    torch.testing.assert_close(result, exactly(conv, x), rtol=0, atol=2e-5)
    assert torch.equal(x, kept)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("size", [(1, 1), (5, 7), (100, 90)])
def test_pointwise_convolutions_are_convolutions(size: tuple[int, int], bias: bool) -> None:
    conv = random_conv(6, 9, 1, 1, bias=bias)
    x = torch.randn(2, 6, *size)
    torch.testing.assert_close(PointwiseConv2d(conv)(x), exactly(conv, x), rtol=0, atol=1e-6)


def test_a_wide_layer_in_several_chunks_keeps_its_accuracy() -> None:
    conv = random_conv(256, 256, 3, 2, bias=True)
    x = torch.relu(torch.randn(1, 256, 90, 70))
    torch.testing.assert_close(WinogradConv2d(conv)(x), exactly(conv, x), rtol=0, atol=5e-5)


def test_only_convolutions_with_a_faster_form_are_replaced() -> None:
    layers = {
        "pointwise": nn.Conv2d(4, 8, 1),
        "wide": nn.Conv2d(256, 256, 3, padding=2, dilation=2),
        "narrow": nn.Conv2d(256, 64, 3, padding=1),
        "strided": nn.Conv2d(4, 8, 1, stride=2),
        "strided3": nn.Conv2d(256, 256, 3, stride=2, padding=1),
        "grouped": nn.Conv2d(4, 8, 1, groups=2),
        "cropped": nn.Conv2d(256, 256, 3),
        "padded": nn.Conv2d(4, 8, 1, padding=1),
        "reflecting": nn.Conv2d(256, 256, 3, padding=1, padding_mode="reflect"),
        "large": nn.Conv2d(256, 256, 5, padding=2),
    }
    module = nn.ModuleDict({"inner": nn.ModuleDict(layers)})
    speed_up_convolutions(module)
    inner = module.get_submodule("inner")
    replaced = {name for name, child in inner.named_children() if not isinstance(child, nn.Conv2d)}
    assert replaced == {"pointwise", "wide"}


def test_without_onednn_all_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    module = nn.Sequential(nn.Conv2d(4, 8, 1))
    speed_up_convolutions(module)
    assert isinstance(module[0], nn.Conv2d)
