"""Everything that a run needs to go on as if it had never been interrupted."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import torch
from torch import Tensor

from edam_gui.core.errors import InputFileError
from edam_gui.imaging.atomic import write_stream

FORMAT_VERSION: Final = 1


@dataclass(frozen=True, eq=False)
class TrainState:
    """A run between two steps.

    Random numbers need no state: those of every sample and every step are seeded with seed, epoch, place and step.

    Parameters
    ----------
    step
        Optimizer steps done; the learning rate follows from it.
    epoch, groups_done
        Where the sampler is: groups of epoch `epoch` that were used.
    digest
        Of the manifest.
    model
        State dict of the `Trainee`.
    optimizer, scaler
        State dicts.
    best_miou, best_step
        The best validation so far; -1 without one.
    thresholds
        Of the last validation: background score, theta, alpha, beta; empty without one.
    concluded
        Whether nothing is left to do at this step: no validation, no model to save.
    """

    step: int
    epoch: int
    groups_done: int
    digest: str
    model: dict[str, Tensor]
    optimizer: dict[str, Any]
    scaler: dict[str, Any]
    best_miou: float
    best_step: int
    thresholds: tuple[float, ...]
    concluded: bool = True


def write_state(path: Path, state: TrainState) -> None:
    """Write a state, whole or not at all.

    Raises
    ------
    OutputError
        The file cannot be written; the one before is untouched.
    """
    data = {"format_version": FORMAT_VERSION, **state.__dict__, "thresholds": list(state.thresholds)}

    def write(file: BinaryIO) -> None:
        guarded = _Guarded(file)
        try:
            torch.save(data, guarded)  # type: ignore[arg-type]
        except RuntimeError as error:
            # torch hides what the file said.
            raise guarded.error or OSError(errno.EIO, str(error).splitlines()[0]) from error

    write_stream(path, write)


class _Guarded:
    """A file that remembers why it could not be written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.error: OSError | None = None

    def write(self, data: bytes) -> int:
        try:
            return self._file.write(data)
        except OSError as error:
            self.error = error
            raise

    def flush(self) -> None:
        self._file.flush()


def read_state(path: Path) -> TrainState:
    """Read what `write_state` wrote; nothing in the file is executed.

    Raises
    ------
    InputFileError
        The file is missing, damaged or of another version.
    """
    try:
        data: Any = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise InputFileError(path, "does not exist: this run has no checkpoint to go on from") from None
    except OSError as error:
        raise InputFileError(path, f"cannot be read ({error.strerror or error})") from None
    except Exception as error:  # noqa: BLE001 - torch.load raises whatever the damage leads to
        raise InputFileError(path, f"is damaged ({str(error).splitlines()[0][:120]})") from None
    try:
        version = data.pop("format_version")
        if version != FORMAT_VERSION:
            raise InputFileError(path, f"is of version {version}; this program reads {FORMAT_VERSION}")
        return TrainState(**{**data, "thresholds": tuple(data["thresholds"])})
    except (AttributeError, TypeError, KeyError):
        raise InputFileError(path, "is no checkpoint of a training run") from None
