"""Steps that every way of making a saliency map shares: working size, stretching, enlarging."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from edam_gui.core.arrays import Float32Array, UInt8Array

_FLAT: Final = 1e-5
"""A map that spans less than this share of its largest value is flat: stretching it would show rounding errors."""

_GUIDED_FROM: Final = 2.0
"""Enlarged by more than this, a map follows the photo's edges; below, bilinear is at least as good (measured)."""

_GUIDE_SIDE: Final = 800
_GUIDE_RADIUS: Final = 4
_GUIDE_SMOOTHNESS: Final = 1e-4


def shrink(pixels: UInt8Array, side: int) -> UInt8Array:
    """Bring the longer side down to `side` by area averaging; a smaller photo is returned as it is.

    Parameters
    ----------
    pixels
        (H, W, 3) uint8 RGB.
    side
        At least 1.
    """
    height, width = pixels.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return pixels
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def to_lab(pixels: UInt8Array) -> Float32Array:
    """Convert (H, W, 3) uint8 RGB to CIE L*a*b*, (H, W, 3) float32, L in [0, 100]."""
    lab = cv2.cvtColor(pixels.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2LAB)
    return np.asarray(lab, np.float32)


def stretch(values: Float32Array) -> Float32Array:
    """Map the smallest value to 0 and the largest to 1; a flat map becomes 0 everywhere.

    Parameters
    ----------
    values
        Finite, any shape.
    """
    low, high = float(values.min()), float(values.max())
    if high - low <= _FLAT * max(abs(high), abs(low), _FLAT):
        return np.zeros_like(values, np.float32)
    return np.asarray((values - np.float32(low)) / np.float32(high - low), np.float32)


def resize_map(values: Float32Array, height: int, width: int) -> Float32Array:
    """Resize (h, w) float32 bilinearly; by area where it becomes smaller."""
    if values.shape == (height, width):
        return values
    smaller = height * width < values.size
    how = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(values, (width, height), interpolation=how), np.float32)


def fit_to_photo(values: Float32Array, pixels: UInt8Array) -> UInt8Array:
    """Bring a map in [0, 1] to the size of its photo, as 8-bit grey.

    A map that must grow to more than twice its size follows the edges of the photo (fast guided filter, He and Sun
    2015: the local linear model is fitted at a working size, and its coefficients are enlarged).

    Parameters
    ----------
    values
        (h, w) float32 in [0, 1], stretched.
    pixels
        (H, W, 3) uint8 RGB.

    Returns
    -------
    UInt8Array
        (H, W), 255 x the map, rounded.
    """
    height, width = pixels.shape[:2]
    if max(height / values.shape[0], width / values.shape[1]) > _GUIDED_FROM:
        # Averaging dulls the extremes, and near edges the linear model may leave the range.
        fitted = stretch(np.clip(_guided_enlarge(values, pixels), 0, 1))
    else:
        fitted = resize_map(values, height, width)
    return np.asarray(np.rint(np.clip(fitted, 0, 1) * np.float32(255)), np.uint8)


def _guided_enlarge(values: Float32Array, pixels: UInt8Array) -> Float32Array:
    small = _grey(shrink(pixels, _GUIDE_SIDE))
    target = resize_map(values, *small.shape)
    mean_guide, mean_target = _box(small), _box(target)
    variance = _box(small * small) - mean_guide * mean_guide
    covariance = _box(small * target) - mean_guide * mean_target
    slope = np.asarray(covariance / (variance + _GUIDE_SMOOTHNESS), np.float32)
    offset = np.asarray(mean_target - slope * mean_guide, np.float32)
    height, width = pixels.shape[:2]
    result = resize_map(_box(slope), height, width)
    result *= _grey(pixels)
    result += resize_map(_box(offset), height, width)
    return result


def _grey(pixels: UInt8Array) -> Float32Array:
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.float32) / np.float32(255)


def _box(values: Float32Array) -> Float32Array:
    side = 2 * _GUIDE_RADIUS + 1
    return np.asarray(cv2.blur(values, (side, side)), np.float32)
