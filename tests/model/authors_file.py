"""Authors' checkpoints for tests: whole ones filled by rule, and tiny files of the same names and shapes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from torch import Tensor

from tests.golden.weights import NAMES, authors_state, shape_of

State = dict[str, Tensor]


def filled_file(path: Path, variant: int) -> Path:
    """Write all 572 entries by the rules of tests/golden/README.md, 443 MB."""
    torch.save({name: torch.from_numpy(values) for name, values in authors_state(variant).items()}, path)
    return path


def hollow_state() -> State:
    """All 572 entries in their shapes, each a single number, so that a file of them takes 200 KB.

    The weights of a convolution sum up to 1.
    """
    state = {name: torch.tensor(1 / math.prod(shape_of(name)[1:])).expand(shape_of(name)) for name in NAMES}
    counters = {name: torch.tensor(0) for name in NAMES if name.endswith("num_batches_tracked")}
    return state | counters


def hollow_file(path: Path, change: Callable[[State], Mapping[str, Tensor]] = lambda state: state) -> Path:
    torch.save(dict(change(hollow_state())), path)
    return path
