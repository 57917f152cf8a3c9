"""How good the masks are: mIoU on images with pixel ground truth."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
import torch

from edam_gui.core.activation_masks import Scores
from edam_gui.core.arrays import UInt8Array
from edam_gui.core.errors import InputFileError
from edam_gui.core.label_set import BACKGROUND, IGNORE, LabelSet
from edam_gui.core.options import ScoreForm
from edam_gui.core.pseudo_label import winner_and_score, without_background
from edam_gui.imaging.label_map_file import read_label_map
from edam_gui.imaging.photo import read_photo
from edam_gui.imaging.saliency import make_saliency
from edam_gui.model.checkpoint_info import BackgroundKind, CheckpointInfo
from edam_gui.model.inference import InferenceOptions, run_passes
from edam_gui.model.network import EdamNetwork
from edam_gui.training.config import TrainConfig, ValidationSaliency
from edam_gui.training.manifest import Manifest, ValidationImage
from edam_gui.training.threshold_sweep import SweepResult, ThresholdSweep

T = TypeVar("T")
_KEPT_BYTES: Final = 256 << 20
"""Of saliency maps, which are the same in every validation."""


@dataclass(frozen=True, eq=False)
class Drawn:
    """A photo with its label map, to be looked at; `name` is the photo's."""

    name: str
    pixels: UInt8Array
    labels: UInt8Array


@dataclass(frozen=True, eq=False)
class ValidationResult:
    """The figures of a validation.

    Parameters
    ----------
    masks
        Masks alone (`reference` without saliency, score form `max`, image-level labels given); its alpha is the best
        constant background score.
    rule
        After Algorithm 1 (`paper`) at the best thresholds.
    images, seconds
        How many in how long.
    samples
        Label maps of the first result.
    problems
        Sentences about images that could not be used.
    """

    masks: SweepResult
    rule: SweepResult
    images: int
    seconds: float
    samples: tuple[Drawn, ...]
    problems: tuple[str, ...]


def inference_copy(network: EdamNetwork, device: torch.device) -> EdamNetwork:
    """Return a copy that is ready for inference; the network itself stays trainable."""
    with torch.no_grad():
        return copy.deepcopy(network).prepare_for_inference(device)


class Validator:
    """Validates a network again and again on the same images.

    Parameters
    ----------
    manifest, config
        Images and settings.
    device
        Where to compute.
    """

    def __init__(self, manifest: Manifest, config: TrainConfig, device: torch.device) -> None:
        self._label_set: LabelSet = manifest.label_set
        self._images = spread(manifest.validation, config.val_limit)
        self._training = tuple(image.path for image in spread(manifest.images, config.samples))
        self._config = config
        self._device = device
        self._options = InferenceOptions(scales=config.val_scales)
        self._saliency: dict[Path, UInt8Array] = {}

    @property
    def images(self) -> int:
        """Number of images with ground truth."""
        return len(self._images)

    def validate(
        self, network: EdamNetwork, info: CheckpointInfo, alive: Callable[[], None] = lambda: None
    ) -> ValidationResult:
        """Measure a network.

        Parameters
        ----------
        network
            Not changed.
        info
            Of its checkpoint.
        alive
            Called after every image.
        """
        start = time.monotonic()
        ready = inference_copy(network, self._device)
        salient = self._config.val_saliency is ValidationSaliency.AUTO
        count = len(self._label_set)
        masks = ThresholdSweep(count, with_saliency=False, strict=True)
        rule = ThresholdSweep(count, with_saliency=salient, strict=False)
        drawn = {image.path for image in spread(self._images, self._config.samples)}
        kept: list[tuple[str, UInt8Array, Scores]] = []
        problems: list[str] = []
        for image in self._images:
            try:
                pixels, scores = self._add(ready, info, image, masks, rule)
            except InputFileError as error:
                problems.append(str(error))
                continue
            if image.path in drawn:
                kept.append((image.path.name, pixels, scores))
            alive()
        best = masks.best()
        samples = tuple(Drawn(name, pixels, _labels(scores, best.alpha)) for name, pixels, scores in kept)
        done = len(self._images) - len(problems)
        return ValidationResult(best, rule.best(), done, time.monotonic() - start, samples, tuple(problems))

    def _add(
        self,
        network: EdamNetwork,
        info: CheckpointInfo,
        image: ValidationImage,
        masks: ThresholdSweep,
        rule: ThresholdSweep,
    ) -> tuple[UInt8Array, Scores]:
        photo = read_photo(image.path)
        truth = read_label_map(image.label_map, self._label_set, photo)
        present = image.classes
        if present is None:
            present = tuple(sorted(set(np.unique(truth).tolist()) - {BACKGROUND, IGNORE}))
        activation = run_passes(network, info, photo.pixels, self._options, self._device).masks(present)
        scores = without_background(activation.scores(ScoreForm.MAX))
        masks.add(*_winner(scores, truth), truth, None)
        channel = info.background is BackgroundKind.CHANNEL
        own = activation.scores(ScoreForm.MEAN if channel else ScoreForm.MAX)
        rule.add(*_winner(own, truth), truth, self._saliency_of(image.path, photo.pixels))
        return photo.pixels, scores

    def _saliency_of(self, path: Path, pixels: UInt8Array) -> UInt8Array | None:
        if self._config.val_saliency is ValidationSaliency.NONE:
            return None
        saliency = self._saliency.get(path)
        if saliency is None:
            saliency = make_saliency(pixels)
            if sum(kept.nbytes for kept in self._saliency.values()) + saliency.nbytes <= _KEPT_BYTES:
                self._saliency[path] = saliency
        return saliency

    def draw_training_images(
        self, network: EdamNetwork, info: CheckpointInfo, manifest: Manifest, alive: Callable[[], None] = lambda: None
    ) -> list[Drawn]:
        """Draw training images with their own labels, where there are none with ground truth."""
        ready = inference_copy(network, self._device)
        classes = {image.path: image.classes for image in manifest.images}
        background = info.recommended.no_saliency.rule.thresholds.background
        drawn = []
        for path in self._training:
            try:
                pixels = read_photo(path).pixels
            except InputFileError:
                continue  # training itself reports it, by name
            activation = run_passes(ready, info, pixels, self._options, self._device).masks(classes[path])
            scores = without_background(activation.scores(ScoreForm.MAX))
            drawn.append(Drawn(path.name, pixels, _labels(scores, background)))
            alive()
        return drawn


def spread(items: tuple[T, ...], limit: int) -> tuple[T, ...]:
    """Return at most `limit` items (0 = all), evenly from beginning to end."""
    if not limit or len(items) <= limit:
        return items
    return tuple(items[i * len(items) // limit] for i in range(limit))


def _winner(scores: Scores, truth: UInt8Array) -> tuple[UInt8Array, np.ndarray]:
    if not scores.classes:
        return np.zeros(truth.shape, np.uint8), np.zeros(truth.shape, np.float32)
    return winner_and_score(scores)


def _labels(scores: Scores, background: float) -> UInt8Array:
    if not scores.classes:
        return np.zeros(scores.size, np.uint8)
    winner, value = winner_and_score(scores)
    return np.where(value > np.float32(background), winner, np.uint8(0))
