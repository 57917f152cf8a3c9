"""What every backbone offers, and the convolution block they are built of."""

from __future__ import annotations

from typing import ClassVar, cast

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval


class Backbone(nn.Module):
    """A feature extractor: (N, 3, H, W) normalised photo -> (N, `out_channels`, ~H / `stride`, ~W / `stride`).

    Parameters
    ----------
    out_channels
        Channels of the feature map F.
    stride
        Input pixels per feature, along each side.
    """

    float32_only: ClassVar[bool] = False
    """Whether shorter types change its label maps too much to be offered."""

    def __init__(self, out_channels: int, stride: int) -> None:
        super().__init__()
        self.out_channels = out_channels
        self.stride = stride

    def fold_batch_norms(self) -> None:
        """Merge batch norms into convolutions, in place; the network must be in eval mode and stays untrainable.

        A backbone that gains nothing by it keeps this default, which does nothing.
        """

    def prepare_for_cpu(self) -> None:
        """Take forms of layers that are faster on the CPU, in place, after folding; the default does nothing."""


class ConvNorm(nn.Module):
    """Convolution, batch norm and, unless left out, an activation."""

    def __init__(self, conv: nn.Conv2d, norm_eps: float, activation: nn.Module | None) -> None:
        super().__init__()
        self.conv = conv
        self.norm: nn.Module = nn.BatchNorm2d(conv.out_channels, eps=norm_eps)
        self.activation = activation

    def forward(self, x: Tensor) -> Tensor:
        """Apply the three in order."""
        x = self.norm(self.conv(x))
        return x if self.activation is None else cast(Tensor, self.activation(x))

    def fold(self) -> None:
        """Merge the batch norm into the convolution."""
        if isinstance(self.norm, nn.BatchNorm2d):
            with torch.no_grad():
                self.conv = fuse_conv_bn_eval(self.conv, self.norm)
            self.norm = nn.Identity()


def fold_conv_norms(module: nn.Module) -> None:
    """Fold every `ConvNorm` under a module."""
    for child in module.modules():
        if isinstance(child, ConvNorm):
            child.fold()
