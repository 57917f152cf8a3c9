"""The training loop."""

from __future__ import annotations

import contextlib
import math
import pickle
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any, Final, cast

import psutil
import torch
from torch import Tensor
from torch.nn.parallel import DistributedDataParallel

from edam_gui.training.batches import Batch, PlannedBatches, make_loader, open_loader
from edam_gui.training.config import TrainConfig
from edam_gui.training.control import Requests, StopAsked
from edam_gui.training.distributed import Team
from edam_gui.training.events import Continued, Level, Outcome, Paused, StepDone
from edam_gui.training.faults import not_finite, photos_lost, worker_died
from edam_gui.training.initial import Initial
from edam_gui.training.keeper import Keeper
from edam_gui.training.losses import class_weights, losses
from edam_gui.training.manifest import Manifest
from edam_gui.training.mixed_precision import MixedPrecision
from edam_gui.training.parameter_groups import make_optimizer, parameter_groups, set_learning_rates
from edam_gui.training.recorder import Recorder
from edam_gui.training.sampler import EpochPlan, GroupSampler
from edam_gui.training.schedule import make_schedule
from edam_gui.training.state_file import TrainState
from edam_gui.training.trainee import set_training

_PAUSE_STEP_S: Final = 0.5
_SMOOTHING: Final = 0.9
_LOST_BATCHES: Final = 3
"""After so many batches in a row without one readable photo, the photos are taken to be gone."""


@dataclass
class Progress:
    """Where a run is.

    Parameters
    ----------
    step, epoch, groups_done
        Optimizer steps done, epoch, and groups of it that were used.
    concluded
        Whether nothing is left to do at this step: no validation, no model to save.
    """

    step: int = 0
    epoch: int = 0
    groups_done: int = 0
    concluded: bool = True


