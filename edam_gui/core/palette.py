"""Colours of labels: the PASCAL VOC palette of files, and one for the screen that the colour-blind can read."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np

from edam_gui.core.arrays import UInt8Array


@cache
def voc_palette() -> UInt8Array:
    """Return the PASCAL VOC palette.

    Bit ``j`` of red, green and blue, counted from the top, is bit ``3j``, ``3j + 1`` and ``3j + 2`` of
    the index, as in the VOC development kit. Index 255 is the cream colour of the ignore border.

    Returns
    -------
    UInt8Array
        (256, 3) uint8, RGB, read-only.
    """
    palette = np.zeros((256, 3), np.uint8)
    for index in range(256):
        for bit in range(8):
            for channel in range(3):
                palette[index, channel] |= ((index >> (3 * bit + channel)) & 1) << (7 - bit)
    palette.flags.writeable = False
    return palette


_OKABE_ITO: Final = (
    (230, 159, 0),
    (86, 180, 233),
    (0, 158, 115),
    (240, 228, 66),
    (0, 114, 178),
    (213, 94, 0),
    (204, 121, 167),
)
"""Colours that stay apart for every common form of colour blindness (Okabe and Ito, 2008); black is left out."""


def colour_blind_palette() -> UInt8Array:
    """Return colours for the screen that the colour-blind can tell apart, (256, 3) uint8 RGB.

    The seven hues of Okabe and Ito, then the same darker and lighter; with more than 21 classes they repeat.
    255 (ignore) is grey, which no class is.
    """
    hues = np.array(_OKABE_ITO, np.float64)
    rounds = np.concatenate([hues, hues * 0.55, hues + (255 - hues) * 0.55])
    palette = voc_palette().copy()
    palette[1:255] = np.rint(rounds[np.arange(254) % len(rounds)])
    palette[255] = 128
    return palette
