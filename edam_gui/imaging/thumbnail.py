"""Thumbnails: small upright pictures of photos."""

from __future__ import annotations

from pathlib import Path

from edam_gui.core.arrays import UInt8Array
from edam_gui.imaging.photo import MAX_PIXELS, resize_photo
from edam_gui.imaging.picture_file import read_picture


def read_thumbnail(path: Path, side: int, *, max_pixels: int = MAX_PIXELS) -> UInt8Array:
    """Decode a photo small and upright.

    Parameters
    ----------
    path
        A photo, as for `read_photo`.
    side
        Pixels of the longer side; smaller photos stay as they are.
    max_pixels
        Larger photos are refused before they are decoded.

    Returns
    -------
    UInt8Array
        (h, w, 3) uint8 RGB with the photo's proportions, `max(h, w) <= side`.

    Raises
    ------
    InputFileError
        As `read_photo`.
    """
    # Half as large again as wanted, so that the resizing still smooths.
    pixels = read_picture(path, max_pixels=max_pixels, at_least=side * 3 // 2).rgb()
    height, width = pixels.shape[:2]
    longer = max(height, width)
    if longer <= side:
        return pixels
    return resize_photo(pixels, (max(1, round(width * side / longer)), max(1, round(height * side / longer))))
