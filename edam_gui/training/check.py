"""What is missing or doubtful in a run, before it starts."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from edam_gui.core.errors import EdamError, InputFileError
from edam_gui.imaging.photo import probe_photo_size
from edam_gui.training.config import TrainConfig
from edam_gui.training.initial import make_initial
from edam_gui.training.manifest import Manifest
from edam_gui.training.sampler import GroupSampler

_SHOWN: Final = 5
_SPACE_BYTES: Final = 2 << 30


@dataclass(frozen=True)
class RunCheck:
    """The findings of a check.

    Parameters
    ----------
    problems
        Sentences: the run cannot start.
    warnings
        Sentences: it can, but somebody should know.
    images_per_class
        By class name.
    single_image_classes, empty_classes
        Names of classes with one image, or none.
    images, negatives, unlabelled, validation_images
        Counts: all that is trained on, those of them without a class, those left out as unknown.
    """

    problems: tuple[str, ...]
    warnings: tuple[str, ...]
    images_per_class: dict[str, int]
    single_image_classes: tuple[str, ...]
    empty_classes: tuple[str, ...]
    images: int
    negatives: int
    unlabelled: int
    validation_images: int

    @property
    def usable(self) -> bool:
        """Whether the run can start."""
        return not self.problems


def check_run(config: TrainConfig, manifest: Manifest, run_dir: Path | None = None) -> RunCheck:
    """Check a run without starting it: headers of all photos are read, and the initial weights are loaded.

    Parameters
    ----------
    config, manifest
        The run.
    run_dir
        Where it will be, for the free space there.
    """
    names = manifest.label_set.names[1:]
    counts = dict(zip(names, manifest.images_per_class(), strict=True))
    single = tuple(name for name, count in counts.items() if count == 1)
    empty = tuple(name for name, count in counts.items() if count == 0)
    problems, warnings = _files(manifest)
    problems += _settings(config, manifest)
    if single:
        warnings.append(f"One image only, which forms groups with itself: {', '.join(single)}.")
    if empty:
        warnings.append(f"No image, so nothing is learned of them: {', '.join(empty)}.")
    if manifest.unlabelled:
        warnings.append(f"{manifest.unlabelled} images are left out, because nothing is said of their classes.")
    if not manifest.validation:
        warnings.append("There are no images with label maps, so no validation: the last model is the result.")
    warnings += _overlap(manifest)
    no_place, little_space = _space(run_dir)
    problems += no_place
    warnings += little_space
    return RunCheck(
        tuple(problems),
        tuple(warnings),
        counts,
        single,
        empty,
        len(manifest.images),
        sum(not image.classes for image in manifest.images),
        manifest.unlabelled,
        len(manifest.validation),
    )


def _files(manifest: Manifest) -> tuple[list[str], list[str]]:
    """Look at every file's header."""
    learned = {image.path for image in manifest.images}
    bad = {path: str(error) for path in learned if (error := _trouble(path)) is not None}
    usable = len(bad) < len(learned)
    for image in manifest.validation:
        error = None if image.path in learned else _trouble(image.path)
        if error is not None:
            bad[image.path] = str(error)
        if not image.label_map.is_file():
            bad[image.label_map] = f"{image.label_map}: does not exist"
    twice = [str(path) for path, count in Counter(i.path for i in manifest.images).items() if count > 1]
    warnings = [f"{path} is listed twice." for path in twice[:_SHOWN]]
    sentences = sorted(bad.values())
    shown = sentences[:_SHOWN] + ([f"... and {len(bad) - _SHOWN} more files"] if len(bad) > _SHOWN else [])
    return ([], [*warnings, *shown]) if usable else (shown, warnings)


def _trouble(path: Path) -> InputFileError | None:
    """Return why a photo cannot be read, as far as its header tells."""
    try:
        probe_photo_size(path)
    except InputFileError as error:
        return error
    return None


def _overlap(manifest: Manifest) -> list[str]:
    """Say what a validation on images of the training tells."""
    learned = {image.path for image in manifest.images}
    both = sum(image.path in learned for image in manifest.validation)
    if not both:
        return []
    return [
        f"{both} of {len(manifest.validation)} images for validation are learned from too, by their image-level "
        "labels: mIoU tells how good the label maps of these images are, not how good those of new ones will be."
    ]


def _settings(config: TrainConfig, manifest: Manifest) -> list[str]:
    """Build everything that can be refused."""
    problems = []
    try:
        GroupSampler(manifest.hot(), config.group_size, config.negatives, config.balance, config.seed)
    except EdamError as error:
        problems.append(str(error))
    try:
        make_initial(config, manifest.label_set)
    except EdamError as error:
        problems.append(str(error))
    return problems


def _space(run_dir: Path | None) -> tuple[list[str], list[str]]:
    """Return problems and warnings about the place of the run."""
    if run_dir is None:
        return [], []
    there = next((p for p in (run_dir.absolute(), *run_dir.absolute().parents) if p.exists()), None)
    if there is None or not there.is_dir() or not os.access(there, os.W_OK):
        return [f"{run_dir}: the folder cannot be written."], []
    free = shutil.disk_usage(there).free
    return [], [f"Only {free / 1e9:.1f} GB are free where the run will be."] if free < _SPACE_BYTES else []
