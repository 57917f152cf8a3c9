"""Regions that the label map itself offers: what lies under the pointer."""

from __future__ import annotations

import math
from typing import Literal

import cv2
import numpy as np

from edam_gui.core.arrays import UInt8Array
from edam_gui.core.edits.rect import Rect
from edam_gui.core.edits.region import Region, as_bytes

Connectivity = Literal[4, 8]
"""Whether pixels that touch at a corner are connected (8) or not (4)."""


def pixel_at(x: float, y: float, size: tuple[int, int]) -> tuple[int, int] | None:
    """Return (row, column) of the pixel at image coordinates, `None` outside an image of (height, width)."""
    if not (0 <= x < size[1] and 0 <= y < size[0]):
        return None
    return math.floor(y), math.floor(x)


def pick(labels: UInt8Array, row: int, column: int) -> int:
    """Return the label of a pixel inside the image."""
    return int(labels[row, column])


def component_at(labels: UInt8Array, row: int, column: int, connectivity: Connectivity = 8) -> Region:
    """Return the connected pixels of one label around a pixel: what 'fill' and 'replace class' act on.

    Parameters
    ----------
    labels
        (H, W) uint8 label map as shown.
    row, column
        A pixel inside the image.
    connectivity
        4 or 8.
    """
    height, width = labels.shape
    reached = np.zeros((height + 2, width + 2), np.uint8)
    flags = connectivity | cv2.FLOODFILL_MASK_ONLY | (1 << 8)
    # floodFill wants a writable image, though with these flags it only reads it.
    image = labels if labels.flags.writeable and labels.flags.c_contiguous else labels.copy()
    _, _, _, (left, top, w, h) = cv2.floodFill(image, reached, (column, row), 0, 0, 0, flags)
    rect = Rect(top, left, h, w)
    inner = reached[1:-1, 1:-1][rect.slices]
    return Region(rect, np.ascontiguousarray(inner).view(np.bool_))


def class_region(labels: UInt8Array, label: int, within: Region | None = None) -> Region | None:
    """Return all pixels of a label, in the whole (H, W) map or in a region; `None` without any."""
    if within is None:
        return Region.of(cv2.inRange(labels, label, label) > 0)
    found = (labels[within.rect.slices] == label) & within.mask
    return Region.of(found, within.rect.top, within.rect.left)


def label_areas(labels: UInt8Array, within: Region | None = None) -> dict[int, int]:
    """Return how many pixels each label has, labels that occur only, ascending."""
    part = labels if within is None else np.ascontiguousarray(labels[within.rect.slices])
    mask = None if within is None else as_bytes(within.mask)
    counts = np.zeros(256, np.int64)
    # calcHist counts in float32, which is exact up to here.
    rows = max(1, (1 << 24) // part.shape[1])
    for top in range(0, len(part), rows):
        strip = slice(top, top + rows)
        own = None if mask is None else mask[strip]
        counts += cv2.calcHist([part[strip]], [0], own, [256], [0, 256]).reshape(-1).astype(np.int64)
    return {label: int(counts[label]) for label in np.flatnonzero(counts).tolist()}
