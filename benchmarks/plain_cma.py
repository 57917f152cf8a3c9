"""The CMA module written plainly: a loop over the classes, the attention matrix in memory, ordinary operations.

What `edam_gui.model.cma` is measured against, here for speed and memory and in tests/model for its numbers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor


def plain_position_code(length: int, width: int) -> Tensor:
    code = torch.empty(length, width, dtype=torch.float64)
    for k in range(width):
        angle = torch.arange(length, dtype=torch.float64) * 10000.0 ** (-(k // 2 * 2) / width)
        code[:, k] = angle.cos() if k % 2 else angle.sin()
    return code


def plain_cma(
    entries: Mapping[str, Tensor], features: Tensor, masks: Tensor, *, heads: int = 2, dropout: float = 0.0
) -> Tensor:
    """Return logits, (B, K), of one group, from parameters under the authors' names."""
    images, num_classes = masks.shape[:2]
    position = entries["embedding.position.pe"][0]
    # Reduced once, for it is linear; once per class, as the authors do, the plain form would need 1.4 GB more.
    reduced = F.conv2d(features, entries["d_d.weight"])
    logits = []
    for k in range(num_classes):
        tokens = (
            (reduced * masks[:, k, None]).flatten(2).transpose(1, 2)
            + position
            + entries["embedding.segment.weight"][:images, None]
        )
        tokens = F.dropout(tokens, dropout).reshape(-1, position.shape[1])
        mixed = plain_block(entries, f"trans_list.{k}.0.", tokens, heads, dropout)
        pooled = mixed.view(images, -1, mixed.shape[1]).mean(1)
        logits.append(pooled @ entries[f"fc_list.{k}.weight"].flatten())
    return torch.stack(logits, 1)


def plain_block(entries: Mapping[str, Tensor], name: str, x: Tensor, heads: int, dropout: float) -> Tensor:
    def linear(part: str, values: Tensor) -> Tensor:
        return F.linear(values, entries[f"{name}{part}.weight"], entries[f"{name}{part}.bias"])

    def norm(part: str, values: Tensor) -> Tensor:
        mean, std = values.mean(-1, keepdim=True), values.std(-1, keepdim=True)
        return entries[f"{name}{part}.norm.a_2"] * (values - mean) / (std + 1e-6) + entries[f"{name}{part}.norm.b_2"]

    normed = norm("input_sublayer", x)
    query, key, value = (
        linear(f"attention.linear_layers.{i}", normed).view(len(x), heads, -1).transpose(0, 1) for i in range(3)
    )
    weights = F.dropout(torch.softmax(query @ key.transpose(1, 2) / math.sqrt(query.shape[-1]), -1), dropout)
    joined = (weights @ value).transpose(0, 1).reshape(x.shape)
    x = x + F.dropout(linear("attention.output_linear", joined), dropout)
    inner = F.gelu(linear("feed_forward.w_1", norm("output_sublayer", x)), approximate="tanh")
    x = x + F.dropout(linear("feed_forward.w_2", F.dropout(inner, dropout)), dropout)
    return F.dropout(x, dropout)
