"""Photos: decoded and resized by one function each, for display, inference and export alike."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from edam_gui.core.arrays import UInt8Array
from edam_gui.imaging.orientation import ArrayT
from edam_gui.imaging.orientation import upright as upright
from edam_gui.imaging.picture_file import MAX_PIXELS as MAX_PIXELS
from edam_gui.imaging.picture_file import read_header, read_picture

PHOTO_SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".bmp", ".tif", ".tiff", ".webp"})
"""Lower-case suffixes by which a folder's photos are found; what a file is, its content decides."""


@dataclass(frozen=True, eq=False)
class Photo:
    """A photo as it is displayed.

    Parameters
    ----------
    pixels
        (H, W, 3) uint8 RGB, upright.
    stored_size
        (width, height) in the file, before the EXIF orientation is applied.
    orientation
        EXIF orientation of the file, 1..8.
    """

    pixels: UInt8Array
    stored_size: tuple[int, int]
    orientation: int

    @property
    def width(self) -> int:
        """Width of the upright photo."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Height of the upright photo."""
        return int(self.pixels.shape[0])

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the upright photo."""
        return self.width, self.height


def read_photo(path: Path, *, max_pixels: int = MAX_PIXELS) -> Photo:
    """Decode a photo to 8-bit RGB, upright.

    Grey and palette pictures become RGB, CMYK is converted, alpha is left out (the colour stays), 16-bit samples
    become round(v / 257); of several frames or pages the first is taken.

    Parameters
    ----------
    path
        JPEG, PNG, BMP, TIFF or WebP; the content decides, not the suffix.
    max_pixels
        Larger photos are refused before they are decoded.

    Raises
    ------
    InputFileError
        The file is missing, unreadable, damaged, too large or of an unsupported kind.
    """
    picture = read_picture(path, max_pixels=max_pixels)
    return Photo(picture.rgb(), picture.header.stored_size, picture.header.orientation)


def probe_photo_size(path: Path) -> tuple[int, int]:
    """Read (width, height) of the upright photo from the file's header.

    Raises
    ------
    InputFileError
        The file is missing, unreadable, no picture, or too large to be read later.
    """
    return read_header(path).size


def resize_photo(pixels: UInt8Array, size: tuple[int, int]) -> UInt8Array:
    """Resize bicubically, with antialiasing, as Pillow and the golden data do.

    Parameters
    ----------
    pixels
        (H, W, 3) uint8.
    size
        (width, height) wanted; at least 1 x 1.

    Returns
    -------
    UInt8Array
        (height, width, 3) uint8; `pixels` itself where it has that size.
    """
    if (pixels.shape[1], pixels.shape[0]) == size:
        return pixels
    return np.array(Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC))


def turn_with_photo(stored: ArrayT, photo: Photo) -> ArrayT:
    """Turn a map that is sized like the unrotated photo as the photo was turned; leave any other as it is.

    Parameters
    ----------
    stored
        (H, W, ...) of any dtype.
    photo
        The photo that the map belongs to.
    """
    size = stored.shape[1], stored.shape[0]
    return upright(stored, photo.orientation) if size == photo.stored_size != photo.size else stored
