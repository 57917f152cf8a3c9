"""The permutohedral lattice: Gaussian filtering in d dimensions at a cost linear in the number of points.

After Adams, Baek and Davis, "Fast High-Dimensional Filtering Using the Permutohedral Lattice" (2010). A point
lies in one simplex of d + 1 lattice vertices. A vertex has integer coordinates that sum to 0 and are all congruent
to one `remainder` modulo d + 1; here it is written as that remainder and the quotients, packed into one int64.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from edam_gui.core.arrays import AnyArray, Float32Array, Float64Array, Int32Array, Int64Array
from edam_gui.core.errors import OptionError
from edam_gui.imaging.crf.distinct import index_distinct
from edam_gui.imaging.crf.workers import Workers, pixel_blocks

_MARGIN: Final = 3
"""A corner's quotients lie up to 2 from those of the rounded point, a neighbour's 1 further."""
_MAX_KEY: Final = 2**62


@dataclass(frozen=True, eq=False)
class Lattice:
    """Where N points lie in the lattice of the vertices they touch.

    Parameters
    ----------
    vertices
        Number of vertices V. They count from 1; 0 stands for a vertex that no point touches.
    corners
        (N, d + 1) int32, 1..V: the vertices around each point.
    weights
        (N, d + 1) float32, barycentric: at least 0 up to rounding, summing to 1 per point.
    neighbours
        (d + 1, 2, V + 1) intp: for each axis, the vertex before and the vertex after each vertex.
    """

    vertices: int
    corners: Int32Array
    weights: Float32Array
    neighbours: AnyArray

    @property
    def scale(self) -> float:
        """What a filtered value is multiplied by, so that splat, blur and slice keep the mean."""
        dimensions = int(self.corners.shape[1]) - 1
        return 1.0 / (1.0 + 0.5**dimensions)


def build_lattice(features: Float32Array, workers: Workers) -> Lattice:
    """Place points in the lattice whose filter is a Gaussian of width 1 in every dimension.

    Parameters
    ----------
    features
        (d, N) float32, each row divided by the width wanted in that dimension.
    workers
        Threads; their cancellation is looked at.

    Raises
    ------
    OptionError
        The points spread over more vertices than can be counted: a width is far too small.
    Cancelled
        The work was asked to stop.
    """
    dimensions, points = features.shape
    packing = _Packing.around(features)
    keys = np.empty((points, dimensions + 1), np.int64)
    weights = np.empty((points, dimensions + 1), np.float32)

    def place(block: slice) -> None:
        _place(features[:, block], packing, keys[block], weights[block])

    list(workers.map(place, pixel_blocks(points)))
    workers.check()
    distinct, index = index_distinct(keys.reshape(-1))
    workers.check()
    corners = index.reshape(keys.shape)
    corners += 1
    return Lattice(distinct.size, corners, weights, _neighbours(distinct, packing))


@dataclass(frozen=True, eq=False)
class _Packing:
    """How a vertex becomes one int64: ``remainder * block + sum(stride * quotient)``."""

    strides: Int64Array
    lowest: Int64Array
    block: int

    @classmethod
    def around(cls, features: Float32Array) -> _Packing:
        """Make room for every vertex that points within the features' ranges can touch, and its neighbours."""
        size = features.shape[0] + 1
        ends = np.stack([features.min(axis=1), features.max(axis=1)], axis=1).astype(np.float64)
        ends *= _feature_scales(features.shape[0])[:, None]
        low, high = np.empty(size), np.empty(size)
        for axis in range(size):
            own = axis * ends[axis - 1] if axis else np.zeros(2)
            low[axis] = ends[axis:, 0].sum() - own[1]
            high[axis] = ends[axis:, 1].sum() - own[0]
        lowest = np.floor(low / size).astype(np.int64) - _MARGIN
        spans = np.ceil(high / size).astype(np.int64) + _MARGIN - lowest + 1
        # The coordinates sum to 0, so one of them need not be written: the one with the widest range.
        unwritten = int(spans.argmax())
        strides, block = [0] * size, 1
        for axis in range(size):
            if axis != unwritten:
                strides[axis] = block
                block *= int(spans[axis])
        if block * size >= _MAX_KEY:
            raise OptionError("The dense CRF's widths are too small for a photo of this size; use larger ones.")
        return cls(np.array(strides, np.int64), lowest, block)


