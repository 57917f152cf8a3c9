"""What the layers that are computed from others show, at device resolution."""

from __future__ import annotations

import cv2
import numpy as np

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
    rim = cv2.erode(edited, _SQUARE) != edited
    height, width = edited[inner].shape
    across = np.arange(width) + (box.left + sampling.left - int(sampling.view.left))
    down = np.arange(height) + (box.top + sampling.top - int(sampling.view.top))
    phase = (across[None, :] + down[:, None]) % len(_STRIPES)
    pattern: UInt8Array = _STRIPES[phase]
    pattern *= edited[inner]
    pattern[rim[inner]] = OUTLINE
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
    if taken.dtype != np.uint8:
        taken = (taken != 0).astype(np.uint8)
    return taken, box.shifted(-wide.left, -wide.top).slices()
