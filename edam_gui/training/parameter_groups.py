"""Which parameters learn how fast."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from edam_gui.training.config import Optimizer, TrainConfig
from edam_gui.training.schedule import Schedule
from edam_gui.training.trainee import Trainee


@dataclass(frozen=True, eq=False)
class ParameterGroup:
    """Parameters with one learning rate.

    Parameters
    ----------
    name
        `trunk`, `trunk_bias`, `new`, `da_layer`, `da_layer_bias` or `attention`.
    parameters
        By name in the `Trainee`.
    lr, weight_decay
        The initial learning rate, before the schedule.
    """

    name: str
    parameters: dict[str, nn.Parameter]
    lr: float
    weight_decay: float


def parameter_groups(trainee: Trainee, config: TrainConfig) -> list[ParameterGroup]:
    """Divide the parameters as the authors do; empty groups are left out.

    Weights of the trunk learn at `lr`, its biases `bias_lr_factor` times as fast and without weight decay. The DA
    layer and the CMA module's 1x1 convolutions (`reduce`, `classifier`) have factors of their own; the attention
    blocks and the image code learn at `lr`, though they start from scratch. Batch norms are in no group.
    """
    trunk, biases = _trunk(trainee)
    da = {f"network.da_layer.{n}": p for n, p in trainee.network.da_layer.named_parameters()}
    da_weights = {n: p for n, p in da.items() if not n.endswith("bias")}
    da_biases = {n: p for n, p in da.items() if n.endswith("bias")}
    cma = dict(trainee.cma.named_parameters()) if trainee.cma is not None else {}
    new = {f"cma.{n}": p for n, p in cma.items() if n in ("reduce.weight", "classifier")}
    attention = {f"cma.{n}": p for n, p in cma.items() if f"cma.{n}" not in new}
    lr, decay, bias = config.lr, config.weight_decay, config.bias_lr_factor
    groups = [
        ParameterGroup("trunk", trunk, lr, decay),
        ParameterGroup("trunk_bias", biases, lr * bias, 0.0),
        ParameterGroup("da_layer", da_weights, lr * config.da_lr_factor, decay),
        ParameterGroup("da_layer_bias", da_biases, lr * config.da_lr_factor * bias, 0.0),
        ParameterGroup("new", new, lr * config.new_lr_factor, decay),
        ParameterGroup("attention", attention, lr, decay),
    ]
    return [group for group in groups if group.parameters]


def _trunk(trainee: Trainee) -> tuple[dict[str, nn.Parameter], dict[str, nn.Parameter]]:
    """Return the trunk's weights and biases, without batch norms, the frozen ones too: they get no gradient."""
    weights: dict[str, nn.Parameter] = {}
    biases: dict[str, nn.Parameter] = {}
    for name, parameter in _without_norms(trainee.network.backbone):
        (biases if name.endswith("bias") else weights)[f"network.backbone.{name}"] = parameter
    return weights, biases


def _without_norms(trunk: nn.Module) -> Iterator[tuple[str, nn.Parameter]]:
    for path, module in trunk.named_modules():
        if not isinstance(module, nn.BatchNorm2d):
            for name, parameter in module.named_parameters(recurse=False):
                yield f"{path}.{name}", parameter


def make_optimizer(groups: list[ParameterGroup], config: TrainConfig) -> torch.optim.Optimizer:
    """Return the optimizer; each of its groups remembers its `name` and `initial_lr`."""
    entries: list[dict[str, Any]] = [
        {
            "params": list(group.parameters.values()),
            "lr": group.lr,
            "initial_lr": group.lr,
            "weight_decay": group.weight_decay,
            "name": group.name,
        }
        for group in groups
    ]
    if config.optimizer is Optimizer.ADAMW:
        return torch.optim.AdamW(entries, lr=config.lr, betas=(config.momentum, 0.999))
    return torch.optim.SGD(entries, lr=config.lr, momentum=config.momentum)


def set_learning_rates(optimizer: torch.optim.Optimizer, schedule: Schedule, step: int) -> float:
    """Give every group its learning rate for a step; return the factor."""
    factor = schedule.factor(step)
    for group in optimizer.param_groups:
        group["lr"] = group["initial_lr"] * factor
    return factor
