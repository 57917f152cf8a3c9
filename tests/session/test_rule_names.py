"""The history says what a change of thresholds changed."""

from __future__ import annotations

from typing import Any

import pytest

from edam_gui.core.label_set import PASCAL_VOC
from edam_gui.session.rule_names import rule_step_name


def state(image: bool = False, index: int | None = None, **fields: Any) -> dict[str, Any]:
    return {"image": image, "class": index, "fields": fields}


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        (state(theta=30.0), state(theta=41.5), "Theta 30 → 41.5"),
        (state(), state(alpha=1e-6), "Alpha default → 1e-06"),
        (state(True, 12, beta=0.5), state(True, 12), "Beta 0.5 → default, dog, this image"),
        (state(index=8), state(index=8, ignore_saliency=True), "Ignore saliency default → on, cat"),
        (state(theta=1.0, alpha=0.1), state(theta=2.0, alpha=0.2), "Theta 1 → 2, Alpha 0.1 → 0.2"),
        ({"choices": {}}, {"choices": {"dialect": "paper"}}, "Method"),
    ],
)
def test_steps_are_named_by_what_changed(before: dict[str, Any], after: dict[str, Any], name: str) -> None:
    assert rule_step_name(before, after, PASCAL_VOC.names) == name
