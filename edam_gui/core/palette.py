"""The PASCAL VOC colour palette."""

from __future__ import annotations

from functools import cache

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
