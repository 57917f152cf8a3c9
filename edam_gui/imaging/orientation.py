"""EXIF orientation of arrays."""

from __future__ import annotations

from typing import TypeVar

import numpy as np

from edam_gui.core.arrays import AnyArray

ArrayT = TypeVar("ArrayT", bound=AnyArray)


def swaps_axes(orientation: int) -> bool:
    """Tell whether an EXIF orientation exchanges width and height."""
    return orientation >= 5


def upright(stored: ArrayT, orientation: int) -> ArrayT:
    """Turn and mirror an array as its EXIF orientation asks.

    Parameters
    ----------
    stored
        (H, W) or (H, W, C), any dtype: pixels, or a map the size of the unrotated photo.
    orientation
        EXIF orientation, 1..8; 1 is upright.

    Returns
    -------
    ArrayT
        C-contiguous, (W, H) instead of (H, W) for orientations 5..8; `stored` itself where nothing is to be done.

    Raises
    ------
    ValueError
        The orientation is not 1..8.
    """
    if not 1 <= orientation <= 8:
        raise ValueError(f"EXIF orientation must be 1..8, not {orientation}")
    turned: AnyArray = stored.swapaxes(0, 1) if swaps_axes(orientation) else stored
    if orientation in (3, 4, 7, 8):
        turned = turned[::-1]
    if orientation in (2, 3, 6, 7):
        turned = turned[:, ::-1]
    return np.ascontiguousarray(turned)  # type: ignore[return-value]
