"""Layers that hold one set of parameters per class and apply all of them in one batched operation."""

from __future__ import annotations

import math
from typing import Any, cast

import torch
from torch import Tensor, nn


def xavier_uniform_(weight: Tensor, fan_in: int, fan_out: int) -> None:
    """Fill with uniform values of Xavier's variance (Glorot & Bengio 2010, eq. 16), in place.

    PyTorch's own function would count the class axis as fan.
    """
    bound = math.sqrt(6 / (fan_in + fan_out))
    nn.init.uniform_(weight, -bound, bound)


class StackedLinear(nn.Module):
    """A linear layer per class: (K, N, in) -> (K, N, out).

    Parameters
    ----------
    num_classes, in_width, out_width
        Sizes.
    matrices
        Number of equally high matrices in `out_width`; each counts by itself for the initial values.
    """

    def __init__(self, num_classes: int, in_width: int, out_width: int, *, matrices: int = 1) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(num_classes, out_width, in_width))
        self.bias = nn.Parameter(torch.empty(num_classes, out_width))
        xavier_uniform_(self.weight, in_width, out_width // matrices)
        # What PyTorch's linear layer starts from, which the authors leave as it is.
        nn.init.uniform_(self.bias, -1 / math.sqrt(in_width), 1 / math.sqrt(in_width))

    def forward(self, x: Tensor) -> Tensor:
        """Apply class k's layer to row k."""
        return torch.baddbmm(self.bias[:, None, :], x, self.weight.mT)


class StackedNorm(nn.Module):
    """A layer norm per class: (K, N, d) -> (K, N, d), always in float32 (float64 for float64).

    It divides by the unbiased standard deviation plus `eps`, unlike PyTorch's, which divides by the root of the
    biased variance plus eps.

    Parameters
    ----------
    num_classes, width
        Sizes; width is at least 2.
    eps
        Added to the standard deviation.
    """

    def __init__(self, num_classes: int, width: int, eps: float = 1e-6) -> None:
        super().__init__()
        self.eps = eps
        self.scale = nn.Parameter(torch.ones(num_classes, width))
        self.shift = nn.Parameter(torch.zeros(num_classes, width))

    def forward(self, x: Tensor) -> Tensor:
        """Normalise along the last axis."""
        normalised = cast(Tensor, _Standardise.apply(x, self.eps))  # type: ignore[no-untyped-call]
        return torch.addcmul(self.shift[:, None, :], normalised, self.scale[:, None, :])


class _Standardise(torch.autograd.Function):
    """(x - mean) / (unbiased std + eps); keeps only x for the way back, where plain operations keep four copies."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, eps: float) -> Tensor:
        ctx.input_dtype = x.dtype
        x = at_least_float32(x)
        std, mean = torch.std_mean(x, dim=-1, keepdim=True, correction=1)
        ctx.save_for_backward(x, mean, std)
        ctx.eps = eps
        return (x - mean).div_(std + eps)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        x, mean, std = ctx.saved_tensors
        inverse = 1 / (std + ctx.eps)
        centred = x - mean
        # A token of equal values has no slope to follow; the plain form's limit there is 0 too.
        along = (grad * centred).sum(-1, keepdim=True) * inverse.square() / (std * (x.shape[-1] - 1))
        along = torch.where(std > 0, along, 0)
        grad_x = grad.sub(grad.mean(-1, keepdim=True)).mul_(inverse).sub_(centred.mul_(along))
        return grad_x.to(ctx.input_dtype), None


def at_least_float32(x: Tensor) -> Tensor:
    """Widen the short float types to float32; leave float32 and float64 alone."""
    return x if x.dtype in (torch.float32, torch.float64) else x.float()
