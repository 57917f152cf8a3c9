"""Scribbles that snap to superpixels."""

from __future__ import annotations

import numpy as np

from edam_gui.core.arrays import AnyArray
from edam_gui.core.edits.region import Region


def touched_superpixels(segments: AnyArray, scribble: Region, least_share: float = 0.0) -> Region | None:
    """Return all pixels of the superpixels that a scribble touched.

    Parameters
    ----------
    segments
        (H, W) int >= 0, the superpixel of every pixel.
    scribble
        What the user drew, inside the image.
    least_share
        A superpixel counts if more than this share of it was drawn over, 0..1; 0: one pixel is enough.

    Returns
    -------
    Region | None
        `None` if no superpixel was touched enough.
    """
    touched = segments[scribble.rect.slices][scribble.mask]
    if not touched.size:
        return None
    count = int(segments.max()) + 1
    drawn = np.bincount(touched, minlength=count)
    chosen = drawn > 0
    if least_share > 0:
        chosen &= drawn > least_share * np.bincount(segments.reshape(-1), minlength=count)
    return Region.of(chosen[segments])
