"""Attention with dropout on its weights that never holds the attention matrix."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, cast

import torch
from torch import Tensor

from edam_gui.model.cma.stacked import at_least_float32

_BLOCK_ELEMENTS: Final = 1 << 22
"""Attention weights in memory at a time: near the caches' size, yet worth sharing among the cores."""
_LEVELS: Final = 1 << 16
"""Dropout decides by 16 random bits, six times as fast as the generator's own coin."""


def dropout_attention(query: Tensor, key: Tensor, value: Tensor, dropout: float) -> Tensor:
    """Return ``dropout(softmax(query @ key.mT / sqrt(e))) @ value`` in memory linear in the number of tokens.

    For devices whose fused attention has no dropout. The matrix is made in blocks of rows, and made again on the
    way back; the dropout is repeated from its seed, which comes from PyTorch's generator. Runs in float32 at least.

    Parameters
    ----------
    query, key, value
        (N, T, e) of one type.
    dropout
        Share of weights set to 0, rounded to 1/65536; in (0, 1). The others are divided by the share kept.

    Returns
    -------
    Tensor
        (N, T, e), of the same type. It can be differentiated once.
    """
    seed = int(torch.randint(1 << 62, ()).item())
    wide = [at_least_float32(x) for x in (query, key, value)]
    with torch.autocast(query.device.type, enabled=False):
        attended = _DropoutAttention.apply(*wide, dropout, seed)  # type: ignore[no-untyped-call]
    return cast(Tensor, attended).to(value.dtype)


class _Blocks:
    """The blocks of the attention matrix and the dropout of each, the same at every walk."""

    def __init__(self, query: Tensor, dropout: float, seed: int) -> None:
        self.count, self.tokens, self.width = query.shape
        self.device = query.device
        self.scale = self.width**-0.5
        self.dropped = min(max(round(dropout * _LEVELS), 1), _LEVELS - 1)
        self.kept_share = 1 - self.dropped / _LEVELS
        self.seed = seed
        self.sequences = max(1, min(self.count, _BLOCK_ELEMENTS // self.tokens**2))
        self.rows = max(1, min(self.tokens, _BLOCK_ELEMENTS // (self.sequences * self.tokens)))

    def __iter__(self) -> Iterator[tuple[slice, slice, Tensor]]:
        """Yield sequences, rows and which weights of the block are dropped, (sequences, rows, T) bool.

        The last is overwritten by the next block's.
        """
        generator = torch.Generator(self.device).manual_seed(self.seed)
        most = self.sequences * self.rows * self.tokens
        words = torch.empty((most + 3) // 4, dtype=torch.int64, device=self.device)
        dropped = torch.empty(most, dtype=torch.bool, device=self.device)
        for first in range(0, self.count, self.sequences):
            sequences = slice(first, min(first + self.sequences, self.count))
            for row in range(0, self.tokens, self.rows):
                rows = slice(row, min(row + self.rows, self.tokens))
                words.random_(-(1 << 63), None, generator=generator)
                block = self.part(dropped, sequences, rows)
                levels = self.part(words.view(torch.int16), sequences, rows)
                yield sequences, rows, torch.lt(levels, self.dropped - _LEVELS // 2, out=block)

    def part(self, memory: Tensor, sequences: slice, rows: slice) -> Tensor:
        """Return the start of flat memory in the block's shape; fresh memory for every block costs a third more."""
        shape = sequences.stop - sequences.start, rows.stop - rows.start, self.tokens
        return memory[: shape[0] * shape[1] * shape[2]].view(shape)

    def memory_like(self, x: Tensor) -> Tensor:
        """Return memory for one block."""
        return x.new_empty(self.sequences * self.rows * self.tokens)


class _DropoutAttention(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, query: Tensor, key: Tensor, value: Tensor, dropout: float, seed: int) -> Tensor:
        blocks = _Blocks(query, dropout, seed)
        memory = blocks.memory_like(query)
        out = torch.empty_like(value)
        for sequences, rows, dropped in blocks:
            weights = blocks.part(memory, sequences, rows)
            _softmax(query[sequences, rows] * blocks.scale, key[sequences], weights)
            out[sequences, rows] = torch.bmm(weights.masked_fill_(dropped, 0), value[sequences])
        out /= blocks.kept_share
        ctx.save_for_backward(query, key, value, out)
        ctx.blocks = blocks
        return out

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, Tensor, None, None]:
        query, key, value, out = ctx.saved_tensors
        blocks: _Blocks = ctx.blocks
        weight_memory, slope_memory = blocks.memory_like(query), blocks.memory_like(query)
        # sum over the weights of (weight * its gradient), which the softmax's derivative needs
        pull = (grad * out).sum(-1, keepdim=True)
        grad = grad / blocks.kept_share
        grad_query, grad_key, grad_value = torch.empty_like(query), torch.zeros_like(key), torch.zeros_like(value)
        with torch.autocast(query.device.type, enabled=False):
            for sequences, rows, dropped in blocks:
                q, k, g = query[sequences, rows] * blocks.scale, key[sequences], grad[sequences, rows]
                weights = blocks.part(weight_memory, sequences, rows)
                slope = blocks.part(slope_memory, sequences, rows)
                _softmax(q, k, weights)
                torch.bmm(g, value[sequences].mT, out=slope).masked_fill_(dropped, 0)
                slope.sub_(pull[sequences, rows]).mul_(weights)
                grad_query[sequences, rows] = torch.bmm(slope, k)
                grad_key[sequences].baddbmm_(slope.mT, q)
                grad_value[sequences].baddbmm_(weights.masked_fill_(dropped, 0).mT, g)
        return grad_query.mul_(blocks.scale), grad_key, grad_value, None, None


def _softmax(query: Tensor, key: Tensor, out: Tensor) -> None:
    torch.bmm(query, key.mT, out=out)
    torch.softmax(out, dim=-1, out=out)
