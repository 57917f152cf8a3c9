"""What the layers that are computed from others show, at device resolution."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from edam_gui.core.arrays import AnyArray, UInt8Array
from edam_gui.core.label_set import BACKGROUND, IGNORE
from edam_gui.gui.annotate.canvas.sampling import Box, Sampling
from edam_gui.gui.annotate.canvas.tables import CONFUSED, EXTRA, MISSED, OUTLINE, SHADE, STRIPE

_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
_SQUARE = np.ones((3, 3), np.uint8)
_STRIPES = np.array([STRIPE, STRIPE, SHADE, SHADE] + [0] * 12, np.uint8)


def difference(labels: UInt8Array, truth: UInt8Array) -> UInt8Array:
    """Return where and how a label map differs from the ground truth, (h, w) uint8.

    Ignored ground truth differs from nothing; an ignored label is a miss.
    """
    blank = (labels == BACKGROUND) | (labels == IGNORE)
    result = np.where(blank, np.uint8(MISSED), np.uint8(CONFUSED))
    result[truth == BACKGROUND] = EXTRA
    result[(labels == truth) | (truth == IGNORE) | (blank & (truth == BACKGROUND))] = 0
    return result


def outline(pixels: UInt8Array, sampling: Sampling, box: Box) -> UInt8Array:
    """Return the inner rim of every region in its own label, 0 elsewhere."""
    labels, inner = _with_rim(pixels, sampling, box)
    flat = cv2.dilate(labels, _CROSS) == cv2.erode(labels, _CROSS)
    labels = labels.copy()
    labels[flat] = 0
    return labels[inner]


def hatch(mask: AnyArray, sampling: Sampling, box: Box) -> UInt8Array:
    """Return rim and stripes of the edited pixels; the stripes move with the image."""
    edited, inner = _with_rim(mask, sampling, box)
    own = edited[inner]
    if not own.any():
        return np.zeros(own.shape, np.uint8)
    rim = cv2.erode(edited, _SQUARE)[inner] != own
    x, y = sampling.left + box.left, sampling.top + box.top
    pattern: UInt8Array = own * _stripes(x - int(sampling.view.left) + y - int(sampling.view.top), own.shape)
    np.copyto(pattern, np.uint8(OUTLINE), where=rim)
    return pattern


def _stripes(first: int, shape: tuple[int, ...]) -> UInt8Array:
    """Return a pattern of (h, w) uint8 that goes on by one step from pixel to pixel, down and to the right."""
    height, width = shape
    start = first % len(_STRIPES)
    line = np.resize(_STRIPES, start + height + width)[start:]
    pattern: UInt8Array = sliding_window_view(line, width)[:height]
    return pattern


def cut_line(saliency: UInt8Array, lowest: int, sampling: Sampling, box: Box) -> UInt8Array:
    """Return the line around the salient pixels (grey value >= `lowest`): 1 just inside, 2 just outside."""
    values, inner = _with_rim(saliency, sampling, box)
    salient = (values >= lowest).astype(np.uint8)
    around = cv2.dilate(salient, _SQUARE) - salient
    line: UInt8Array = (salient - cv2.erode(salient, _SQUARE) + around * np.uint8(2)).astype(np.uint8)
    return line[inner]


def _with_rim(pixels: AnyArray, sampling: Sampling, box: Box) -> tuple[UInt8Array, tuple[slice, slice]]:
    """Return the bytes of a rectangle with a device pixel around it, and where in them the rectangle lies."""
    wide = box.grown(1).cut(sampling.box)
    taken = sampling.take(pixels, wide)
    if taken.dtype == np.bool_:
        taken = taken.view(np.uint8)
    elif taken.dtype != np.uint8:
        taken = (taken != 0).astype(np.uint8)
    return taken, box.shifted(-wide.left, -wide.top).slices()