class Trainer:
    """Trains a network until it is done or asked to stop.

    Parameters
    ----------
    config, manifest
        Settings and data.
    initial
        The network; moved to the device and trained in place.
    team
        The processes.
    recorder, requests, keeper
        What it writes, what it is asked for, and its checkpoints.

    Raises
    ------
    OptionError
        The settings do not fit the data.
    """

    def __init__(
        self,
        config: TrainConfig,
        manifest: Manifest,
        initial: Initial,
        team: Team,
        recorder: Recorder,
        requests: Requests,
        keeper: Keeper | None,
    ) -> None:
        self.config, self.manifest, self.info = config, manifest, initial.info
        self.team, self.progress = team, Progress()
        self.updating = False
        """Whether the weights are between two states; a checkpoint would be neither."""
        self._recorder, self._requests, self._keeper = recorder, requests, keeper
        self.trainee = initial.trainee.to(team.device)
        self._precision = MixedPrecision(config.precision, team.device)
        self._sampler = GroupSampler(manifest.hot(), config.group_size, config.negatives, config.balance, config.seed)
        self._last_plan: tuple[int, EpochPlan] | None = None
        self._weights = class_weights(config, manifest.label_set, manifest.images_per_class()).to(team.device)
        self.optimizer = make_optimizer(parameter_groups(self.trainee, config), config)
        self.max_steps = config.max_steps or sum(self._steps_in(epoch) for epoch in range(config.epochs))
        self._schedule = make_schedule(config, self.max_steps)
        module: torch.nn.Module = team.wrap(self.trainee)
        self._module = cast(torch.nn.Module, torch.compile(module)) if config.compile else module
        self._step_seconds = self._waited = 0.0
        self._problems: set[str] = set()
        self._lost_batches = 0

    @property
    def _groups_per_step(self) -> int:
        return self.config.groups * self.team.world * self.config.accumulate

    def _plan(self, epoch: int) -> EpochPlan:
        if self._last_plan is None or self._last_plan[0] != epoch:
            self._last_plan = epoch, self._sampler.plan(epoch, self._groups_per_step)
        return self._last_plan[1]

    def _steps_in(self, epoch: int) -> int:
        return len(self._plan(epoch)) // self._groups_per_step

    def restore(self, state: TrainState) -> None:
        """Go on from a state."""
        self.trainee.load_state_dict(state.model)
        self.optimizer.load_state_dict(state.optimizer)
        self._precision.load(state.scaler)
        self.progress = Progress(state.step, state.epoch, state.groups_done, state.concluded)

    def state(self) -> dict[str, Any]:
        """Return the network's and the optimizer's part of a state."""
        return {
            "step": self.progress.step,
            "epoch": self.progress.epoch,
            "groups_done": self.progress.groups_done,
            "concluded": self.progress.concluded,
            "digest": self.manifest.digest(),
            "model": self.trainee.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "scaler": self._precision.state(),
        }

    def run(self) -> Outcome:
        """Train to the end, or until asked to stop.

        Raises
        ------
        TrainingFault
            The loss is not finite.
        EdamError, RuntimeError, MemoryError
            See `faults.explain`.
        """
        while self.progress.step < self.max_steps or not self.progress.concluded:
            if not self._run_epoch():
                return Outcome.STOPPED
        return Outcome.FINISHED

    def _run_epoch(self) -> bool:
        """Train to the end of an epoch or of the run, and validate; return whether to go on."""
        set_training(self.trainee)
        if self.progress.step < self.max_steps and not self._train_epoch(self.progress.epoch):
            return False
        return self._finish_epoch()

    def _train_epoch(self, epoch: int) -> bool:
        """Take the steps that are left in an epoch; return whether to go on."""
        with contextlib.closing(self._steps(epoch)) as steps:
            for batches in steps:
                start = time.monotonic()
                self._recorder.beat("training", self.progress.step, self.max_steps, epoch, self._step_seconds)
                report = self.step(batches)
                self._finish_step(report, time.monotonic() - start + self._waited)
                if self.progress.step >= self.max_steps:
                    break
                if not self._obey():
                    return False
                self._save_if_due()
        return True

    def _steps(self, epoch: int) -> Generator[list[Batch], None, None]:
        """Yield the batches of every step that is left in an epoch."""
        config, team = self.config, self.team
        batches = PlannedBatches(self.manifest, config, self.info, self._plan(epoch), epoch, team.rank, team.world)
        # With another number of processes than before, some groups may come twice.
        done = self.progress.groups_done // self._groups_per_step * config.accumulate
        loader = make_loader(batches, done, config.workers, pin=team.device.type == "cuda")
        with open_loader(loader) as iterator:
            for _ in range((len(batches) - done) // config.accumulate):
                start = time.monotonic()
                step = [self._next(iterator) for _ in range(config.accumulate)]
                self._waited = time.monotonic() - start
                yield step

    def _next(self, loader: Iterator[Batch]) -> Batch:
        try:
            return next(loader)
        except (ConnectionError, EOFError, FileNotFoundError, pickle.UnpicklingError) as error:
            # A process that dies while it hands over a batch leaves a broken connection or half a message.
            raise worker_died(self.progress.step) from error

    def step(self, batches: list[Batch]) -> dict[str, float]:
        """Take one optimizer step; return losses, norm of the gradient and learning rate.

        Raises
        ------
        TrainingFault
            Loss or gradient is not finite; the weights are as they were.
        """
        step = self.progress.step
        torch.manual_seed(_seed(self.config.seed, step, self.team.rank))
        set_learning_rates(self.optimizer, self._schedule, step)
        self.optimizer.zero_grad(set_to_none=True)
        totals = torch.zeros(3, device=self.team.device)
        for number, batch in enumerate(batches):
            with self._synchronised(number == len(batches) - 1):
                totals += self._backward(batch.to(self.team.device), len(batches))
            self._report_problems(batch)
        total, cma, pool = self.team.mean(totals).tolist()
        if not math.isfinite(total):
            raise not_finite("loss", step, self.config)
        norm = self._update()
        return {"loss": total, "cma_loss": cma, "pool_loss": pool, "grad_norm": norm}

    def _synchronised(self, last: bool) -> contextlib.AbstractContextManager[Any]:
        """Leave the averaging of gradients to the last batch of a step."""
        if isinstance(self._module, DistributedDataParallel) and not last:
            return self._module.no_sync()
        return contextlib.nullcontext()

    def _backward(self, batch: Batch, parts: int) -> Tensor:
        with self._precision.autocast():
            outputs = self._module(batch.photos)
        value = losses(outputs, batch, self.config, self._weights)
        self._precision.scale(value.total / parts).backward()  # type: ignore[no-untyped-call]
        return torch.stack([part.detach().float() for part in value]) / parts

    def _update(self) -> float:
        parameters = [p for g in self.optimizer.param_groups for p in g["params"] if p.grad is not None]
        self._precision.unscale(self.optimizer)
        norm = torch.nn.utils.get_total_norm([p.grad for p in parameters if p.grad is not None])
        finite = bool(torch.isfinite(norm))
        if not finite and not self._precision.skips_overflow:
            raise not_finite("gradient", self.progress.step, self.config)
        if self.config.clip_norm and finite:
            torch.nn.utils.clip_grads_with_norm_(parameters, self.config.clip_norm, norm)
        self.updating = True
        self._precision.step(self.optimizer)
        self.progress.step += 1
        self.progress.groups_done += self._groups_per_step
        self.progress.concluded = False
        self.updating = False
        return float(norm)

    def _report_problems(self, batch: Batch) -> None:
        self._lost_batches = 0 if batch.weights.any() else self._lost_batches + 1
        if self._lost_batches >= _LOST_BATCHES and batch.problems:
            raise photos_lost(batch.problems[0], self.progress.step)
        for problem in batch.problems:
            if problem not in self._problems:
                self._problems.add(problem)
                self._recorder.say(self.progress.step, f"{problem}. It is left out.", Level.WARNING)

    def _finish_step(self, report: dict[str, float], seconds: float) -> None:
        before = self._step_seconds or seconds
        self._step_seconds = _SMOOTHING * before + (1 - _SMOOTHING) * seconds
        images = self._groups_per_step * self.config.images_per_group
        self._recorder.record(
            StepDone(
                time.time(),
                self.progress.step,
                epoch=self.progress.epoch,
                loss=report["loss"],
                cma_loss=report["cma_loss"],
                pool_loss=report["pool_loss"],
                lr=self.config.lr * self._schedule.factor(self.progress.step - 1),
                grad_norm=report["grad_norm"],
                images_per_second=images / max(seconds, 1e-9),
                memory_mb=memory_mb(self.team.device),
                eta_s=self._eta(),
            )
        )

    def _eta(self) -> float:
        left = (self.max_steps - self.progress.step) * self._step_seconds
        if self._keeper is not None and self.config.validate_every:
            per_epoch = self._steps_in(self.progress.epoch) * self.config.validate_every
            left += self._keeper.validation_seconds * (self.max_steps - self.progress.step) / per_epoch
        return left

    def _obey(self) -> bool:
        """Stop or wait as asked; return whether to go on."""
        stop, pause = self.team.any(self._requests.stop(), self._requests.pause())
        if pause and not stop:
            stop = self._pause()
        if stop:
            self._save()
        return not stop

    def _pause(self) -> bool:
        """Wait; return whether to stop then."""
        start = time.monotonic()
        step, epoch = self.progress.step, self.progress.epoch
        self._save()
        self._recorder.record(Paused(time.time(), step))
        stop, pause = False, True
        while pause and not stop:
            self._recorder.beat("paused", step, self.max_steps, epoch)
            self._requests.wait(_PAUSE_STEP_S)
            stop, pause = self.team.any(self._requests.stop(), self._requests.pause())
        self._recorder.record(Continued(time.time(), step, time.monotonic() - start))
        return stop

    def _save_if_due(self) -> None:
        if self.progress.step % self.config.save_every == 0:
            self._save()

    def _save(self) -> None:
        if self._keeper is not None:
            self._recorder.beat("saving", self.progress.step, self.max_steps, self.progress.epoch, self._step_seconds)
            self._keeper.save_state(self.state())

    def _finish_epoch(self) -> bool:
        """Validate, save, and move to the next epoch if this one is done; return whether to go on.

        Asked to stop, the validation is broken off; a resumed run makes up for it.
        """
        progress = self.progress
        ends = progress.groups_done >= len(self._plan(progress.epoch))
        epochs_done = progress.epoch + ends
        (stopped,) = self.team.any(not self._conclude(epochs_done, epoch_ends=ends))
        if not stopped:
            if ends:
                progress.epoch, progress.groups_done = epochs_done, 0
            progress.concluded = True
        self._save()
        return not stopped

    def _conclude(self, epochs_done: int, *, epoch_ends: bool) -> bool:
        """Validate if that is due, and save the model; return whether that was done to the end."""
        step, every = self.progress.step, self.config.validate_every
        last = step >= self.max_steps
        if self._keeper is None:
            return True
        try:
            if last or (every and epoch_ends and epochs_done % every == 0):
                self._keeper.validate(self.trainee, step, epochs_done, self._validating)
            if last:
                self._keeper.calibrate(self.trainee, step, self._validating)
        except StopAsked:
            return False
        self._keeper.save_model(self.trainee, step)
        return True

    def _validating(self) -> None:
        """Give a sign of life, and raise `StopAsked` if that is so."""
        progress = self.progress
        self._recorder.beat("validating", progress.step, self.max_steps, progress.epoch, self._step_seconds)
        if self._requests.stop():
            raise StopAsked


def memory_mb(device: torch.device) -> float:
    """Return the peak on the GPU, or what the process holds on the CPU, in MB."""
    if device.type == "cuda":
        return float(torch.cuda.max_memory_allocated(device)) / 1e6
    return float(psutil.Process().memory_info().rss) / 1e6


def _seed(seed: int, step: int, rank: int) -> int:
    return ((seed * 1_000_003 + step) * 65_537 + rank) % (1 << 63)