def _feature_scales(dimensions: int) -> Float64Array:
    """Return what features are multiplied by so that one blur along every axis has width 1."""
    index = np.arange(dimensions)
    return np.asarray(math.sqrt(2.0 / 3.0) * (dimensions + 1) / np.sqrt((index + 1.0) * (index + 2.0)), np.float64)


def _place(features: Float32Array, packing: _Packing, keys: Int64Array, weights: Float32Array) -> None:
    """Write the keys and the barycentric weights of the corners around each point."""
    size = features.shape[0] + 1
    quotients, offsets, rank = _enclosing_simplex(_elevate(features))
    columns = np.arange(features.shape[1])
    descending = np.empty_like(offsets)
    descending[rank, columns] = offsets
    descending *= np.float32(1.0 / size)
    by_rank = np.empty(offsets.shape, np.int64)
    by_rank[rank, columns] = packing.strides[:, None]
    key = -np.dot(packing.strides, packing.lowest) + np.zeros(columns.size, np.int64)
    for stride, quotient in zip(packing.strides, quotients, strict=True):
        key += quotient * stride
    keys[:, 0] = key
    weights[:, 0] = 1 + (descending[-1] - descending[0])
    for remainder in range(1, size):
        key -= by_rank[size - remainder]
        np.add(key, remainder * packing.block, out=keys[:, remainder])
        np.subtract(descending[size - 1 - remainder], descending[size - remainder], out=weights[:, remainder])


def _elevate(features: Float32Array) -> Float32Array:
    """Map points into the hyperplane of coordinate sum 0 in d + 1 dimensions."""
    dimensions, points = features.shape
    scales = _feature_scales(dimensions).astype(np.float32)
    elevated = np.empty((dimensions + 1, points), np.float32)
    total = np.zeros(points, np.float32)
    for axis in range(dimensions, 0, -1):
        scaled = features[axis - 1] * scales[axis - 1]
        np.subtract(total, np.float32(axis) * scaled, out=elevated[axis])
        total += scaled
    elevated[0] = total
    return elevated


def _enclosing_simplex(elevated: Float32Array) -> tuple[AnyArray, Float32Array, AnyArray]:
    """Find the remainder-0 vertex of the simplex around each point.

    Returns
    -------
    tuple
        Quotients of that vertex (int64), the points' offsets from it (float32), and each coordinate's rank by
        falling offset (intp, 0..d); all (d + 1, N).
    """
    size = elevated.shape[0]
    rounded = np.rint(elevated * np.float32(1.0 / size))
    offsets = elevated - rounded * np.float32(size)
    rank = np.zeros(elevated.shape, np.int8)
    for first in range(size):
        for second in range(first + 1, size):
            below = offsets[first] < offsets[second]
            rank[first] += below
            rank[second] += ~below
    # Rounding may leave the hyperplane by a few steps; the coordinates that were rounded furthest take them back.
    rank += rounded.sum(axis=0).astype(np.int8)
    step = (rank < 0).view(np.int8) - (rank >= size).view(np.int8)
    rank += step * np.int8(size)
    rounded += step
    offsets -= step * np.float32(size)
    return rounded.astype(np.int64), offsets, rank.astype(np.intp)


def _neighbours(keys: Int64Array, packing: _Packing) -> AnyArray:
    """Look up the neighbours of each vertex; `keys` ascend."""
    size, block = packing.strides.size, packing.block
    total = int(packing.strides.sum())
    wraps = keys < block  # remainder 0: the step down goes to remainder d, one quotient lower
    neighbours = np.zeros((size, 2, keys.size + 1), np.intp)
    for axis, stride in enumerate(packing.strides.tolist()):
        before = keys + np.where(wraps, (size - 1) * block - (total - stride), stride - block)
        place = np.searchsorted(keys, before)
        place[place == keys.size] = 0
        found = np.flatnonzero(keys[place] == before)
        neighbours[axis, 0, found + 1] = place[found] + 1
        neighbours[axis, 1, place[found] + 1] = found + 1
    return neighbours
