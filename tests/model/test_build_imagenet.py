from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from edam_gui.core.label_set import PASCAL_VOC
from edam_gui.model.build_imagenet import TABLE, build_network, checkpoint_info, group_rows, read_table
from edam_gui.model.checkpoint import LoadedModel


def test_the_shipped_model_is_what_the_builder_and_the_table_make(stored: LoadedModel) -> None:
    built = build_network().state_dict()
    for name, value in stored.network.state_dict().items():
        expected = built[name].half().float() if built[name].is_floating_point() else built[name]
        assert torch.equal(value, expected), name
    assert stored.info == checkpoint_info()


def test_a_class_is_the_mean_of_its_rows_less_the_mean_of_all() -> None:
    weights = torch.tensor([[1.0, 0.0], [3.0, 0.0], [0.0, 8.0], [0.0, 0.0]])
    rows = group_rows(weights, {"a": [0, 1], "b": [2]})
    assert rows.tolist() == [[0.0, 0.0], [1.0, -2.0], [-1.0, 6.0]]


def test_no_imagenet_class_speaks_for_two_classes() -> None:
    groups = read_table(TABLE, PASCAL_VOC)
    rows = [row for group in groups.values() for row in group]
    assert len(rows) == len(set(rows))


def test_a_table_with_gaps_is_refused(tmp_path: Path) -> None:
    table = {name: [[i, name]] for i, name in enumerate(PASCAL_VOC.names[1:])}
    path = tmp_path / "table.json"
    for broken in (
        {**table, "cat": []},
        {**table, "cat": [[1000, "x"]]},
        {k: v for k, v in table.items() if k != "cat"},
    ):
        path.write_text(json.dumps(broken), encoding="utf-8")
        with pytest.raises(ValueError, match="rows of 'cat'"):
            read_table(path, PASCAL_VOC)
