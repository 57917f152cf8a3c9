from __future__ import annotations

import pytest
import torch

from edam_gui.training.faults import explain, not_finite, worker_died
from edam_gui.training.reconfigure import advised
from tests.training.tiny import config


def test_what_a_fault_advises_is_understood() -> None:
    assert advised(str(not_finite("loss", 3, config(lr=0.02)))) == ("lr=0.002", "clip_norm=5")
    assert advised(str(not_finite("loss", 3, config(lr=1e30, clip_norm=1.0)))) == ("lr=1e+29",)
    assert advised(str(worker_died(3))) == ("workers=0",)
    assert advised("Set negatives=0, or lr=fast, or x=1.") == ()


@pytest.mark.parametrize(("groups", "advice"), [(8, ("groups=4", "accumulate=2")), (1, ("groups=1", "accumulate=1"))])
def test_less_memory_is_advised(groups: int, advice: tuple[str, ...]) -> None:
    fault = explain(torch.OutOfMemoryError("CUDA out of memory"), 3, config(groups=groups))
    assert advised(str(fault)) == advice
