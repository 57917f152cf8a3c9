"""From which pooled score on a class is suggested for a photo without labels."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from edam_gui.core.arrays import BoolArray, Float32Array

ENOUGH: Final = 10
_QUANTILE: Final = 0.98


def suggestion_thresholds(pooled: Float32Array, hot: BoolArray) -> tuple[float, ...]:
    """Choose a threshold per class.

    Classes with `ENOUGH` images take the best F1. The others take the score that 98 of 100 images without the class
    stay below, so that they are suggested rarely.

    Parameters
    ----------
    pooled
        (N, K) pooled scores.
    hot
        (N, K): which image shows which class.

    Returns
    -------
    tuple of float
        K thresholds, rounded; infinity where every image shows the class or there is none.
    """
    columns = zip(pooled.T.astype(np.float64), hot.T, strict=True)
    return tuple(float(f"{_threshold(scores, shown):.4g}") for scores, shown in columns)


def _threshold(scores: np.ndarray, shown: np.ndarray) -> float:
    if shown.all():
        return math.inf
    if shown.sum() < ENOUGH:
        return float(np.quantile(scores[~shown], _QUANTILE))
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(shown[order])
    f1 = 2 * hits / (np.arange(1, len(scores) + 1) + shown.sum())
    best = int(f1.argmax())
    # Between the last score that is in and the first that is out.
    below = scores[order[best + 1]] if best + 1 < len(scores) else scores[order[best]] - 1e-3
    return float((scores[order[best]] + below) / 2)
