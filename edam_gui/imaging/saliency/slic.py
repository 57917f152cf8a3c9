"""SLIC superpixels (Achanta et al. 2012)."""

from __future__ import annotations

from typing import Final

import numpy as np

from edam_gui.core.arrays import Float32Array, Int32Array

COMPACTNESS: Final = 20.0
"""Weight of the place against the colour, in L*a*b* units."""
_ROUNDS: Final = 5


def slic_index(lab: Float32Array, count: int, compactness: float = COMPACTNESS) -> Int32Array:
    """Cut an (h, w, 3) float32 L*a*b* picture into about `count` superpixels.

    Returns
    -------
    Int32Array
        (h, w), the superpixel of each pixel, 0..n-1.
    """
    from skimage.segmentation import slic  # takes 0.4 s to import

    # scikit-image stretches the values to 0..1 first, whatever they mean; compactness counts in L*a*b* units here.
    span = float(np.ptp(lab)) or 1.0
    index = slic(
        lab,
        n_segments=count,
        compactness=compactness / span,
        max_num_iter=_ROUNDS,
        convert2lab=False,
        start_label=0,
        channel_axis=2,
    )
    return np.asarray(index, np.int32)
