"""Checks that every checkpoint format shares: entries by name, shape and value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import torch
from torch import Tensor

from edam_gui.core.errors import InputFileError

Shapes = Mapping[str, tuple[int, ...]]
_SHOWN_NAMES: Final = 5


def check_shapes(path: Path, network: str, expected: Shapes, found: Shapes) -> None:
    """Compare a file's entries with those that a network needs.

    Parameters
    ----------
    path
        The file, for the sentence.
    network
        What the entries are for, as in "does not fit the network 'resnet38'".
    expected, found
        Shapes by name.

    Raises
    ------
    InputFileError
        Entries are missing, unexpected or of the wrong shape; the sentence names some of each.
    """
    problems = []
    if missing := sorted(expected.keys() - found.keys()):
        problems.append(f"missing entries: {_listed(missing)}")
    if unexpected := sorted(found.keys() - expected.keys()):
        problems.append(f"unexpected entries: {_listed(unexpected)}")
    wrong = [
        f"{name} ({by(found[name])} instead of {by(expected[name])})"
        for name in sorted(expected.keys() & found.keys())
        if found[name] != expected[name]
    ]
    if wrong:
        problems.append(f"entries of the wrong shape: {_listed(wrong)}")
    if problems:
        raise InputFileError(path, f"the checkpoint does not fit the network '{network}': {'; '.join(problems)}.")


def checked_tensor(path: Path, name: str, value: Tensor) -> Tensor:
    """Return an entry as float32, or as it is if it counts batches.

    Raises
    ------
    InputFileError
        It holds other numbers, values that are not finite, or negative variances.
    """
    if value.dtype == torch.int64 and name.endswith("num_batches_tracked"):
        return value
    if not value.is_floating_point():
        kind = str(value.dtype).removeprefix("torch.")
        raise InputFileError(path, f"the entry '{name}' holds {kind} numbers, not floating-point ones.")
    if not bool(torch.isfinite(value).all()):
        raise InputFileError(path, f"the entry '{name}' holds values that are not finite.")
    if name.endswith("running_var") and bool((value < 0).any()):
        raise InputFileError(path, f"the entry '{name}' holds negative variances.")
    return value.to(torch.float32)


def by(shape: Sequence[int]) -> str:
    """Write a shape for a person, such as 21x4096x3x3."""
    return "x".join(map(str, shape)) or "single number"


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(name if len(name) <= 80 else name[:77] + "..." for name in names[:_SHOWN_NAMES])
    return shown if len(names) <= _SHOWN_NAMES else f"{shown} and {len(names) - _SHOWN_NAMES} more"
