"""The pairwise terms of a dense CRF as one linear map: splat, blur, slice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from edam_gui.core.arrays import Float32Array
from edam_gui.imaging.crf.kernels import Kernel, KernelStack
from edam_gui.imaging.crf.workers import Workers, pixel_blocks


class Messages:
    """A `KernelStack` as sparse matrices, one per block of pixels.

    Nothing changes after it was built, so several threads may use it.

    Parameters
    ----------
    stack
        The kernels.
    workers
        Threads; their cancellation is looked at.

    Raises
    ------
    Cancelled
        The work was asked to stop.
    """

    def __init__(self, stack: KernelStack, workers: Workers) -> None:
        from scipy import sparse  # type: ignore[import-untyped, unused-ignore]

        self._kernels = stack.kernels
        self.blocks = tuple(pixel_blocks(stack.pixels))

        def assemble(block: slice) -> Any:
            columns, weights = stack.entries(block)
            rows, width = columns.shape
            ends = np.arange(0, rows * width + 1, width, dtype=np.int32)
            entries = (weights.reshape(-1), columns.reshape(-1), ends)
            return sparse.csr_array(entries, shape=(rows, stack.vertices))

        self._slices: tuple[Any, ...] = tuple(workers.map(assemble, self.blocks))
        self._splats: tuple[Any, ...] = tuple(matrix.T for matrix in self._slices)

    def splat(self, block: int, values: Float32Array) -> Float32Array:
        """Return what a block's pixels, (rows, n) float32, add to all vertices, (vertices, n) float32."""
        return np.asarray(self._splats[block] @ values, np.float32)

    def blur(self, vertices: Float32Array, strengths: Sequence[float], workers: Workers) -> Float32Array:
        """Blur summed splats; `strengths` are the kernels' compatibilities."""

        def one(job: tuple[Kernel, float]) -> Float32Array:
            kernel, strength = job
            return kernel.filter(vertices[kernel.rows], strength)

        return np.concatenate(list(workers.map(one, zip(self._kernels, strengths, strict=True))))

    def slice(self, block: int, vertices: Float32Array) -> Float32Array:
        """Return the messages that reach a block's pixels, (rows, n) float32."""
        return np.asarray(self._slices[block] @ vertices, np.float32)
