"""One pre-norm transformer block per class, all of them at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, cast

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from edam_gui.model.cma.dropout_attention import dropout_attention
from edam_gui.model.cma.stacked import StackedLinear, StackedNorm

_SLICE_ELEMENTS: Final = 1 << 23
"""Hidden values of the feed-forward layers in memory at a time, for all classes together."""


class StackedAttention(nn.Module):
    """Multi-head self-attention, with parameters of its own for every class.

    Parameters
    ----------
    num_classes, width, heads
        Sizes; `heads` divides `width`.
    dropout
        On the attention weights.
    """

    def __init__(self, num_classes: int, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.dropout = dropout
        self.qkv = StackedLinear(num_classes, width, 3 * width, matrices=3)
        self.out = StackedLinear(num_classes, width, width)

    def forward(self, projected: Tensor, groups: int) -> Tensor:
        """Attend among the tokens of each group.

        Parameters
        ----------
        projected
            Output of `qkv`, (K, groups * T, 3d).
        groups
            Number of groups.

        Returns
        -------
        Tensor
            (K, groups * T, d).
        """
        classes, tokens, width3 = projected.shape
        heads = projected.view(classes * groups, tokens // groups, 3, self.heads, width3 // 3 // self.heads)
        query, key, value = heads.permute(2, 0, 3, 1, 4).unbind()
        mixed = self._attend(query, key, value)
        joined = mixed.transpose(1, 2).reshape(classes, tokens, width3 // 3)
        return cast(Tensor, self.out(joined))

    def _attend(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        dropout = self.dropout if self.training else 0.0
        if dropout == 0 or query.is_cuda:
            return F.scaled_dot_product_attention(query, key, value, dropout_p=dropout)
        # The fused kernel of other devices has no dropout; PyTorch would hold the whole matrix instead.
        flat = [x.reshape(-1, *x.shape[2:]) for x in (query, key, value)]
        return dropout_attention(flat[0], flat[1], flat[2], dropout).view(query.shape)


class StackedFeedForward(nn.Module):
    """Two linear layers with GELU (tanh form) and dropout between, per class."""

    def __init__(self, num_classes: int, width: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.expand = StackedLinear(num_classes, width, hidden)
        self.hidden = hidden
        self.drop = nn.Dropout(dropout)
        self.contract = StackedLinear(num_classes, hidden, width)

    def forward(self, x: Tensor) -> Tensor:
        """Map (K, N, d) to (K, N, d)."""
        hidden = self.drop(F.gelu(self.expand(x), approximate="tanh"))
        return cast(Tensor, self.contract(hidden))


class StackedBlock(nn.Module):
    """``x + drop(attention(norm(x)))``, then ``x + drop(feed_forward(norm(x)))``, then dropout.

    Parameters
    ----------
    num_classes, width, heads, hidden
        Sizes; `hidden` is the width inside the feed-forward layers.
    dropout
        Everywhere in the block, on attention weights too.
    """

    def __init__(self, num_classes: int, width: int, heads: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.attention_norm = StackedNorm(num_classes, width)
        self.attention = StackedAttention(num_classes, width, heads, dropout)
        self.feed_forward_norm = StackedNorm(num_classes, width)
        self.feed_forward = StackedFeedForward(num_classes, width, hidden, dropout)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor, groups: int) -> Tensor:
        """Map tokens (K, groups * T, d) to the same shape."""
        projected = self.attention.qkv(self.attention_norm(x))
        x = x + self.drop(self.attention(projected, groups))
        # The wide hidden layer exists for a slice of the tokens at a time, and again on the way back.
        rows = max(1, _SLICE_ELEMENTS // (x.shape[0] * self.feed_forward.hidden))
        return torch.cat([_recomputed(self._finish, part) for part in torch.split(x, rows, dim=1)], dim=1)

    def _finish(self, x: Tensor) -> Tensor:
        x = x + self.drop(self.feed_forward(self.feed_forward_norm(x)))
        return cast(Tensor, self.drop(x))


def _recomputed(function: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    if torch.is_grad_enabled():
        return cast(Tensor, checkpoint(function, x, use_reentrant=False))
    return function(x)
