"""Superpixels of a photo to paint by."""

from __future__ import annotations

from edam_gui.core.arrays import Int32Array, UInt8Array
from edam_gui.imaging.saliency.maps import shrink, to_lab
from edam_gui.imaging.saliency.slic import slic_index


def find_superpixels(
    photo: UInt8Array, *, count: int = 1200, side: int = 1000, compactness: float = 10.0
) -> Int32Array:
    """Cut a photo into superpixels to paint by: more of them, and closer to edges, than saliency needs.

    Parameters
    ----------
    photo
        (H, W, 3) uint8 RGB.
    count
        Number aimed at; fewer on small photos, so that each has at least about 60 pixels.
    side
        Longer side of the working size, px.
    compactness
        See `slic_index`; lower follows edges more closely.

    Returns
    -------
    Int32Array
        (h, w) at the working size, the superpixel of each pixel, 0..n-1.
    """
    lab = to_lab(shrink(photo, side))
    pixels = lab.shape[0] * lab.shape[1]
    return slic_index(lab, max(1, min(count, pixels // 60)), compactness)
