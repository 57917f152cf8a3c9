"""ResNet-38: wide pre-activation residual network at 1/8, the trunk of EDAM's released code.

Wu, Shen & van den Hengel, Wider or Deeper (2016), model A1, with the strides and dilations EDAM uses. Modules have the
names of the authors' checkpoints, so that those load by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple, cast

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from edam_gui.core.errors import OptionError
from edam_gui.model.backbones.base import Backbone
from edam_gui.model.cpu_convolution import speed_up_convolutions

STRIDE: Final = 8
OUT_CHANNELS: Final = 4096
_STEM_CHANNELS: Final = 64
_NORM_EPS: Final = 1e-5


class _Stage(NamedTuple):
    """Blocks of one width; only the first has the stride and `first_dilation` on its first convolution."""

    blocks: int
    middle: int
    out: int
    stride: int
    first_dilation: int
    dilation: int


_STAGES: Final = {
    "b2": _Stage(3, 128, 128, 2, 1, 1),
    "b3": _Stage(3, 256, 256, 2, 1, 1),
    "b4": _Stage(6, 512, 512, 2, 1, 1),
    "b5": _Stage(3, 512, 1024, 1, 1, 2),
}
_BOTTLENECKS: Final = {"b6": (2048, 0.3), "b7": (4096, 0.5)}
_BOTTLENECK_DILATION: Final = 4
_MXNET_NAME: Final = re.compile(
    r"(?P<kind>res|bn)(?P<stage>\d)(?:a|b(?P<block>\d))_(?P<branch>branch\w+?)_(?P<entry>weight|gamma|beta|(?:moving_)?(?:mean|var))"
)
_MXNET_LAST_NORM: Final = re.compile(r"bn7_(?P<entry>gamma|beta|(?:moving_)?(?:mean|var))")
_MXNET_ENTRIES: Final = {"gamma": "weight", "beta": "bias", "mean": "running_mean", "var": "running_var"}
_MXNET_CLASSIFIER: Final = "linear1000_"


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions, each after batch norm and ReLU.

    Parameters
    ----------
    in_channels, middle, out
        Channels before, between and after the two convolutions.
    stride
        Of the first convolution, and of the shortcut's.
    dilations
        Of the two convolutions.
    """

    def __init__(self, in_channels: int, middle: int, out: int, stride: int, dilations: tuple[int, int]) -> None:
        super().__init__()
        self.bn_branch2a: nn.Module = _norm(in_channels)
        self.conv_branch2a = _conv(in_channels, middle, 3, stride, dilations[0])
        self.bn_branch2b1: nn.Module = _norm(middle)
        self.conv_branch2b1 = _conv(middle, out, 3, 1, dilations[1])
        self.conv_branch1 = _conv(in_channels, out, 1, stride) if stride > 1 or in_channels != out else None

    def forward(self, x: Tensor) -> Tensor:
        """Apply the block; `x` may be overwritten where it is not the shortcut."""
        active = F.relu_(self.bn_branch2a(x))
        shortcut = x if self.conv_branch1 is None else self.conv_branch1(active)
        middle = F.relu_(self.bn_branch2b1(self.conv_branch2a(active)))
        return cast(Tensor, self.conv_branch2b1(middle).add_(shortcut))

    def fold(self) -> None:
        """Merge the second batch norm into the first convolution. The first has the shortcut before it and stays."""
        self.conv_branch2a, self.bn_branch2b1 = _folded(self.conv_branch2a, self.bn_branch2b1), nn.Identity()


