"""What training makes small."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from edam_gui.core.label_set import LabelSet
from edam_gui.training.batches import Batch
from edam_gui.training.config import TrainConfig
from edam_gui.training.trainee import Outputs


class Losses(NamedTuple):
    """Scalars; `total` is the weighted sum, the parts are without their weights."""

    total: Tensor
    cma: Tensor
    pool: Tensor


class ClassWeights(NamedTuple):
    """What each class weighs in the losses, (K,) float32 each: where an image shows it, and where it does not."""

    present: Tensor
    absent: Tensor

    def of(self, labels: Tensor) -> Tensor:
        """Return the weight of every label, (..., K)."""
        return torch.where(labels > 0, self.present, self.absent)

    def to(self, device: torch.device) -> ClassWeights:
        """Return the weights on a device."""
        return ClassWeights(self.present.to(device), self.absent.to(device))


def class_weights(config: TrainConfig, label_set: LabelSet, images_per_class: Sequence[int]) -> ClassWeights:
    """Return what the settings `class_trust`, `doubtful` and `doubtful_weight` say."""
    counts = torch.tensor(images_per_class, dtype=torch.float32)
    present = counts / (counts + config.class_trust).clamp(min=1) if config.class_trust else torch.ones_like(counts)
    absent = present.clone()
    for index in doubtful_classes(config, label_set):
        absent[index - 1] *= config.doubtful_weight
    return ClassWeights(present, absent)


def doubtful_classes(config: TrainConfig, label_set: LabelSet) -> list[int]:
    """Return the indices of the doubtful classes; names that the label set does not know are passed over."""
    found = (label_set.find(name) for name in config.doubtful.split(",") if name.strip())
    return [index for index in found if index]


def losses(outputs: Outputs, batch: Batch, config: TrainConfig, weights: ClassWeights) -> Losses:
    """Return the loss of a batch, a mean over its images (and classes), so that batches of equal size average."""
    zero = outputs.responses.new_zeros(())
    cma = cma_loss(outputs.logits, batch.labels, batch.weights, weights) if config.cma_loss else zero
    pool = zero
    if config.pool_loss:
        pooled = config.pool_scale * pooled_responses(outputs.responses, batch.boxes, config.pool_sharpness)
        pool = pool_loss(pooled, batch.tile_labels, batch.tile_used, weights)
    return Losses(config.cma_loss * cma + config.pool_loss * pool, cma, pool)


def cma_loss(logits: Tensor, labels: Tensor, used: Tensor, weights: ClassWeights) -> Tensor:
    """Return the binary cross-entropy over images and classes, (G, M, K); (G, M) `used` is 0 to leave images out."""
    each = F.binary_cross_entropy_with_logits(logits, labels, reduction="none") * weights.of(labels)
    return (each * used.unsqueeze(-1)).mean()


def pool_loss(pooled: Tensor, labels: Tensor, used: Tensor, weights: ClassWeights) -> Tensor:
    """Return the binary cross-entropy of pooled responses.

    Parameters
    ----------
    pooled, labels
        (G, M, T, K).
    used
        (G, M, T): 1 where there is a photo. The photos of one image together count as much as a single one.
    weights
        Of the classes.
    """
    each = F.binary_cross_entropy_with_logits(pooled, labels, reduction="none") * weights.of(labels)
    share = used / used.sum(-1, keepdim=True).clamp(min=1)
    return (each.mean(-1) * share).sum(-1).mean()


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
