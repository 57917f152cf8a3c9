"""Agreement of label maps with ground truth: confusion matrix, IoU, precision, recall, mIoU."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edam_gui.core.arrays import BoolArray, Float64Array, Int64Array, UInt8Array
from edam_gui.core.errors import OptionError
from edam_gui.core.label_set import IGNORE, LabelSet


@dataclass(frozen=True, eq=False)
class ClassFigures:
    """Figures per index 0..K, float64 in [0, 1]; NaN where a figure is not defined.

    Parameters
    ----------
    iou
        TP / (TP + FP + FN); NaN for a class that is in neither ground truth nor prediction.
    precision
        TP / (TP + FP); NaN where nothing was predicted.
    recall
        TP / (TP + FN); NaN where the ground truth has no pixel.
    """

    iou: Float64Array
    precision: Float64Array
    recall: Float64Array


class Confusion:
    """A confusion matrix that images are added to.

    255 in the ground truth is left out. A predicted 255 is a miss of the true class, or left out too.

    Parameters
    ----------
    label_set
        The classes.
    skip_ignored_pred
        Leave pixels predicted 255 out instead of counting them as misses.

    Attributes
    ----------
    matrix : Int64Array
        (K + 1, K + 1), rows ground truth, columns prediction.
    missed : Int64Array
        (K + 1,), pixels of each true class that were predicted 255.
    """

    def __init__(self, label_set: LabelSet, *, skip_ignored_pred: bool = False) -> None:
        size = len(label_set) + 1
        self.label_set = label_set
        self.skip_ignored_pred = skip_ignored_pred
        self.matrix: Int64Array = np.zeros((size, size), np.int64)
        self.missed: Int64Array = np.zeros(size, np.int64)

    def add(self, prediction: UInt8Array, truth: UInt8Array) -> None:
        """Count one image.

        Parameters
        ----------
        prediction, truth
            (H, W) uint8 label maps of equal size.

        Raises
        ------
        OptionError
            The sizes differ, or a value is neither a class index nor 255.
        """
        if prediction.shape != truth.shape:
            raise OptionError(
                f"the prediction is {_size(prediction)} pixels, the ground truth {_size(truth)}; they must be equal"
            )
        # One histogram over both values: 65,536 bins stay in the cache, and no pixel is gathered.
        pairs = truth.astype(np.uint16) << np.uint16(8) | prediction
        counts = np.bincount(pairs.reshape(-1), minlength=65536).reshape(256, 256)
        size = len(self.matrix)
        for name, used in (("ground truth", counts.sum(axis=1) > 0), ("prediction", counts.sum(axis=0) > 0)):
            self._check(name, used)
        self.matrix += counts[:size, :size]
        self.missed += counts[:size, IGNORE]

    def _check(self, name: str, used: BoolArray) -> None:
        wrong = [int(i) for i in np.flatnonzero(used) if len(self.matrix) <= i != IGNORE]
        if wrong:
            raise OptionError(
                f"the {name} holds the value {wrong[0]}, which is none of the {len(self.label_set)} classes"
            )

    def figures(self) -> ClassFigures:
        """Return IoU, precision and recall per index."""
        hits = np.diag(self.matrix).astype(np.float64)
        predicted = self.matrix.sum(axis=0)
        true = self.matrix.sum(axis=1) + (0 if self.skip_ignored_pred else self.missed)
        return ClassFigures(_ratio(hits, predicted + true - hits), _ratio(hits, predicted), _ratio(hits, true))

    def miou(self, *, absent_as_zero: bool = False) -> float:
        """Return the mean IoU over background and classes, in [0, 1].

        Parameters
        ----------
        absent_as_zero
            Count classes that are in neither ground truth nor prediction as 0, as the authors' script does,
            instead of leaving them out.

        Returns
        -------
        float
            NaN if there is no pixel at all.
        """
        iou = self.figures().iou
        if absent_as_zero:
            return float(np.nan_to_num(iou).mean())
        known = iou[~np.isnan(iou)]
        return float(known.mean()) if known.size else float("nan")

    @property
    def ignored_share(self) -> float:
        """Share of the ground truth's counted pixels that were predicted 255, in [0, 1]."""
        total = int(self.matrix.sum() + self.missed.sum())
        return float(self.missed.sum() / total) if total else 0.0


def _size(label_map: UInt8Array) -> str:
    return f"{label_map.shape[1]} x {label_map.shape[0]}"


def _ratio(part: Float64Array, whole: Int64Array | Float64Array) -> Float64Array:
    result: Float64Array = np.full(part.shape, np.nan)
    np.divide(part, whole, out=result, where=np.asarray(whole) > 0)
    return result
