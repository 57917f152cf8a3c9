"""Colour tables: every layer above the photo is a byte per pixel and one of these, (256, 4) uint8 RGBA."""

from __future__ import annotations

import numpy as np

from edam_gui.core.arrays import UInt8Array
from edam_gui.core.palette import voc_palette
from edam_gui.imaging.overlay import inferno

MISSED, EXTRA, CONFUSED = 1, 2, 3
"""Values of the difference layer: an object left out, background labelled as one, one class for another."""
OUTLINE, STRIPE, SHADE = 1, 2, 3
"""Values of the edits layer: rim, light stripe, dark stripe."""


def faded(table: UInt8Array, opacity: float) -> UInt8Array:
    """Return the table with its opacities multiplied by `opacity`."""
    result = table.copy()
    result[:, 3] = np.rint(table[:, 3] * opacity)
    return result


def label_table(palette: UInt8Array | None = None, opacity: float = 0.55) -> UInt8Array:
    """Return a table of label colours with the background clear: what a canvas starts with.

    Parameters
    ----------
    palette
        (256, 3) uint8 RGB; the VOC palette without it.
    opacity
        Of every label but the background.
    """
    table = np.full((256, 4), round(255 * opacity), np.uint8)
    table[:, :3] = voc_palette() if palette is None else palette
    table[0, 3] = 0
    return table


def mask_table(colors: UInt8Array | None = None) -> UInt8Array:
    """Return the table of activation masks: `inferno`, clear at 0 and rising to opaque, so that the photo shows.

    Parameters
    ----------
    colors
        (256, 3) uint8 RGB, another perceptually uniform colour map.
    """
    table = np.empty((256, 4), np.uint8)
    table[:, :3] = inferno() if colors is None else colors
    level = np.arange(256) / 255
    # Half-way up the mask is nearly opaque: its colours stay true where they matter.
    table[:, 3] = np.rint(255 * (1 - (1 - level) ** 3))
    return table


def saliency_table(tint: tuple[int, int, int] | None = None) -> UInt8Array:
    """Return the table of saliency maps: grey and opaque, or a tint that grows with saliency over the photo."""
    ramp = np.arange(256, dtype=np.uint8)
    if tint is None:
        return np.stack([ramp, ramp, ramp, np.full(256, 255, np.uint8)], axis=1)
    table = np.empty((256, 4), np.uint8)
    table[:, :3] = tint
    table[:, 3] = ramp
    return table


def outline_table(labels: UInt8Array) -> UInt8Array:
    """Return the table of region outlines: each label's colour, opaque, moved away from the fill's brightness.

    Labels that are hidden (opacity 0) have no outline.
    """
    colors = labels[:, :3].astype(np.float32)
    luma = colors @ np.array([0.299, 0.587, 0.114], np.float32)
    target = np.where(luma < 128, np.float32(255), np.float32(0))[:, None]
    table = np.empty((256, 4), np.uint8)
    table[:, :3] = np.rint(0.45 * colors + 0.55 * target)
    table[:, 3] = np.where(labels[:, 3] > 0, 255, 0)
    table[0] = 0
    return table


def difference_table() -> UInt8Array:
    """Return the table of the difference layer; the three colours stay apart for the colour-blind (Okabe-Ito)."""
    table = np.zeros((256, 4), np.uint8)
    table[MISSED] = (0, 114, 178, 255)
    table[EXTRA] = (230, 159, 0, 255)
    table[CONFUSED] = (204, 121, 167, 255)
    return table


def edits_table() -> UInt8Array:
    """Return the table of the edits layer: light and dark stripes show on any colour."""
    table = np.zeros((256, 4), np.uint8)
    table[OUTLINE] = (255, 255, 255, 235)
    table[STRIPE] = (255, 255, 255, 90)
    table[SHADE] = (0, 0, 0, 90)
    return table


def cut_table() -> UInt8Array:
    """Return the table of the saliency threshold's line."""
    table = np.zeros((256, 4), np.uint8)
    table[1] = (0, 230, 230, 255)
    table[2] = (0, 0, 0, 160)
    return table
