"""The pairwise terms of a dense CRF as arrays: what every engine computes with, on whichever device."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from edam_gui.core.arrays import AnyArray, Float32Array, Int32Array
from edam_gui.imaging.crf.lattice import Lattice
from edam_gui.imaging.crf.workers import Workers


@dataclass(frozen=True, eq=False)
class Kernel:
    """One kernel's rows among the stacked vertices.

    Parameters
    ----------
    rows
        Where its lattice's V + 1 vertices are.
    neighbours, scale
        See `Lattice`.
    """

    rows: slice
    neighbours: AnyArray
    scale: float

    def filter(self, values: Float32Array, strength: float) -> Float32Array:
        """Blur (V + 1, n) along every axis of the lattice with (1/2, 1, 1/2), then scale."""
        half = np.float32(0.5)
        for before, after in self.neighbours:
            spread = values.take(before, axis=0)
            spread += values.take(after, axis=0)
            spread *= half
            spread += values
            values = spread
        values *= np.float32(self.scale * strength)
        return values


class KernelStack:
    """Symmetrically normalised Gaussian kernels over the pixels of one photo, one lattice above the other.

    Kernel k filters as ``D_k S_k B_k S_k^T D_k`` with S the barycentric weights (slice; its transpose: splat), B the
    blur and ``D = diag(1 / sqrt(S B S^T 1))``. All kernels' ``D S`` stand side by side, so that one product splats
    or slices for all of them.

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
            kernels.append(Kernel(slice(start, start + lattice.vertices + 1), lattice.neighbours, lattice.scale))
            start += lattice.vertices + 1
        self.kernels = tuple(kernels)
        self.vertices = start
        self.pixels = int(lattices[0].corners.shape[0])
        self._lattices = tuple(lattices)
        self._norms = [
            _norm(lattice, kernel, workers, sparse) for lattice, kernel in zip(lattices, kernels, strict=True)
        ]

    def entries(self, block: slice) -> tuple[Int32Array, Float32Array]:
        """Return the rows of ``D S`` for a range of pixels: each row's vertices and their weights.

        Returns
        -------
        Int32Array, Float32Array
            Both (pixels, corners of all kernels); vertices count through the stack.
        """
        columns = [m.corners[block] + k.rows.start for m, k in zip(self._lattices, self.kernels, strict=True)]
        weights = [m.weights[block] * d[block] for m, d in zip(self._lattices, self._norms, strict=True)]
        return np.hstack(columns).astype(np.int32, copy=False), np.hstack(weights)


def _norm(lattice: Lattice, kernel: Kernel, workers: Workers, sparse: Any) -> Float32Array:
    """Return 1 / sqrt of the kernel's row sums, (N, 1) float32."""
    pixels, width = lattice.corners.shape
    total = np.bincount(lattice.corners.reshape(-1), lattice.weights.reshape(-1), lattice.vertices + 1)
    workers.check()
    blurred = kernel.filter(total.astype(np.float32)[:, None], 1.0)
    ends = np.arange(0, pixels * width + 1, width, dtype=np.int64)
    matrix = sparse.csr_array((lattice.weights.reshape(-1), lattice.corners.reshape(-1), ends), (pixels, blurred.size))
    return np.asarray(1.0 / np.sqrt(np.asarray(matrix @ blurred) + np.float32(1e-20)), np.float32)
