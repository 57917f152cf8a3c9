"""The pairwise terms of a dense CRF as one linear map: splat, blur, slice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from edam_gui.core.arrays import AnyArray, Float32Array
from edam_gui.imaging.crf.lattice import Lattice
from edam_gui.imaging.crf.workers import Workers, pixel_blocks


@dataclass(frozen=True, eq=False)
class _Kernel:
    """One kernel's rows among the stacked vertices."""

    rows: slice
    neighbours: AnyArray
    scale: float

    def filter(self, values: Float32Array, strength: float) -> Float32Array:
        """Blur along every axis of the lattice with (1/2, 1, 1/2), then scale."""
        half = np.float32(0.5)
        for before, after in self.neighbours:
            spread = values.take(before, axis=0)
            spread += values.take(after, axis=0)
            spread *= half
            spread += values
            values = spread
        values *= np.float32(self.scale * strength)
        return values


class Messages:
    """Symmetrically normalised Gaussian kernels over the pixels of one photo.

    Kernel k filters as ``D_k S_k B_k S_k^T D_k`` with S the barycentric weights (slice; its transpose: splat), B the
    blur and ``D = diag(1 / sqrt(S B S^T 1))``. All kernels' ``D S`` stand side by side in one sparse matrix, cut
    into blocks of pixels, so that one product splats or slices for all of them. Nothing changes after it was
    built, so several threads may use it.

    Parameters
    ----------
    lattices
        One per kernel, at least one, over the same pixels.
    workers
        Threads; their cancellation is looked at.

    Raises
    ------
    Cancelled
        The work was asked to stop.
    """

    def __init__(self, lattices: Sequence[Lattice], workers: Workers) -> None:
        # scipy.sparse takes a quarter of a second to import; only a CRF needs it.
        from scipy import sparse  # type: ignore[import-untyped, unused-ignore]

        kernels, start = [], 0
        for lattice in lattices:
            kernels.append(_Kernel(slice(start, start + lattice.vertices + 1), lattice.neighbours, lattice.scale))
            start += lattice.vertices + 1
        self._kernels = tuple(kernels)
        pixels, width = lattices[0].corners.shape[0], sum(lattice.corners.shape[1] for lattice in lattices)
        self.blocks = tuple(pixel_blocks(pixels))
        norms = [_norm(lattice, kernel, workers, sparse) for lattice, kernel in zip(lattices, kernels, strict=True)]

        def assemble(block: slice) -> Any:
            columns = [m.corners[block] + k.rows.start for m, k in zip(lattices, kernels, strict=True)]
            weights = [m.weights[block] * d[block] for m, d in zip(lattices, norms, strict=True)]
            rows = block.stop - block.start
            ends = np.arange(0, rows * width + 1, width, dtype=np.int32)
            entries = (np.hstack(weights).reshape(-1), np.hstack(columns).reshape(-1).astype(np.int32), ends)
            return sparse.csr_array(entries, shape=(rows, start))

        self._slices: tuple[Any, ...] = tuple(workers.map(assemble, self.blocks))
        self._splats: tuple[Any, ...] = tuple(matrix.T for matrix in self._slices)

    def splat(self, block: int, values: Float32Array) -> Float32Array:
        """Return what a block's pixels, (rows, n) float32, add to all vertices, (vertices, n) float32."""
        return np.asarray(self._splats[block] @ values, np.float32)

    def blur(self, vertices: Float32Array, strengths: Sequence[float], workers: Workers) -> Float32Array:
        """Blur summed splats; `strengths` are the kernels' compatibilities."""

        def one(job: tuple[_Kernel, float]) -> Float32Array:
            kernel, strength = job
            return kernel.filter(vertices[kernel.rows], strength)

        return np.concatenate(list(workers.map(one, zip(self._kernels, strengths, strict=True))))

    def slice(self, block: int, vertices: Float32Array) -> Float32Array:
        """Return the messages that reach a block's pixels, (rows, n) float32."""
        return np.asarray(self._slices[block] @ vertices, np.float32)


def _norm(lattice: Lattice, kernel: _Kernel, workers: Workers, sparse: Any) -> Float32Array:
    """Return 1 / sqrt of the kernel's row sums, (N, 1) float32."""
    pixels, width = lattice.corners.shape
    total = np.bincount(lattice.corners.reshape(-1), lattice.weights.reshape(-1), lattice.vertices + 1)
    workers.check()
    blurred = kernel.filter(total.astype(np.float32)[:, None], 1.0)
    ends = np.arange(0, pixels * width + 1, width, dtype=np.int64)
    matrix = sparse.csr_array((lattice.weights.reshape(-1), lattice.corners.reshape(-1), ends), (pixels, blurred.size))
    return np.asarray(1.0 / np.sqrt(np.asarray(matrix @ blurred) + np.float32(1e-20)), np.float32)