class Bottleneck(nn.Module):
    """1x1, dilated 3x3 and 1x1 convolutions, each after batch norm and ReLU, the last two also after dropout."""

    def __init__(self, in_channels: int, out: int, dropout: float) -> None:
        super().__init__()
        self.bn_branch2a: nn.Module = _norm(in_channels)
        self.conv_branch2a = _conv(in_channels, out // 4, 1)
        self.bn_branch2b1: nn.Module = _norm(out // 4)
        self.dropout_2b1 = nn.Dropout2d(dropout)
        self.conv_branch2b1 = _conv(out // 4, out // 2, 3, 1, _BOTTLENECK_DILATION)
        self.bn_branch2b2: nn.Module = _norm(out // 2)
        self.dropout_2b2 = nn.Dropout2d(dropout)
        self.conv_branch2b2 = _conv(out // 2, out, 1)
        self.conv_branch1 = _conv(in_channels, out, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Apply the block; `x` may be overwritten."""
        active = F.relu_(self.bn_branch2a(x))
        shortcut = self.conv_branch1(active)
        middle = self.dropout_2b1(F.relu_(self.bn_branch2b1(self.conv_branch2a(active))))
        middle = self.dropout_2b2(F.relu_(self.bn_branch2b2(self.conv_branch2b1(middle))))
        return cast(Tensor, self.conv_branch2b2(middle).add_(shortcut))

    def fold(self) -> None:
        """Merge the second and third batch norm into the convolutions before them."""
        self.conv_branch2a, self.bn_branch2b1 = _folded(self.conv_branch2a, self.bn_branch2b1), nn.Identity()
        self.conv_branch2b1, self.bn_branch2b2 = _folded(self.conv_branch2b1, self.bn_branch2b2), nn.Identity()

    def fold_after(self, norm: nn.Module) -> None:
        """Merge the batch norm behind the block into both convolutions whose sum it sees."""
        self.conv_branch2b2 = _folded(self.conv_branch2b2, norm)
        self.conv_branch1 = _folded(self.conv_branch1, norm, with_shift=False)


class ResNet38(Backbone):
    """ResNet-38 up to and including its last batch norm, `bn7`; no ReLU follows it.

    On the golden images only 98 % of label-map pixels stay the same in bfloat16, and 99.7 % in float16.
    """

    float32_only = True

    def __init__(self) -> None:
        super().__init__(OUT_CHANNELS, STRIDE)
        self.conv1a = _conv(3, _STEM_CHANNELS, 3)
        channels = _STEM_CHANNELS
        for name, stage in _STAGES.items():
            first = (stage.first_dilation, stage.dilation)
            self.add_module(name, ResidualBlock(channels, stage.middle, stage.out, stage.stride, first))
            channels = stage.out
            for index in range(1, stage.blocks):
                later = (stage.dilation, stage.dilation)
                block = ResidualBlock(channels, stage.middle, stage.out, 1, later)
                self.add_module(f"{name}_{index}", block)
        for name, (out, dropout) in _BOTTLENECKS.items():
            self.add_module(name, Bottleneck(channels, out, dropout))
            channels = out
        self.bn7: nn.Module = _norm(channels)

    def forward(self, x: Tensor) -> Tensor:
        """Return the feature map F, (N, 4096, ceil(H / 8), ceil(W / 8))."""
        x = self.conv1a(x)
        for block in self._blocks():
            x = block(x)
        return cast(Tensor, self.bn7(x))

    def fold_batch_norms(self) -> None:
        """Merge the batch norms that follow a convolution, 22 of 37; the others follow a sum with a shortcut."""
        blocks = self._blocks()
        for block in blocks:
            block.fold()
        first, last, before_last = blocks[0], blocks[-1], blocks[-2]
        self.conv1a, first.bn_branch2a = _folded(self.conv1a, first.bn_branch2a), nn.Identity()
        assert isinstance(before_last, Bottleneck) and isinstance(last, Bottleneck)  # noqa: S101, PT018 (b6, b7)
        before_last.fold_after(last.bn_branch2a)
        last.bn_branch2a = nn.Identity()
        last.fold_after(self.bn7)
        self.bn7 = nn.Identity()

    def prepare_for_cpu(self) -> None:
        """Give 1x1 and wide 3x3 convolutions their faster forms; the weights then take 1.4 GB instead of 0.4."""
        speed_up_convolutions(self)

    def _blocks(self) -> list[ResidualBlock | Bottleneck]:
        return [child for child in self.children() if isinstance(child, (ResidualBlock, Bottleneck))]


def _conv(in_channels: int, out: int, kernel: int, stride: int = 1, dilation: int = 1) -> nn.Conv2d:
    padding = kernel // 2 * dilation
    return nn.Conv2d(in_channels, out, kernel, stride, padding, dilation, bias=False)


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=_NORM_EPS)


def _folded(conv: nn.Conv2d, norm: nn.Module, *, with_shift: bool = True) -> nn.Conv2d:
    """Return the convolution that does what convolution and batch norm do, or the batch norm's scale alone."""
    if not isinstance(norm, nn.BatchNorm2d):
        return conv
    with torch.no_grad():
        folded = fuse_conv_bn_eval(conv, norm)
        if not with_shift:
            folded.bias = None
    return folded


def build(stride: int) -> ResNet38:
    """Build the backbone with fresh weights.

    Raises
    ------
    OptionError
        The stride is not 8.
    """
    if stride != STRIDE:
        raise OptionError(f"The backbone resnet38 has stride {STRIDE}, not {stride}.")
    return ResNet38()


def from_mxnet_names(names: Iterable[str]) -> dict[str, str]:
    """Return MXNet name -> name in `ResNet38` for the authors' initial weights, `ilsvrc-cls_rna-a1_cls1000_ep-0001`.

    The classifier's entries are left out. A name that is none of the trunk's is returned as it is.
    """
    return {name: _from_mxnet_name(name) for name in names if not name.startswith(_MXNET_CLASSIFIER)}


def _from_mxnet_name(name: str) -> str:
    if name == "conv1a_weight":
        return "conv1a.weight"
    if match := _MXNET_LAST_NORM.fullmatch(name):
        return f"bn7.{_mxnet_entry(match['entry'])}"
    match = _MXNET_NAME.fullmatch(name)
    if match is None or (match["kind"] == "res") != (match["entry"] == "weight"):
        return name
    block = f"b{match['stage']}" + (f"_{match['block']}" if match["block"] else "")
    kind = "conv" if match["kind"] == "res" else "bn"
    return f"{block}.{kind}_{match['branch']}.{_mxnet_entry(match['entry'])}"


def _mxnet_entry(entry: str) -> str:
    return _MXNET_ENTRIES.get(entry.removeprefix("moving_"), entry)
