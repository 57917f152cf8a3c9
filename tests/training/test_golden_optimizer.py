"""Parameter groups and learning rates against the authors' code (tests/golden/README.md)."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch

from edam_gui.model.backbones import build_backbone
from edam_gui.model.cma import CMA, CMASizes
from edam_gui.model.cma.authors import to_authors
from edam_gui.model.da_layer import DALayer, MaskForm
from edam_gui.model.network import EdamNetwork
from edam_gui.training.parameter_groups import make_optimizer, parameter_groups, set_learning_rates
from edam_gui.training.presets import AUTHORS
from edam_gui.training.schedule import make_schedule
from edam_gui.training.trainee import Trainee, freeze
from tests.golden import data

GOLDEN: dict[str, Any] = json.loads((data.HERE / "train/optimizer.json").read_text())


@pytest.fixture(scope="module")
def trainee() -> Trainee:
    with torch.device("meta"):
        network = EdamNetwork(build_backbone("resnet38", 8), DALayer(4096, 21), MaskForm.L2_ABS)
        made = Trainee(network, CMA(CMASizes(4096, 20)))
    freeze(made, "resnet38", AUTHORS.frozen_stages)
    return made


def authors_names(names: list[str], trainee: Trainee) -> set[str]:
    """Ours hold all classes in one tensor; theirs are one per class."""
    state = {n: torch.zeros(p.shape) for n, p in trainee.cma.named_parameters()} if trainee.cma else {}
    own = {n.removeprefix("cma.") for n in names if n.startswith("cma.")}
    for name in own:
        state[name] = torch.ones(state[name].shape)
    found = {n for n, value in to_authors(state).items() if n != "embedding.position.pe" and bool(value.all())}
    found |= {n.removeprefix("network.backbone.") for n in names if n.startswith("network.backbone.")}
    return found | {"mask_layer.weight" for n in names if n == "network.da_layer.conv.weight"}


def test_groups_are_the_authors(trainee: Trainee) -> None:
    groups = {group.name: group for group in parameter_groups(trainee, AUTHORS)}
    expected = [set(names) for names in GOLDEN["groups"]]
    found = [
        authors_names([n for part in parts if part in groups for n in groups[part].parameters], trainee)
        for parts in (("trunk",), ("trunk_bias",), ("da_layer", "new"), ("da_layer_bias",), ("attention",), ())
    ]
    assert found == expected
    for part, index in (("trunk", 0), ("da_layer", 2), ("new", 2), ("attention", 4)):
        assert groups[part].lr == pytest.approx(GOLDEN["initial_lr"][index])
        assert groups[part].weight_decay == GOLDEN["groups_config"][index]["weight_decay"]
    sizes = {name: sum(p.numel() for p in group.parameters.values()) for name, group in groups.items()}
    assert sizes["trunk"] == GOLDEN["groups_config"][0]["n_elements"]
    assert sizes["da_layer"] + sizes["new"] == GOLDEN["groups_config"][2]["n_elements"]
    assert sizes["attention"] == GOLDEN["groups_config"][4]["n_elements"]


def test_what_is_frozen_is_what_the_authors_freeze(trainee: Trainee) -> None:
    frozen = {n for n, p in trainee.network.backbone.named_parameters() if not p.requires_grad}
    assert frozen == set(GOLDEN["requires_grad_false_after_train"])


def test_learning_rates_are_the_authors(trainee: Trainee) -> None:
    optimizer = make_optimizer(parameter_groups(trainee, AUTHORS), AUTHORS)
    schedule = make_schedule(AUTHORS, GOLDEN["max_step"])
    index = {"trunk": 0, "da_layer": 2, "new": 2, "attention": 4}
    for step, rates in GOLDEN["lr_used_at_global_step"].items():
        set_learning_rates(optimizer, schedule, int(step))
        for group in optimizer.param_groups:
            assert group["lr"] == pytest.approx(rates[index[group["name"]]], rel=1e-9)
            assert (group["momentum"], group["nesterov"], group["dampening"]) == (0.9, False, 0)


def test_the_schedule_ends_at_zero_instead_of_in_an_error() -> None:
    assert make_schedule(AUTHORS, GOLDEN["max_step"]).factor(GOLDEN["max_step"]) == 0


def test_a_warm_up_longer_than_the_run_is_cut() -> None:
    schedule = make_schedule(AUTHORS, 100)
    assert schedule.factor(0) == pytest.approx(0.1)
    assert schedule.factor(10) == 1
    assert schedule.factor(99) > 0
