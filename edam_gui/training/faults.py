"""What can go wrong in the middle of a run, as sentences."""

from __future__ import annotations

import re
from typing import Final

import torch

from edam_gui.core.errors import EdamError, OutputError
from edam_gui.training.config import TrainConfig

_WORKER: Final = re.compile(r"DataLoader worker \(pid\(?s?\)? ?(?P<pids>[\d, ]+)\)")
_MEMORY: Final = ("not enough memory", "can't allocate memory", "out of memory", "bad_alloc")
_PEER: Final = ("connection closed", "connection reset", "gloo", "nccl", "timed out", "socket")


class TrainingFault(EdamError):
    """A run cannot go on for now.

    Parameters
    ----------
    sentence
        What happened and what to do.
    spoilt
        Whether the weights may be spoilt already, so that the last checkpoint is better than they are.
    """

    def __init__(self, sentence: str, *, spoilt: bool = False) -> None:
        super().__init__(sentence)
        self.spoilt = spoilt


def not_finite(what: str, step: int, config: TrainConfig) -> TrainingFault:
    """Return the fault of a loss or gradient that is no finite number."""
    hint = f"lr={config.lr / 10:g}" + ("" if config.clip_norm else " clip_norm=5")
    return TrainingFault(
        f"The {what} of step {step + 1} is not a finite number, so training has run away. Go on from the last "
        f"checkpoint with --resume and a smaller learning rate, such as {hint}.",
        spoilt=True,
    )


def worker_died(step: int, which: str = "") -> TrainingFault:
    """Return the fault of a process of the loader that is gone."""
    return TrainingFault(
        f"A process that prepares photos{which} died in step {step + 1}; it may have been killed for lack of memory. "
        "Go on with --resume, if it happens again with workers=0."
    )


def photos_lost(example: str, step: int) -> TrainingFault:
    """Return the fault of photos that cannot be read any more, one after the other."""
    return TrainingFault(
        f"None of the photos of the last steps could be read, for example {example}. Bring them back and go on with "
        f"--resume; training stopped in step {step + 1}."
    )


def explain(error: BaseException, step: int, config: TrainConfig) -> TrainingFault | None:
    """Return the sentence for an error in the middle of a run; `None` for one that is a defect of the program."""
    if isinstance(error, TrainingFault):
        return error
    if isinstance(error, OutputError):
        return TrainingFault(f"{error}. Make room, or mend what is wrong with the folder, and go on with --resume.")
    if isinstance(error, EdamError):
        return TrainingFault(str(error))
    text = str(error)
    if isinstance(error, torch.OutOfMemoryError | MemoryError) or any(m in text.casefold() for m in _MEMORY):
        return TrainingFault(
            f"Memory ran out in step {step + 1} with {config.images_per_batch} images of {config.crop} x {config.crop} "
            f"pixels at a time. Go on with --resume and fewer groups at a time, such as "
            f"groups={max(1, config.groups // 2)} accumulate={config.accumulate * (2 if config.groups > 1 else 1)}"
            f"{'' if config.groups > 1 else '; if there is only one already, start a new run with a smaller crop'}."
        )
    if match := _WORKER.search(text):
        return worker_died(step, f" (pid {match['pids'].strip()})")
    if isinstance(error, RuntimeError) and any(word in text.casefold() for word in _PEER):
        return TrainingFault(
            f"Another process of this run is gone, or cannot be reached, in step {step + 1} "
            f"({text.splitlines()[0][:160]}). torchrun starts them again if it was told --max-restarts; "
            "else go on with --resume."
        )
    return None
