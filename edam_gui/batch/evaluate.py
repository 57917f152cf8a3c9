"""Compare a folder of label maps with ground truth."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edam_gui.core.errors import InputFileError, OptionError
from edam_gui.core.label_set import PASCAL_VOC, LabelSet
from edam_gui.core.metrics import Confusion
from edam_gui.imaging.class_file import read_class_file
from edam_gui.imaging.label_map_file import read_label_map
from edam_gui.jobs import CancelToken
from edam_gui.project.images import list_images
from edam_gui.project.matching import FileIndex


@dataclass(frozen=True)
class EvaluateRequest:
    """An evaluation as the user asked for it.

    Parameters
    ----------
    pred, gt
        Folders of label maps; they match by relative path, then by stem.
    list_file
        Only these images.
    classes
        JSON class file; PASCAL VOC without it.
    skip_ignored_pred
        Leave pixels predicted 255 out instead of counting them as misses.
    absent_as_zero
        Count classes in neither ground truth nor prediction as IoU 0, as the authors' script does.
    """

    pred: Path
    gt: Path
    list_file: Path | None = None
    classes: Path | None = None
    skip_ignored_pred: bool = False
    absent_as_zero: bool = False


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The figures of an evaluation.

    Parameters
    ----------
    confusion
        Over all images.
    miou
        In [0, 1]; NaN if nothing was compared.
    images
        Number of images compared.
    expected
        Number of ground truth maps.
    missing
        Ground truth files without a prediction.
    failed
        Files that could not be compared, and why.
    """

    confusion: Confusion
    miou: float
    images: int
    expected: int
    missing: tuple[str, ...]
    failed: tuple[tuple[str, str], ...]

    @property
    def label_set(self) -> LabelSet:
        """The classes."""
        return self.confusion.label_set

    def to_json(self) -> dict[str, Any]:
        """Return the figures for `--json`: shares in [0, 1], `null` where a figure is not defined."""
        figures = self.confusion.figures()
        return {
            "miou": _number(self.miou),
            "per_class": {
                name: {
                    "iou": _number(figures.iou[i]),
                    "precision": _number(figures.precision[i]),
                    "recall": _number(figures.recall[i]),
                }
                for i, name in enumerate(self.label_set.names)
            },
            "confusion": self.confusion.matrix.tolist(),
            "images": self.images,
            "missing": list(self.missing),
            "ignored_share": self.confusion.ignored_share,
            "failed": [{"image": name, "error": error} for name, error in self.failed],
        }


def evaluate(request: EvaluateRequest, token: CancelToken, progress: Callable[[int, int], None]) -> Evaluation:
    """Compare predictions with ground truth.

    Parameters
    ----------
    request
        What to compare.
    token
        Stops the comparison with `Cancelled`.
    progress
        Called with (images done, images in all).

    Raises
    ------
    EdamError
        A folder, the list or the class file cannot be used.
    """
    label_set = read_class_file(request.classes) if request.classes else PASCAL_VOC
    collection = list_images(request.gt, request.list_file)
    if not request.pred.is_dir():
        raise InputFileError(request.pred, "is not a folder")
    predictions = FileIndex(request.pred, frozenset({".png", ".bmp", ".tif", ".tiff"}))
    confusion = Confusion(label_set, skip_ignored_pred=request.skip_ignored_pred)
    missing: list[str] = []
    failed: list[tuple[str, str]] = [("", problem) for problem in collection.problems]
    images = 0
    for number, entry in enumerate(collection.entries, start=1):
        token.check()
        try:
            prediction = predictions.find(entry)
            if prediction is None:
                missing.append(str(entry.relative))
            else:
                _compare(confusion, prediction, entry.path)
                images += 1
        except InputFileError as error:
            failed.append((str(entry.relative), str(error)))
        progress(number, len(collection.entries))
    if len(missing) == len(collection.entries):
        raise OptionError(f"{request.pred} holds no label map for any image in {request.gt}.")
    miou = confusion.miou(absent_as_zero=request.absent_as_zero) if images else math.nan
    return Evaluation(confusion, miou, images, len(collection.entries), tuple(missing), tuple(failed))


def _compare(confusion: Confusion, prediction: Path, truth: Path) -> None:
    labels = read_label_map(prediction, confusion.label_set), read_label_map(truth, confusion.label_set)
    try:
        confusion.add(*labels)
    except OptionError as error:
        raise InputFileError(prediction, str(error)) from None


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
