"""Minimum barrier distance to the border (Zhang, Sclaroff, Lin, Shen, Price, Mech 2015)."""

from __future__ import annotations

from typing import Final

import numpy as np

from edam_gui.core.arrays import BoolArray, Float32Array, Float64Array, UInt8Array
from edam_gui.imaging.saliency.maps import shrink, stretch, to_lab

_SIDE: Final = 160
_MARGIN: Final = 0.1
"""Width of the strips whose colours stand for the background, as a share of the shorter side."""

_LEAST_VARIANCE: Final = 1.0
_SWEEPS: Final = 2
"""More bring the map nearer to the true distance, and no nearer to what people mark as objects (measured)."""


def barrier_distance(pixels: UInt8Array) -> Float32Array:
    """Return how high a barrier each pixel's best path to the border must climb, plus how unlike the border it is.

    The barrier of a path is its highest minus its lowest value, per channel, the channels summed. To it is added
    the smallest-but-one Mahalanobis distance to the colours of the four border strips, as in the authors' MB+.

    Parameters
    ----------
    pixels
        (H, W, 3) uint8 RGB.

    Returns
    -------
    Float32Array
        (h, w) at the working size, in [0, 2].
    """
    lab = to_lab(shrink(pixels, _SIDE))
    barrier = np.zeros(lab.shape[:2], np.float32)
    for channel in range(3):
        barrier += _barrier(np.ascontiguousarray(lab[:, :, channel]))
    return stretch(barrier) + stretch(_unlike_border(lab))


def _barrier(values: Float32Array) -> Float32Array:
    """Approximate the minimum barrier distance to the border of (h, w) values by sweeps, a whole line at a time."""
    state = _Paths(values)
    for _ in range(_SWEEPS):
        state.sweep()
    return state.distance


class _Paths:
    """The best path found so far to each pixel: its highest and lowest value, and their difference."""

    def __init__(self, values: Float32Array) -> None:
        self._values = values
        self._highest = values.copy()
        self._lowest = values.copy()
        self.distance = np.full(values.shape, np.inf, np.float32)
        self.distance[[0, -1]] = 0
        self.distance[:, [0, -1]] = 0

    def sweep(self) -> None:
        """Carry paths down, up, right and left, each through the whole picture."""
        height, width = self._values.shape
        for row in range(1, height):
            self._step((row,), (row - 1,))
        for row in range(height - 2, -1, -1):
            self._step((row,), (row + 1,))
        for column in range(1, width):
            self._step((slice(None), column), (slice(None), column - 1))
        for column in range(width - 2, -1, -1):
            self._step((slice(None), column), (slice(None), column + 1))

    def _step(self, to: tuple[int | slice, ...], start: tuple[int | slice, ...]) -> None:
        highest = np.maximum(self._highest[start], self._values[to])
        lowest = np.minimum(self._lowest[start], self._values[to])
        barrier = highest - lowest
        # A pixel no path has reached yet has nothing to pass on.
        better: BoolArray = (barrier < self.distance[to]) & np.isfinite(self.distance[start])
        np.copyto(self._highest[to], highest, where=better)
        np.copyto(self._lowest[to], lowest, where=better)
        np.copyto(self.distance[to], barrier, where=better)


def _unlike_border(lab: Float32Array) -> Float32Array:
    """Sum the distances to the four strips' colours without the largest: an object may fill one strip."""
    height, width = lab.shape[:2]
    margin = max(1, int(_MARGIN * min(height, width)))
    strips = (lab[:margin], lab[-margin:], lab[:, :margin], lab[:, -margin:])
    colors = lab.reshape(-1, 3).astype(np.float64)
    unlike = np.stack([_stretch_to_one(_mahalanobis(colors, strip.reshape(-1, 3))) for strip in strips])
    total = unlike.sum(axis=0) - unlike.max(axis=0)
    return np.asarray(total.reshape(height, width), np.float32)


def _mahalanobis(colors: Float64Array, sample: Float32Array) -> Float64Array:
    center = sample.mean(axis=0, dtype=np.float64)
    offset = sample - center
    covariance = offset.T @ offset / len(sample) + _LEAST_VARIANCE * np.eye(3)
    from_center = colors - center
    squared = np.einsum("ij,ij->i", from_center @ np.linalg.inv(covariance), from_center)
    return np.asarray(np.sqrt(squared), np.float64)


def _stretch_to_one(values: Float64Array) -> Float64Array:
    top = float(values.max())
    return values / top if top > 0 else values
