"""Connected regions of the `region` rule: one maximum score per region decides the whole region."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from edam_gui.core.arrays import BoolArray, Float32Array, Int32Array, UInt8Array


@dataclass(frozen=True, eq=False)
class Regions:
    """8-connected regions of one image for one saliency cut.

    Parameters
    ----------
    ids
        (H, W) int32: region of every pixel; 0 = non-salient background, which belongs to none.
    maxima
        (n,) float32: largest winner's score over the region's pixels with a foreground winner; -inf if none.
    salient
        (n,) bool: whether the region is a component of S, else one of ``{S = 0, P = c}``.
    """

    ids: Int32Array
    maxima: Float32Array
    salient: BoolArray

    def keep(self, alpha: Float32Array, beta: Float32Array) -> UInt8Array:
        """Return 255 where a pixel keeps its winner, 0 where it becomes background, (H, W) uint8.

        Parameters
        ----------
        alpha, beta
            Float32 scalars (0-d) of the rule: inside a region is kept if its maximum is not below alpha,
            outside if it is above beta.
        """
        return np.take(self.table(alpha, beta), self.ids, mode="clip")

    def table(self, alpha: Float32Array, beta: Float32Array) -> UInt8Array:
        """Return 255 for every region that is kept, 0 for the others, (n,) uint8."""
        kept = np.where(self.salient, self.maxima >= alpha, self.maxima > beta)
        kept[0] = False
        return np.where(kept, 255, 0).astype(np.uint8)


def find_regions(winner: UInt8Array, value: Float32Array, salient: BoolArray) -> Regions:
    """Split an image into the regions of the `region` rule.

    Parameters
    ----------
    winner
        (H, W) uint8 class of the best score, 0 = background.
    value
        (H, W) float32 best score.
    salient
        (H, W) bool, S.

    Returns
    -------
    Regions
        Components of S first, then those of ``{S = 0, P = c}`` class by class.
    """
    count, ids = cv2.connectedComponents(salient.astype(np.uint8), connectivity=8, ltype=cv2.CV_32S)
    inside = count
    for label in np.flatnonzero(np.bincount(winner.reshape(-1), minlength=256)).tolist():
        if label == 0:
            continue
        outside = ((winner == label) & ~salient).astype(np.uint8)
        found, part = cv2.connectedComponents(outside, connectivity=8, ltype=cv2.CV_32S)
        if found > 1:
            np.copyto(ids, part + np.int32(count - 1), where=part > 0)
            count += found - 1
    maxima = np.full(count, -np.inf, np.float32)
    foreground = winner != 0
    np.maximum.at(maxima, ids[foreground], value[foreground])
    return Regions(np.asarray(ids, np.int32), maxima, np.arange(count) < inside)
