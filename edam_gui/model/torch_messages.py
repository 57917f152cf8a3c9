"""The pairwise terms of a dense CRF on a torch device: splat, blur, slice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import embedding_bag

from edam_gui.imaging.crf.kernels import KernelStack
from edam_gui.imaging.crf.workers import Workers, pixel_blocks

_RUN: Final = 64
"""So many entries of a vertex are summed one after the other; a vertex in a clear sky has tens of thousands."""


class TorchMessages:
    """A `KernelStack` on a device, in float32.

    Splatting and slicing are weighted sums over lists of rows. Each sum is taken in the order of its list, without
    atomic additions, so equal inputs give equal results to the bit on one device.

    Parameters
    ----------
    stack
        The kernels.
    workers
        Threads; their cancellation is looked at.
    device
        Where to compute.

    Raises
    ------
    Cancelled
        The work was asked to stop.
    """

    def __init__(self, stack: KernelStack, workers: Workers, device: torch.device) -> None:
        columns, weights = zip(*workers.map(stack.entries, pixel_blocks(stack.pixels)), strict=True)
        self._columns = torch.from_numpy(np.concatenate(columns)).to(device)
        self._weights = torch.from_numpy(np.concatenate(weights)).to(device)
        self._rows = tuple(kernel.rows for kernel in stack.kernels)
        self._scales = tuple(kernel.scale for kernel in stack.kernels)
        self._neighbours = tuple(
            torch.from_numpy(kernel.neighbours.astype(np.int32)).to(device) for kernel in stack.kernels
        )
        workers.check()
        self._sort_by_vertex(stack.vertices)

    def _sort_by_vertex(self, vertices: int) -> None:
        """List the entries of each vertex, cut into runs, and the runs of each vertex."""
        vertex, order = torch.sort(self._columns.reshape(-1), stable=True)
        self._entry_pixels = (order // self._columns.shape[1]).to(torch.int32)
        self._entry_weights = self._weights.reshape(-1)[order]
        starts = torch.searchsorted(vertex, torch.arange(vertices + 1, dtype=torch.int32, device=vertex.device))
        runs = (starts.diff() + (_RUN - 1)) // _RUN
        first_runs = runs.cumsum(0) - runs
        vertex_of_run = torch.repeat_interleave(runs)
        every_run = torch.arange(vertex_of_run.numel(), device=vertex.device)
        run_starts = starts[vertex_of_run] + (every_run - first_runs[vertex_of_run]) * _RUN
        self._run_starts, self._first_runs = run_starts.to(torch.int32), first_runs.to(torch.int32)
        self._every_run = every_run.to(torch.int32)

    def splat(self, values: Tensor) -> Tensor:
        """Return what the pixels, (N, n) float32, add to all vertices, (vertices, n) float32."""
        sums = embedding_bag(
            self._entry_pixels, values, self._run_starts, mode="sum", per_sample_weights=self._entry_weights
        )
        return embedding_bag(self._every_run, sums, self._first_runs, mode="sum")

    def blur(self, vertices: Tensor, strengths: Sequence[float]) -> Tensor:
        """Blur splats as `Kernel.filter` does; `strengths` are the kernels' compatibilities."""
        blurred = []
        for rows, neighbours, scale, strength in zip(
            self._rows, self._neighbours, self._scales, strengths, strict=True
        ):
            values = vertices[rows]
            for before, after in neighbours:
                spread = values.index_select(0, before).add_(values.index_select(0, after))
                values = torch.add(values, spread, alpha=0.5)
            blurred.append(values.mul_(scale * strength))
        return torch.cat(blurred)

    def slice(self, vertices: Tensor) -> Tensor:
        """Return the messages that reach the pixels, (N, n) float32."""
        return embedding_bag(self._columns, vertices, mode="sum", per_sample_weights=self._weights)
