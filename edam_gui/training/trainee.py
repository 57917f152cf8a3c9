"""The network in training: backbone, DA layer and CMA module, with what is frozen."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Final, NamedTuple, cast

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from edam_gui.core.errors import OptionError
from edam_gui.model.backbones import Backbone
from edam_gui.model.cma import CMA
from edam_gui.model.da_layer import MaskForm
from edam_gui.model.network import EdamNetwork
from edam_gui.training.config import ALL_STAGES

_STAGES: Final[Mapping[str, tuple[str, ...]]] = {
    # The first one is what the authors freeze.
    "resnet38": (r"conv1a|b2(_\d)?", r"b3(_\d)?", r"b4(_\d)?", r"b5(_\d)?", "b6", "b7|bn7"),
    "efficientnet_lite0": (
        "stem|blocks.0",
        r"blocks\.[12]",
        r"blocks\.[34]",
        r"blocks\.[567]",
        r"blocks\.(8|9|10)",
        r"blocks\.(11|12|13|14)",
        r"blocks\.15",
        "head",
    ),
}
"""Parts of each backbone, from the photo on; patterns of module names."""


class Outputs(NamedTuple):
    """What a forward pass yields.

    Parameters
    ----------
    logits
        Of the CMA module, (G, M, K); empty without one.
    responses
        The DA layer's output M of the classes, (G, M, K, h, w) float32, before any mask form.
    """

    logits: Tensor
    responses: Tensor


class Trainee(nn.Module):
    """Photos in groups -> logits of the CMA module and responses of the DA layer.

    Parameters
    ----------
    network
        Not folded.
    cma
        `None` trains the pooled masks alone.
    """

    def __init__(self, network: EdamNetwork, cma: CMA | None) -> None:
        super().__init__()
        self.network = network
        self.cma = cma
        # In a list, so that it is no part of what is trained or saved.
        self._fast_trunk: list[Backbone] = []

    def forward(self, photos: Tensor) -> Outputs:
        """Run (G, M, 3, S, S)."""
        groups = photos.shape[:2]
        features = self._features(photos.flatten(0, 1))
        responses = self.network.da_layer(features)
        with torch.autocast(photos.device.type, enabled=False):
            responses = responses.float()
            masks = attention_masks(responses, self.network.mask_form)
        logits = responses.new_empty(0)
        if self.cma is not None:
            logits = self.cma(_grouped(features, groups), _grouped(masks[:, 1:], groups))
        return Outputs(logits, _grouped(responses[:, 1:], groups))

    def _features(self, photos: Tensor) -> Tensor:
        if not self._fast_trunk:
            return cast(Tensor, self.network.backbone(photos))
        with torch.no_grad():
            return cast(Tensor, self._fast_trunk[0](photos.contiguous(memory_format=torch.channels_last))).contiguous()

    def speed_up_trunk(self) -> None:
        """Let a backbone that is frozen as a whole, and has its final weights, run in its faster form for inference."""
        trunk = self.network.backbone
        if not self._fast_trunk and not any(parameter.requires_grad for parameter in trunk.parameters()):
            self._fast_trunk.append(_fast_copy(trunk))


def _fast_copy(trunk: Backbone) -> Backbone:
    fast = copy.deepcopy(trunk).eval()
    fast.fold_batch_norms()
    return cast(Backbone, fast.to(memory_format=torch.channels_last))  # type: ignore[call-overload]


def _grouped(values: Tensor, groups: tuple[int, ...]) -> Tensor:
    return values.reshape(*groups, *values.shape[1:])


def attention_masks(responses: Tensor, form: MaskForm) -> Tensor:
    """Return the M_hat that features are multiplied with, in [0, 1], from M, (N, K+1, h, w).

    `l2_abs`: the masks themselves. `relu`: ReLU(M) divided by its L2 norm over the channels, so that classes compete
    here too (not published; masks of a `relu` checkpoint are used as they are at inference).
    """
    if form is MaskForm.RELU:
        return F.normalize(F.relu(responses), p=2.0, dim=1, eps=1e-12)
    return form.normalise(responses)


def freeze(trainee: Trainee, backbone: str, stages: int) -> None:
    """Exclude the leading stages and every batch norm of the backbone from training.

    Parameters
    ----------
    trainee
        Changed in place.
    backbone
        Its registered name.
    stages
        Number of leading stages; -1: the whole backbone.

    Raises
    ------
    OptionError
        The backbone has fewer stages.
    """
    trunk = trainee.network.backbone
    if stages == ALL_STAGES:
        trunk.requires_grad_(False)
        return
    table = _STAGES.get(backbone, ())
    if stages > len(table):
        raise OptionError(f"The backbone {backbone} has {len(table)} stages; frozen_stages={stages} is more.")
    frozen = [re.compile(rf"({pattern})\.") for pattern in table[:stages]]
    norms = {f"{name}." for name, module in trunk.named_modules() if isinstance(module, nn.BatchNorm2d)}
    for name, parameter in trunk.named_parameters():
        is_norm = name.rpartition(".")[0] + "." in norms
        parameter.requires_grad_(not is_norm and not any(pattern.match(name) for pattern in frozen))


def set_training(trainee: Trainee) -> None:
    """Go into training mode; batch norms keep their statistics, and a frozen backbone has no dropout."""
    trainee.train()
    trunk = trainee.network.backbone
    if not any(parameter.requires_grad for parameter in trunk.parameters()):
        trunk.eval()
    for module in trunk.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()
    trainee.speed_up_trunk()
