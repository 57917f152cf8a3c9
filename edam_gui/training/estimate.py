"""How long a run will take and how much memory it needs, from a few timed steps."""

from __future__ import annotations

import statistics
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import torch

from edam_gui.training.batches import PlannedBatches
from edam_gui.training.config import TrainConfig
from edam_gui.training.control import Requests
from edam_gui.training.distributed import Team
from edam_gui.training.initial import make_initial
from edam_gui.training.manifest import Manifest
from edam_gui.training.recorder import Recorder
from edam_gui.training.run_folder import RunFolder
from edam_gui.training.sampler import GroupSampler
from edam_gui.training.trainee import set_training
from edam_gui.training.trainer import Trainer, memory_mb
from edam_gui.training.validation import Validator

_TIMED_IMAGES: Final = 4


@dataclass(frozen=True)
class Estimate:
    """What a run will need.

    Parameters
    ----------
    step_seconds, images_per_second
        Of a step, its photos prepared in between.
    memory_mb
        Peak on the GPU; on the CPU what the process held after the steps.
    max_steps
        Optimizer steps of the run.
    validation_seconds
        Of one validation; 0 without.
    total_seconds
        Of the whole run.
    """

    step_seconds: float
    images_per_second: float
    memory_mb: float
    max_steps: int
    validation_seconds: float
    total_seconds: float


def estimate(config: TrainConfig, manifest: Manifest, device: torch.device, steps: int = 3) -> Estimate:
    """Time a few steps (after one that warms up) and the inference of up to four images; nothing is kept.

    Raises
    ------
    EdamError
        The run cannot start.
    RuntimeError, MemoryError
        Memory ran out; see `faults.explain`.
    """
    initial = make_initial(config, manifest.label_set)
    with tempfile.TemporaryDirectory() as name:
        folder = RunFolder(Path(name))
        team = Team(0, 1, device)
        with Recorder(folder, leads=False, observer=None) as recorder:
            trainer = Trainer(config, manifest, initial, team, recorder, Requests(folder), None)
            seconds = _time_steps(trainer, manifest, config, steps)
    memory = memory_mb(device)
    validator = Validator(manifest, config, device)
    per_image = _time_inference(trainer, config, device, manifest)
    per_validation = per_image * validator.images
    at_the_end = per_image * min(config.calibrate, len(manifest.images))
    multiple = config.groups * config.accumulate
    plan = GroupSampler(manifest.hot(), config.group_size, config.negatives, config.balance, config.seed).plan(0)
    epochs = trainer.max_steps / max(1, -(-len(plan) // multiple))
    validations = 1 + (epochs / config.validate_every if config.validate_every else 0)
    return Estimate(
        step_seconds=seconds,
        images_per_second=multiple * config.images_per_group / seconds,
        memory_mb=memory,
        max_steps=trainer.max_steps,
        validation_seconds=per_validation,
        total_seconds=seconds * trainer.max_steps + validations * per_validation + at_the_end,
    )


def _time_steps(trainer: Trainer, manifest: Manifest, config: TrainConfig, steps: int) -> float:
    multiple = config.groups * config.accumulate
    plan = GroupSampler(manifest.hot(), config.group_size, config.negatives, config.balance, config.seed).plan(
        0, multiple
    )
    batches = PlannedBatches(manifest, config, trainer.info, plan, 0)
    set_training(trainer.trainee)
    times = []
    for number in range(steps + 1):
        start = time.monotonic()
        first = number * config.accumulate % len(batches)
        trainer.step([batches[(first + i) % len(batches)] for i in range(config.accumulate)])
        times.append(time.monotonic() - start)
    return statistics.median(times[1:])


def _time_inference(trainer: Trainer, config: TrainConfig, device: torch.device, manifest: Manifest) -> float:
    """Return seconds per image of a validation, or, where there is none, of inference alone."""
    few = Validator(manifest, replace(config, val_limit=_TIMED_IMAGES, samples=_TIMED_IMAGES), device)
    network, info = trainer.trainee.network, trainer.info
    if few.images:
        return few.validate(network, info).seconds / few.images
    start = time.monotonic()
    drawn = few.draw_training_images(network, info, manifest)
    return (time.monotonic() - start) / max(1, len(drawn))
