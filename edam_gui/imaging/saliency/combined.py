"""The mean of robust background detection and minimum barrier distance."""

from __future__ import annotations

import numpy as np

from edam_gui.core.arrays import Float32Array, UInt8Array
from edam_gui.imaging.saliency.barrier_distance import barrier_distance
from edam_gui.imaging.saliency.maps import resize_map, stretch
from edam_gui.imaging.saliency.robust_background import robust_background


def combined(pixels: UInt8Array) -> Float32Array:
    """Return the mean of both maps: one judges regions by their links to the border, the other single paths.

    Parameters
    ----------
    pixels
        (H, W, 3) uint8 RGB.

    Returns
    -------
    Float32Array
        (h, w) at the working size, in [0, 1].
    """
    regions = stretch(robust_background(pixels))
    paths = stretch(barrier_distance(pixels))
    return np.asarray((regions + resize_map(paths, *regions.shape)) / 2, np.float32)
