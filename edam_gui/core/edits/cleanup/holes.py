"""Fill holes."""

from __future__ import annotations

from collections.abc import Collection

import cv2
import numpy as np

from edam_gui.core.arrays import UInt8Array
from edam_gui.core.edits.cleanup.common import box_of, foreground
from edam_gui.core.edits.relabel import Relabel
from edam_gui.core.label_set import BACKGROUND


def fill_holes(
    labels: UInt8Array, classes: Collection[int] | None = None, at_most: int | None = None
) -> Relabel | None:
    """Fill the background in holes of classes.

    A hole of a class is a 4-connected component of other labels that the class surrounds (it does not reach the border
    of the image). Only its background pixels are filled: an enclosed object of another class, or 'ignore',
    stays. Where holes of several classes lie in one another the smallest hole decides, then the lowest class.

    Parameters
    ----------
    labels
        (H, W) uint8.
    classes
        Only holes of these; of all without.
    at_most
        Only holes of at most this many pixels, whatever their labels; all without.
    """
    after = labels.copy()
    smallest = np.full(labels.shape, np.iinfo(np.int32).max, np.int32)
    for label in foreground(labels, classes):
        box = box_of(labels, label)
        if box is None:
            continue
        own = labels[box.slices]
        other = (own != label).view(np.uint8)
        _, parts, stats, _ = cv2.connectedComponentsWithStats(other, connectivity=4, ltype=cv2.CV_32S)
        area = stats[:, cv2.CC_STAT_AREA].copy()
        left, top = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_TOP]
        right, bottom = left + stats[:, cv2.CC_STAT_WIDTH], top + stats[:, cv2.CC_STAT_HEIGHT]
        # The box is tight, so whatever touches it is not surrounded.
        hole = (left > 0) & (top > 0) & (right < box.width) & (bottom < box.height)
        hole[0] = False
        if at_most is not None:
            hole &= area <= at_most
        if not hole.any():
            continue
        area[~hole] = np.iinfo(np.int32).max
        size = area[parts]
        best = smallest[box.slices]
        wins = (size < best) & (own == BACKGROUND)
        np.copyto(best, size, where=wins)
        after[box.slices][wins] = label
    return Relabel.of(labels, after)
