"""What training makes small."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from edam_gui.training.batches import Batch
from edam_gui.training.config import TrainConfig
from edam_gui.training.trainee import Outputs


class Losses(NamedTuple):
    """Scalars; `total` is the weighted sum, the parts are without their weights."""

    total: Tensor
    cma: Tensor
    pool: Tensor


def losses(outputs: Outputs, batch: Batch, config: TrainConfig) -> Losses:
    """Return the loss of a batch, a mean over its images (and classes), so that batches of equal size average."""
    zero = outputs.responses.new_zeros(())
    cma = cma_loss(outputs.logits, batch.labels, batch.weights) if config.cma_loss else zero
    pool = zero
    if config.pool_loss:
        pooled = pooled_responses(outputs.responses, batch.boxes, config.pool_sharpness)
        pool = pool_loss(pooled, batch.tile_labels, batch.tile_used)
    return Losses(config.cma_loss * cma + config.pool_loss * pool, cma, pool)


def cma_loss(logits: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
    """Return the binary cross-entropy over images and classes, (G, M, K); (G, M) `weights` leave images out."""
    each = F.binary_cross_entropy_with_logits(logits, labels, reduction="none")
    return (each * weights.unsqueeze(-1)).mean()


def pool_loss(pooled: Tensor, labels: Tensor, used: Tensor) -> Tensor:
    """Return the binary cross-entropy of pooled responses.

    Parameters
    ----------
    pooled, labels
        (G, M, T, K).
    used
        (G, M, T): 1 where there is a photo. The photos of one image together count as much as a single one.
    """
    each = F.binary_cross_entropy_with_logits(pooled, labels, reduction="none").mean(-1)
    share = used / used.sum(-1, keepdim=True).clamp(min=1)
    return (each * share).sum(-1).mean()


def pooled_responses(responses: Tensor, boxes: Tensor, sharpness: float) -> Tensor:
    """Pool M over boxes.

    Parameters
    ----------
    responses
        (G, M, K, h, w).
    boxes
        (G, M, T, 4) shares of width and height.
    sharpness
        r: 0 pools by the mean, above 0 by ``log(mean(exp(r M))) / r`` (Pinheiro & Collobert 2015, eq. 6).

    Returns
    -------
    Tensor
        (G, M, T, K); 0 for an empty box.
    """
    height, width = responses.shape[-2:]
    rows = _coverage(boxes[..., 1], boxes[..., 3], height)
    columns = _coverage(boxes[..., 0], boxes[..., 2], width)
    shares = (rows.unsqueeze(-1) * columns.unsqueeze(-2)).flatten(-2)
    shares = shares / shares.sum(-1, keepdim=True).clamp(min=1e-12)
    flat = responses.flatten(-2)
    if sharpness == 0:
        return shares @ flat.mT
    logs = torch.where(shares > 0, shares, 1).log().masked_fill(shares <= 0, -math.inf)
    empty = (shares.sum(-1) == 0)[..., None]
    logs = logs.masked_fill(empty, 0.0)
    pooled = torch.logsumexp(sharpness * flat.unsqueeze(-3) + logs.unsqueeze(-2), -1) / sharpness
    return pooled.masked_fill(empty, 0.0)


def _coverage(start: Tensor, end: Tensor, cells: int) -> Tensor:
    """Return how much of each of `cells` equal cells of the unit interval lies between start and end, in cells."""
    edges = torch.arange(cells + 1, device=start.device, dtype=start.dtype)
    low = torch.maximum(edges[:-1], start.unsqueeze(-1) * cells)
    high = torch.minimum(edges[1:], end.unsqueeze(-1) * cells)
    return (high - low).clamp(min=0)
