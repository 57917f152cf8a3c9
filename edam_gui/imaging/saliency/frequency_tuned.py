"""Frequency-tuned saliency (Achanta, Hemami, Estrada, Suesstrunk 2009)."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from edam_gui.core.arrays import Float32Array, UInt8Array
from edam_gui.imaging.saliency.maps import shrink, to_lab

_SIDE: Final = 400


def frequency_tuned(pixels: UInt8Array) -> Float32Array:
    """Return the squared distance of each slightly blurred colour to the photo's mean colour.

    Parameters
    ----------
    pixels
        (H, W, 3) uint8 RGB.

    Returns
    -------
    Float32Array
        (h, w) at the working size, at least 0.
    """
    lab = to_lab(shrink(pixels, _SIDE))
    offset = cv2.GaussianBlur(lab, (5, 5), 0) - lab.mean(axis=(0, 1))
    return np.asarray(np.square(offset).sum(axis=2), np.float32)
