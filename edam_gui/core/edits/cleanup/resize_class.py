"""Grow or shrink a class."""

from __future__ import annotations

import math

import numpy as np

from edam_gui.core.arrays import UInt8Array
from edam_gui.core.edits.cleanup.common import box_of, check_length, squared_distance, within
from edam_gui.core.edits.components import label_areas
from edam_gui.core.edits.relabel import Relabel


def grow_class(labels: UInt8Array, label: int, radius: float) -> Relabel | None:
    """Give a label to every pixel within `radius` of it (Euclidean, between pixel centres), whatever it was.

    What it may grow over is a matter of the paint rule, see `Relabel.restricted`.

    Parameters
    ----------
    labels
        (H, W) uint8.
    label
        The label that grows, 0..255.
    radius
        px, 1..1000.

    Raises
    ------
    OptionError
        The radius is out of range.
    """
    check_length("The radius to grow by", radius, 1)
    box = box_of(labels, label, math.ceil(radius))
    if box is None:
        return None
    after = labels.copy()
    part = after[box.slices]
    part[within(part == label, radius)] = label
    return Relabel.of(labels, after)


def shrink_class(labels: UInt8Array, label: int, radius: float) -> Relabel | None:
    """Take a label from every pixel within `radius` of another label, and give it the nearest other label.

    The lowest label wins a tie; the border of the image is no border of the class. Parameters and errors as in
    `grow_class`.
    """
    check_length("The radius to shrink by", radius, 1)
    box = box_of(labels, label, math.ceil(radius))
    if box is None:
        return None
    after = labels.copy()
    part = labels[box.slices]
    nearest = np.full(part.shape, radius * radius, np.float64)
    nearest = np.nextafter(nearest, np.inf)
    own = part == label
    for other in label_areas(np.ascontiguousarray(part)):
        if other == label:
            continue
        distance = squared_distance(part == other)
        closer = (distance < nearest) & own
        np.copyto(nearest, distance, where=closer)
        after[box.slices][closer] = other
    return Relabel.of(labels, after)
