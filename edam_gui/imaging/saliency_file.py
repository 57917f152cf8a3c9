"""Saliency maps out of picture files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from edam_gui.core.arrays import UInt8Array
from edam_gui.imaging.photo import Photo, turn_with_photo
from edam_gui.imaging.picture_file import read_picture

ASPECT_TOLERANCE: Final = 0.02
"""Aspect ratios that differ by more than this are told apart from rounding of the size."""


@dataclass(frozen=True, eq=False)
class SaliencyMap:
    """The saliency map of one photo.

    Parameters
    ----------
    values
        (H, W) uint8, the size of the upright photo.
    notices
        Sentences for the user on what was done to make the map fit; empty if nothing was.
    """

    values: UInt8Array
    notices: tuple[str, ...]


def read_saliency(path: Path, photo: Photo) -> SaliencyMap:
    """Read a saliency map for a photo.

    Grey values are taken as they are, 16-bit ones as round(v / 257), colours (also a palette's) by their ITU-R 601
    luma; alpha is left out and nothing is stretched. A map sized like the unrotated photo is turned with it; one of
    another size is resized bilinearly and rounded, with a notice.

    Raises
    ------
    InputFileError
        The file is missing, unreadable, damaged, too large or of an unsupported kind.
    """
    values = turn_with_photo(read_picture(path).luma(), photo)
    size = values.shape[1], values.shape[0]
    faint = _faint_notice(path, values)
    if size == photo.size:
        return SaliencyMap(values, faint)
    resized = np.array(Image.fromarray(values).resize(photo.size, Image.Resampling.BILINEAR))
    return SaliencyMap(resized, (*faint, _resize_notice(path, size, photo.size)))


def _faint_notice(path: Path, values: UInt8Array) -> tuple[str, ...]:
    """Warn of masks saved as 0 and 1: on the scale of theta all of them is dark."""
    if values.max() != 1:
        return ()
    return (f"{path.name}: the saliency map holds only 0 and 1, but salient is 255; multiply it by 255.",)


def _resize_notice(path: Path, size: tuple[int, int], photo_size: tuple[int, int]) -> str:
    notice = (
        f"{path.name}: the saliency map is {size[0]} x {size[1]}, the photo {photo_size[0]} x {photo_size[1]}; "
        "it was resized"
    )
    ratio = (size[0] / size[1]) / (photo_size[0] / photo_size[1])
    difference = max(ratio, 1 / ratio) - 1
    if difference <= ASPECT_TOLERANCE:
        return notice + "."
    return notice + f" and distorted, because the aspect ratios differ by {difference:.0%}."
