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


_COLOUR_BLIND: Final = (
    (136, 85, 119),
    (170, 68, 0),
    (204, 153, 187),
    (187, 119, 0),
    (0, 119, 238),
    (119, 0, 102),
    (119, 119, 170),
    (51, 255, 221),
    (221, 136, 102),
    (0, 68, 170),
    (85, 51, 0),
    (102, 34, 51),
    (221, 34, 85),
    (85, 17, 255),
    (238, 204, 0),
    (204, 238, 170),
    (136, 187, 153),
    (0, 187, 255),
    (68, 238, 255),
    (34, 119, 68),
)
"""Twenty colours, RGB, of classes 1 to 20 in the order of PASCAL VOC.

Found by simulated annealing over a grid of RGB values: the least CIEDE2000 difference of two, seen with full colour
vision or as by deuteranopes and protanopes (Machado, Oliveira and Fernandes, 2009), is as large as it got, pairs with
`person` (15), which is in most photos with others, and other frequent pairs counting as nearer than they are.
"""


def colour_blind_palette() -> UInt8Array:
    """Return colours for the screen that the colour-blind can tell apart, (256, 3) uint8 RGB.

    Twenty colours, the fifteenth (`person` in PASCAL VOC) the farthest from all others; with more classes they repeat,
    darker, then lighter. 255 (ignore) is grey, which no class is.
    """
    colors = np.array(_COLOUR_BLIND, np.float64)
    rounds = np.concatenate([colors, colors * 0.55, colors + (255 - colors) * 0.55])
    palette = voc_palette().copy()
    palette[1:255] = np.rint(rounds[np.arange(254) % len(rounds)])
    palette[255] = 128
    return palette
