"""Large photos: the CRF works at a smaller size, and its result is enlarged along the photo's edges."""

from __future__ import annotations

import math
from typing import Final

import cv2
import numpy as np

from edam_gui.core.arrays import AnyArray, Float32Array, UInt8Array
from edam_gui.imaging.crf.workers import Workers

_BAND_PIXELS: Final = 64_000
_GUIDE_WIDTH: Final = 13.0
"""Grey levels; a sample whose colour is this far from the pixel's counts 0.6 times."""
_FLOOR: Final = 1e-6
"""Weight, relative to one of the same colour, of a sample of any other colour: smooth where none is like it."""


def working_size(size: tuple[int, int], max_pixels: int) -> tuple[int, int]:
    """Return the (H, W) to work at: `size`, or about `max_pixels` in the same proportions."""
    height, width = size
    if height * width <= max_pixels:
        return size
    scale = math.sqrt(max_pixels / (height * width))
    return max(1, round(height * scale)), max(1, round(width * scale))


def size_notice(size: tuple[int, int], working: tuple[int, int]) -> str:
    """Return the sentence that tells the user."""
    return (
        f"The photo has {size[1]}x{size[0]} pixels; the dense CRF worked at {working[1]}x{working[0]} "
        "and its result was enlarged along the photo's edges."
    )


def shrink(channels: Float32Array, size: tuple[int, int]) -> Float32Array:
    """Average (n, H, W) float32 over areas, to (n, *size)."""
    height, width = size
    small = np.empty((channels.shape[0], height, width), np.float32)
    for source, target in zip(channels, small, strict=True):
        cv2.resize(source, (width, height), dst=target, interpolation=cv2.INTER_AREA)
    return small


def shrink_fixed(fixed: AnyArray, size: tuple[int, int]) -> AnyArray:
    """Shrink fixed channels, (H, W) int with -1 = free: the channel that covers most of a pixel's area fixes it.

    A stroke of one pixel therefore still fixes every pixel it touches.
    """
    height, width = size
    small = np.full(size, -1, np.int32)
    best = np.zeros(size, np.float32)
    for channel in np.unique(fixed[fixed >= 0]).tolist():
        cover = cv2.resize((fixed == channel).astype(np.float32), (width, height), interpolation=cv2.INTER_AREA)
        more = cover > best
        small[more] = channel
        best[more] = cover[more]
    return small


def enlarge_along_edges(
    small: Float32Array, small_pixels: UInt8Array, pixels: UInt8Array, workers: Workers
) -> Float32Array:
    """Enlarge probabilities by joint bilateral upsampling (Kopf et al. 2007) with the photo as guide.

    A pixel is the mean of the 3 x 3 samples around it, weighted by how near they are (a quadratic B-spline) and by
    how like their colours are to its own; the channels keep their sum. With fewer samples, a pixel at an edge may
    see none but those that average both sides.

    Parameters
    ----------
    small
        (n, h, w) float32.
    small_pixels
        (h, w, 3) uint8, the photo at that size.
    pixels
        (H, W, 3) uint8, the photo.
    workers
        Threads; their cancellation is looked at.

    Returns
    -------
    Float32Array
        (n, H, W) float32.

    Raises
    ------
    Cancelled
        The work was asked to stop.
    """
    height, width = pixels.shape[:2]
    result = np.empty((small.shape[0], height, width), np.float32)
    guide = np.ascontiguousarray(small_pixels.transpose(2, 0, 1).astype(np.float32))
    rows, columns = _samples(height, small.shape[1]), _samples(width, small.shape[2])
    step = max(1, _BAND_PIXELS // width)

    def enlarge(start: int) -> None:
        band = slice(start, min(start + step, height))
        own = pixels[band].transpose(2, 0, 1).astype(np.float32)
        total = np.zeros(own.shape[1:], np.float32)
        out = result[:, band]
        out[:] = 0
        for row, row_weight in rows:
            for column, column_weight in columns:
                lines = row[band]
                weight = _likeness(own, guide[:, lines], column)
                weight *= row_weight[band, None]
                weight *= column_weight[None]
                total += weight
                for source, target in zip(small, out, strict=True):
                    target += source[lines].take(column, axis=1) * weight
        out /= total

    list(workers.map(enlarge, range(0, height, step)))
    return result


def _likeness(own: Float32Array, guide_lines: Float32Array, column: AnyArray) -> Float32Array:
    distance = np.zeros(own.shape[1:], np.float32)
    for mine, theirs in zip(own, guide_lines, strict=True):
        difference = theirs.take(column, axis=1)
        difference -= mine
        difference *= difference
        distance += difference
    distance *= np.float32(-0.5 / _GUIDE_WIDTH**2)
    np.exp(distance, out=distance)
    distance += np.float32(_FLOOR)
    return distance


def _samples(large: int, small: int) -> tuple[tuple[AnyArray, Float32Array], ...]:
    """Return the three samples around each place along one axis, and their weights."""
    position = (np.arange(large) + 0.5) * (small / large) - 0.5
    nearest = np.rint(position).astype(np.intp)
    away = (position - nearest).astype(np.float32)
    weights = 0.5 * (0.5 - away) ** 2, 0.75 - away**2, 0.5 * (0.5 + away) ** 2
    return tuple(((nearest + step).clip(0, small - 1), w) for step, w in zip((-1, 0, 1), weights, strict=True))
