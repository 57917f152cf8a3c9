"""The best thresholds for many images at once: one histogram instead of a label map per setting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from edam_gui.core.arrays import Float64Array, Int64Array, UInt8Array
from edam_gui.core.label_set import IGNORE

SCORE_GRID: Final = np.arange(50, dtype=np.float32) / np.float32(50)
"""Scores tried: 0, 0.02 ... 0.98."""
THETA_GRID: Final = np.arange(10, 250, 10, dtype=np.float64)
"""Saliency cuts tried."""


@dataclass(frozen=True, eq=False)
class SweepResult:
    """The best thresholds of a sweep.

    Parameters
    ----------
    miou
        In [0, 1]; NaN without any pixel.
    theta, alpha, beta
        At which it is reached. A sweep without saliency has theta 0, and beta equals alpha.
    iou
        (K+1,) float64 at these thresholds, NaN for classes that are in neither map.
    """

    miou: float
    theta: float
    alpha: float
    beta: float
    iou: Float64Array


class ThresholdSweep:
    """Algorithm 1 at every setting of a grid.

    A pixel keeps its winner where ``score >= alpha`` in salient pixels (S >= theta) and ``score > beta`` in the
    others; else it is background. With `strict`, salient pixels too need ``score > alpha``, which is `reference`
    without saliency, alpha its background score.

    Parameters
    ----------
    num_classes
        K.
    with_saliency
        Whether images come with saliency maps; without, S = 1 everywhere.
    strict
        See above.
    """

    def __init__(self, num_classes: int, *, with_saliency: bool, strict: bool) -> None:
        self._size = num_classes + 1
        self._thetas = THETA_GRID if with_saliency else np.zeros(1)
        self._strict = strict
        shape = (len(self._thetas) + 1, len(SCORE_GRID) + 1)
        # By side (score >= grid, score > grid), number of cuts that saliency reaches, number of grid values reached.
        self._won: Int64Array = np.zeros((2, *shape, self._size), np.int64)
        self._hit: Int64Array = np.zeros((2, *shape, self._size), np.int64)
        self._spoilt: Int64Array = np.zeros((2, *shape), np.int64)
        self._truth: Int64Array = np.zeros(self._size, np.int64)

    def add(self, winner: UInt8Array, score: np.ndarray, truth: UInt8Array, saliency: UInt8Array | None) -> None:
        """Count an image.

        Parameters
        ----------
        winner, score
            (H, W) uint8 and float32: see `core.pseudo_label.winner_and_score`; a winner 0 stays background.
        truth
            (H, W) uint8; 255 is left out.
        saliency
            (H, W) uint8; `None` without saliency.
        """
        known = truth != IGNORE
        winner, score, truth = winner[known], score[known], truth[known]
        level = 1 if saliency is None else np.searchsorted(self._thetas, saliency[known], side="right")
        self._truth += np.bincount(truth, minlength=self._size)
        for side, rule in enumerate(("right", "left")):
            reached = np.searchsorted(SCORE_GRID, score, side=rule)  # type: ignore[call-overload]
            cell = level * (len(SCORE_GRID) + 1) + reached
            index = cell * self._size + winner
            self._won[side] += self._count(index, self._won[side].shape)
            self._hit[side] += self._count(index[winner == truth], self._hit[side].shape)
            self._spoilt[side] += self._count(cell[(truth == 0) & (winner != 0)], self._spoilt[side].shape)

    @staticmethod
    def _count(index: np.ndarray, shape: tuple[int, ...]) -> Int64Array:
        counts: Int64Array = np.bincount(index, minlength=int(np.prod(shape))).reshape(shape)
        return counts

    def best(self) -> SweepResult:
        """Return the best setting; of equal ones the first: the smallest theta, alpha, beta."""
        salient = 1 if self._strict else 0
        found: SweepResult | None = None
        for i, theta in enumerate(self._thetas.tolist()):
            inside = self._kept(salient, slice(i + 1, None))
            outside = self._kept(1, slice(0, i + 1))
            iou = self._iou(*(a[:, None] + b[None] for a, b in zip(inside, outside, strict=True)))
            known = ~np.isnan(iou)
            miou = np.where(known, iou, 0).sum(-1) / np.maximum(1, known.sum(-1))
            alpha, beta = np.unravel_index(int(miou.argmax()), miou.shape)
            if found is None or miou[alpha, beta] > found.miou:
                found = self._result(theta, int(alpha), int(beta), iou, miou)
        assert found is not None  # noqa: S101 (there is at least one theta)
        return found

    def _result(self, theta: float, alpha: int, beta: int, iou: Float64Array, miou: Float64Array) -> SweepResult:
        value = float(miou[alpha, beta]) if self._truth.sum() else float("nan")
        beta = beta if len(self._thetas) > 1 else alpha
        chosen = iou[alpha, beta]
        return SweepResult(value, theta, round(float(SCORE_GRID[alpha]), 6), round(float(SCORE_GRID[beta]), 6), chosen)

    def _kept(self, side: int, levels: slice) -> tuple[Int64Array, Int64Array, Int64Array]:
        """Return pixels won and hit per class, and background pixels spoilt, for every cut of the score grid."""
        parts = (self._won[side], self._hit[side], self._spoilt[side])
        # A score reaches cut i if it reaches more than i of them.
        return tuple(np.cumsum(p[levels].sum(axis=0)[::-1], axis=0)[::-1][1:] for p in parts)  # type: ignore[return-value]

    def _iou(self, won: Int64Array, hit: Int64Array, spoilt: Int64Array) -> Float64Array:
        won, hit = won.copy(), hit.copy()
        won[..., 0] = self._truth.sum() - won[..., 1:].sum(-1)
        hit[..., 0] = self._truth[0] - spoilt
        union = won + self._truth - hit
        return np.where(union > 0, hit / np.maximum(1, union), np.nan)
