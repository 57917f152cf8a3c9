"""Checkpoints and validations of a run: what its leading process keeps."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from edam_gui.core.errors import InputFileError
from edam_gui.core.options import Dialect, LabelRule, ScoreForm, Thresholds
from edam_gui.model.checkpoint import save_checkpoint
from edam_gui.model.checkpoint_info import BackgroundKind, CheckpointInfo, RecommendedSet
from edam_gui.training.calibration import Calibration
from edam_gui.training.config import TrainConfig, ValidationSaliency
from edam_gui.training.events import CheckpointSaved, Level, SampleSaved, Validated
from edam_gui.training.manifest import Manifest
from edam_gui.training.recorder import Recorder
from edam_gui.training.run_folder import RunFolder
from edam_gui.training.samples import save_samples
from edam_gui.training.state_file import TrainState, write_state
from edam_gui.training.trainee import Trainee
from edam_gui.training.validation import ValidationResult, Validator, inference_copy


class Keeper:
    """Saves states and models, validates, and remembers what was best.

    Parameters
    ----------
    folder, config, manifest
        The run.
    info
        What its models say about themselves.
    device
        Where to validate.
    recorder
        Told of everything.
    """

    def __init__(
        self,
        folder: RunFolder,
        config: TrainConfig,
        manifest: Manifest,
        info: CheckpointInfo,
        device: torch.device,
        recorder: Recorder,
    ) -> None:
        self._folder, self._config, self._manifest = folder, config, manifest
        self._info, self._device, self._recorder = info, device, recorder
        self._validator = Validator(manifest, config, device)
        self._best_miou, self._best_step = -1.0, -1
        self._thresholds: tuple[float, ...] = ()
        self._suggestions: tuple[float, ...] = ()
        self._candidate: tuple[float, int] | None = None
        """mIoU and step of a model that is better than the best one, but not saved yet."""
        self.validation_seconds = 0.0
        """Of the last validation."""
        self.saved_step = -1
        """Of the last state on the disk."""

    def restore(self, state: TrainState) -> None:
        """Remember what an earlier process found."""
        self._best_miou, self._best_step = state.best_miou, state.best_step
        self._thresholds, self.saved_step = state.thresholds, state.step

    def save_state(self, parts: Mapping[str, Any]) -> None:
        """Write everything needed to go on.

        Raises
        ------
        OutputError
            It cannot be written; the state before is untouched.
        """
        state = TrainState(**parts, best_miou=self._best_miou, best_step=self._best_step, thresholds=self._thresholds)
        self._recorder.refuse_if_moved()
        write_state(self._folder.state, state)
        self.saved_step = state.step
        self._saved(state.step, self._folder.state)

    def save_model(self, trainee: Trainee, step: int) -> None:
        """Write the model as the newest one, and as the best one if it is that.

        Raises
        ------
        OutputError
            It cannot be written.
        """
        self._recorder.refuse_if_moved()
        info = self.info(step)
        keeps = self._config.save_cma and trainee.cma is not None
        module = trainee.cma.state_dict() if keeps and trainee.cma is not None else None
        if module is None:
            info = replace(info, cma=None)
        dtype = torch.float16 if self._config.export_half else torch.float32
        for path in (self._folder.last, *((self._folder.best,) if self._candidate else ())):
            save_checkpoint(path, trainee.network, info, cma=module, dtype=dtype)
            self._saved(step, path)
        if self._candidate is not None:
            (self._best_miou, self._best_step), self._candidate = self._candidate, None

    def _saved(self, step: int, path: object) -> None:
        relative = str(path).removeprefix(str(self._folder.root)).lstrip("/\\").replace("\\", "/")
        self._recorder.record(CheckpointSaved(time.time(), step, relative))

    def info(self, step: int) -> CheckpointInfo:
        """Return what a model of this step says about itself, with the thresholds of the last validation."""
        info = replace(self._info, provenance={**self._info.provenance, "trained_steps": str(step)})
        if self._suggestions:
            info = replace(info, suggestion_thresholds=self._suggestions)
        if not self._thresholds:
            return info
        background, theta, alpha, beta = self._thresholds
        recommended = info.recommended
        without = replace(
            recommended.no_saliency, rule=LabelRule(Dialect.REFERENCE, thresholds=Thresholds(background=background))
        )
        with_saliency = recommended.saliency
        if self._config.val_saliency is ValidationSaliency.AUTO:
            form = ScoreForm.MEAN if info.background is BackgroundKind.CHANNEL else ScoreForm.MAX
            rule = LabelRule(Dialect.PAPER, thresholds=Thresholds(theta, alpha, beta, background))
            with_saliency = RecommendedSet(rule, form, background_exponent=with_saliency.background_exponent)
        return replace(info, recommended=replace(recommended, saliency=with_saliency, no_saliency=without))

    def validate(self, trainee: Trainee, step: int, epoch: int, alive: Callable[[], None]) -> None:
        """Validate, and draw samples.

        Raises
        ------
        OutputError
            Samples or events cannot be written.
        """
        alive()
        if not self._validator.images:
            drawn = self._validator.draw_training_images(trainee.network, self.info(step), self._manifest, alive)
            self._save_samples(step, epoch, drawn)
            return
        result = self._validator.validate(trainee.network, self._info, alive)
        for problem in result.problems:
            self._recorder.say(step, f"{problem}. It is left out of the validation.", Level.WARNING)
        if not result.images:
            return
        self._remember(result, step, epoch)
        self._save_samples(step, epoch, result.samples)

    def _remember(self, result: ValidationResult, step: int, epoch: int) -> None:
        self._candidate = (result.masks.miou, step) if result.masks.miou > self._best_miou else None
        self._thresholds = (result.masks.alpha, result.rule.theta, result.rule.alpha, result.rule.beta)
        self.validation_seconds = result.seconds
        self._recorder.record(
            Validated(
                time.time(),
                step,
                epoch=epoch,
                miou_masks=result.masks.miou,
                background=result.masks.alpha,
                miou_rule=result.rule.miou,
                theta=result.rule.theta,
                alpha=result.rule.alpha,
                beta=result.rule.beta,
                iou=tuple(None if np.isnan(v) else round(float(v), 6) for v in result.masks.iou),
                images=result.images,
                seconds=result.seconds,
                best=self._candidate is not None,
            )
        )

    def _save_samples(self, step: int, epoch: int, drawn: Any) -> None:
        self._recorder.refuse_if_moved()
        for name, path in save_samples(self._folder, epoch, drawn, self._manifest.label_set):
            self._recorder.record(SampleSaved(time.time(), step, epoch, name, path))

    def calibrate(self, trainee: Trainee, step: int, alive: Callable[[], None]) -> None:
        """Choose the thresholds that suggest classes, on training images; for an older best model its own ones.

        Raises
        ------
        OutputError
            The best model cannot be written again.
        """
        if not self._config.calibrate:
            return

        def say(problem: str) -> None:
            self._recorder.say(step, problem, Level.WARNING)

        calibration = Calibration(self._manifest, self._config, self._device, alive)
        self._suggestions = calibration.choose(inference_copy(trainee.network, self._device), self._info, say)
        if self._candidate is None and self._best_step not in (-1, step):
            try:
                calibration.renew(self._folder.best)
            except InputFileError as error:
                say(f"{error}. Its thresholds that suggest classes stay as they are.")
            else:
                self._saved(step, self._folder.best)
