"""What the clean-ups share."""

from __future__ import annotations

import math
from collections.abc import Collection

import cv2
import numpy as np

from edam_gui.core.arrays import BoolArray, Float32Array, UInt8Array
from edam_gui.core.edits.components import label_areas
from edam_gui.core.edits.rect import Rect
from edam_gui.core.edits.region import as_bytes, bounding_box
from edam_gui.core.errors import OptionError
from edam_gui.core.label_set import BACKGROUND, IGNORE

MAX_RADIUS = 1000
"""Largest radius or width, px."""

_KERNEL_RADIUS = 6.0
"""Up to this radius (px) dilating with a disc is faster than a distance transform."""


def foreground(labels: UInt8Array, classes: Collection[int] | None) -> list[int]:
    """Return the classes 1..254 that occur in a map, ascending; of `classes` only, if given."""
    return [c for c in label_areas(labels) if c not in (BACKGROUND, IGNORE) and (classes is None or c in classes)]


def box_of(labels: UInt8Array, label: int, margin: int = 0) -> Rect | None:
    """Return the smallest rectangle of a label, with a margin as far as the image goes; `None` if it is absent."""
    box = bounding_box(cv2.inRange(labels, label, label))
    return None if box is None else box.grown(margin).clip((labels.shape[0], labels.shape[1]))


def squared_distance(target: BoolArray) -> Float32Array:
    """Return the exact squared distance (px) of every pixel to the nearest one of the (h, w) `target`; inf without."""
    if not target.any():
        return np.full(target.shape, np.inf, np.float32)
    distance = cv2.distanceTransform(as_bytes(~target), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    # Squares of distances between pixels are integers.
    return np.asarray(np.rint(distance * distance), np.float32)


def within(target: BoolArray, radius: float) -> BoolArray:
    """Return the pixels at most `radius` (px) from the nearest one of the (h, w) `target`."""
    if radius > _KERNEL_RADIUS:
        return squared_distance(target) <= radius * radius
    # The same pixels, faster.
    steps = np.arange(-math.floor(radius), math.floor(radius) + 1)
    disc = (steps * steps + (steps * steps)[:, None] <= radius * radius).astype(np.uint8)
    return np.asarray(cv2.dilate(as_bytes(target), disc), np.uint8).view(np.bool_)


def check_length(name: str, value: float, least: float) -> None:
    """Raise `OptionError` if a radius or width (px) is out of range."""
    if not least <= value <= MAX_RADIUS:
        raise OptionError(f"{name} must lie between {least:g} and {MAX_RADIUS} pixels, not {value:g}.")
