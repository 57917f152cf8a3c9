"""Smooth outlines."""

from __future__ import annotations

from collections.abc import Collection

import cv2
import numpy as np

from edam_gui.core.arrays import UInt8Array
from edam_gui.core.edits.cleanup.common import check_length
from edam_gui.core.edits.components import label_areas
from edam_gui.core.edits.relabel import Relabel
from edam_gui.core.label_set import BACKGROUND, IGNORE


def smooth_outlines(labels: UInt8Array, radius: int, classes: Collection[int] | None = None) -> Relabel | None:
    """Give every pixel the most frequent label of the square window around it (majority filter).

    At a tie the pixel keeps its label if that is among the winners, else the lowest wins. 'Ignore' (255) neither
    votes nor changes; beyond the border of the image nobody votes.

    Parameters
    ----------
    labels
        (H, W) uint8.
    radius
        The window is ``2 radius + 1`` pixels wide; 1..1000.
    classes
        Only outlines between these and the background: no other label votes or changes. All without.

    Raises
    ------
    OptionError
        The radius is out of range.
    """
    check_length("The radius to smooth by", radius, 1)
    voters = [
        label
        for label in label_areas(labels)
        if label != IGNORE and (classes is None or label == BACKGROUND or label in classes)
    ]
    if len(voters) < 2:
        return None
    after = labels.copy()
    best = np.zeros(labels.shape, np.int32)
    takes_part = np.zeros(256, np.bool_)
    takes_part[voters] = True
    window = (2 * radius + 1, 2 * radius + 1)
    for label in voters:
        own = (labels == label).view(np.uint8)
        votes = cv2.boxFilter(own, cv2.CV_32S, window, normalize=False, borderType=cv2.BORDER_CONSTANT)
        # Twice the votes and one for the own label: it wins a tie.
        votes *= 2
        cv2.add(votes, own, dst=votes, dtype=cv2.CV_32S)
        wins = votes > best
        np.copyto(best, votes, where=wins)
        after[wins] = label
    np.copyto(after, labels, where=~takes_part[labels])
    return Relabel.of(labels, after)
