"""Float values grouped into at most 256 ordered buckets, so that a threshold is a byte comparison.

A comparison ``value >= x`` holds for every bucket above the one that ``x`` falls into and for none below it;
only the values inside that one bucket are compared as floats. The result is exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edam_gui.core.arrays import AnyArray, Float32Array, Int64Array, UInt8Array

_CODES = 65536


@dataclass(frozen=True, eq=False)
class Buckets:
    """Values grouped by bucket; within a bucket they keep their original order.

    Parameters
    ----------
    code
        (n,) uint8: bucket of every value, monotone in the value.
    count
        Number of buckets.
    order
        (n,) int32: indices of the values, bucket by bucket.
    values
        (n,) float32: the values in that order.
    offsets
        (count + 1,) int64: where each bucket starts in `order`.
    table
        (65536,) uint8: linear 16-bit code -> bucket.
    low, high, scale
        Smallest and largest value, each with a code of its own, and the steps of the linear code in between.
    """

    code: UInt8Array
    count: int
    order: AnyArray
    values: Float32Array
    offsets: Int64Array
    table: UInt8Array
    low: np.float32
    high: np.float32
    scale: np.float32

    def bucket_of(self, x: np.float32) -> int:
        """Return the bucket that holds values equal to x, or the nearest at its end of the range."""
        code = _linear_code(np.asarray([x], np.float32), self.low, self.high, self.scale)
        return int(self.table[code[0]])

    def span(self, bucket: int) -> slice:
        """Return where a bucket lies in `order` and `values`."""
        return slice(int(self.offsets[bucket]), int(self.offsets[bucket + 1]))


def make_buckets(values: Float32Array, count: int) -> Buckets:
    """Group values into buckets of about equal population.

    Parameters
    ----------
    values
        (n,) float32, finite.
    count
        Number of buckets, 2..256. A value that occurs very often has a bucket to itself.
    """
    low, high = (values.min(), values.max()) if values.size else (np.float32(0), np.float32(1))
    width = float(high) - float(low)
    # A range too narrow for a finite scale is one bucket; its values are still compared exactly.
    scale = np.float32((_CODES - 3) / width) if width > 1e-30 else np.float32(0)
    linear = _linear_code(values, low, high, scale)
    population = np.bincount(linear, minlength=_CODES)
    # By the middle of a code's share: a crowded code (many zeros) gets a bucket to itself.
    middle = np.cumsum(population) - population // 2
    table = np.minimum(middle * count // max(values.size, 1), count - 1).astype(np.uint8)
    code = table[linear]
    order = np.argsort(code, kind="stable").astype(np.int32)
    offsets = np.concatenate(([0], np.cumsum(np.bincount(code, minlength=count))))
    return Buckets(code, count, order, values[order], offsets, table, low, high, scale)


def _linear_code(values: Float32Array, low: np.float32, high: np.float32, scale: np.float32) -> AnyArray:
    # Every step is monotone in float32, and so is the whole. The smallest and the largest value are often crowded
    # (0 and 1) and thresholds often lie close to them, so both have codes of their own.
    steps = values - low
    steps *= scale
    np.ceil(steps, out=steps)
    np.clip(steps, 0, _CODES - 2, out=steps)
    code = steps.astype(np.uint16)
    code[values >= high] = _CODES - 1
    return code
