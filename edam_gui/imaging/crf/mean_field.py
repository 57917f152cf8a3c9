"""Mean-field inference: every pixel's label probabilities given what all other pixels say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from edam_gui.core.arrays import AnyArray, Float32Array
from edam_gui.imaging.crf.messages import Messages
from edam_gui.imaging.crf.workers import Workers

LEAST_PROBABILITY: Final = 1e-5
"""Probabilities below are as good as this one; a logarithm needs something above 0."""


@dataclass(frozen=True, eq=False)
class MeanField:
    """One run: ``Q = softmax(log p + messages(Q))``, iterated (algorithm 1 of Kraehenbuehl and Koltun 2011).

    With Potts compatibility a label gains what the kernels carry of its own probability; their sign and this one
    differ by a term that is the same for all labels.

    Parameters
    ----------
    log_p
        (n, N) float32: minus the unary energy.
    fixed
        (N,) int: the channel a pixel certainly has, or -1; `None` if every pixel is free.
    messages
        The photo's kernels.
    strengths
        Their compatibilities.
    """

    log_p: Float32Array
    fixed: AnyArray | None
    messages: Messages
    strengths: Sequence[float]

    def run(self, iterations: int, workers: Workers, progress: Callable[[int, int], None] | None) -> Float32Array:
        """Return Q, (n, N) float32.

        Raises
        ------
        Cancelled
            The work was asked to stop.
        """
        q = np.empty_like(self.log_p)
        carried: Float32Array | None = None
        for done in range(iterations + 1):
            last = done == iterations
            total = self._advance_all(q, carried, last, workers)
            if progress is not None and done:
                progress(done, iterations)
            if total is not None:
                carried = self.messages.blur(total, self.strengths, workers)
        return q

    def _advance_all(
        self, q: Float32Array, carried: Float32Array | None, last: bool, workers: Workers
    ) -> Float32Array | None:
        """Bring `q` up to date with the vertices' values, block by block; splat it unless this was the last time."""

        def advance(index: int) -> Float32Array | None:
            block = self.messages.blocks[index]
            own, logits = q[:, block], self.log_p[:, block]
            if carried is not None:
                logits = logits + self.messages.slice(index, carried).T
            softmax(logits, own)
            if self.fixed is not None:
                fix(own, self.fixed[block])
            return None if last else self.messages.splat(index, np.ascontiguousarray(own.T))

        total: Float32Array | None = None
        # In the order of the blocks, whichever thread is done first: float sums depend on their order.
        for splatted in workers.map(advance, range(len(self.messages.blocks))):
            total = splatted if total is None or splatted is None else np.add(total, splatted, out=total)
        return total


def log_probabilities(probabilities: Float32Array) -> Float32Array:
    """Return ``log(clip(p, 1e-5, 1))``, (n, N) float32."""
    logs = probabilities.reshape(probabilities.shape[0], -1).clip(LEAST_PROBABILITY, 1)
    return np.asarray(np.log(logs, out=logs), np.float32)


def softmax(logits: Float32Array, out: Float32Array) -> None:
    """Write the softmax over the first axis into `out`."""
    np.subtract(logits, logits.max(axis=0), out=out)
    np.exp(out, out=out)
    out /= out.sum(axis=0)


def fix(q: Float32Array, fixed: AnyArray) -> None:
    """Give fixed pixels their label: `q` is (n, N), `fixed` (N,) with -1 = free."""
    at = np.flatnonzero(fixed >= 0)
    q[:, at] = 0
    q[fixed[at], at] = 1
