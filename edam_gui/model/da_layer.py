"""The DA layer: one mask per class and for the background."""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never, cast

import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn


class MaskForm(StrEnum):
    """How the DA layer's output M becomes masks; a property of the checkpoint."""

    L2_ABS = "l2_abs"
    RELU = "relu"

    def normalise(self, m: Tensor) -> Tensor:
        """Turn M, (N, K+1, h, w), into masks of the same shape, in float32.

        `l2_abs`: ``|M / max(||M||_2, 1e-12)|``, the norm over channels at every pixel; in [0, 1].
        `relu`: ``max(M, 0)``.
        """
        m = m.float()
        match self:
            case MaskForm.L2_ABS:
                return F.normalize(m, p=2.0, dim=1, eps=1e-12).abs()
            case MaskForm.RELU:
                return F.relu(m)
        assert_never(self)


class DALayer(nn.Module):
    """A convolution from the feature map to K+1 channels, background first.

    Parameters
    ----------
    in_channels
        Channels of the feature map.
    num_channels
        K+1: the classes and the background.
    kernel_size
        Odd; the size is kept. 1 for a head taken from a classifier, 3 in EDAM.
    bias
        Whether a constant is added to each channel; EDAM has none.
    """

    def __init__(self, in_channels: int, num_channels: int, kernel_size: int = 3, *, bias: bool = False) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, num_channels, kernel_size, padding=kernel_size // 2, bias=bias)

    def forward(self, features: Tensor) -> Tensor:
        """Return M, (N, K+1, h, w), not normalised."""
        return cast(Tensor, self.conv(features))
