"""A fully connected CRF over the pixels of one photo, by mean-field inference on permutohedral lattices."""

from __future__ import annotations

from collections.abc import Callable

from edam_gui.core.arrays import AnyArray, Float32Array
from edam_gui.imaging.crf.kernels import KernelStack
from edam_gui.imaging.crf.mean_field import MeanField, fix, log_probabilities, softmax
from edam_gui.imaging.crf.messages import Messages
from edam_gui.imaging.crf.photo_crf import PhotoCrf
from edam_gui.imaging.crf.workers import Workers


class DenseCrf(PhotoCrf):
    """The dense CRF on the CPU; see `PhotoCrf`.

    Equal inputs give equal results to the bit, however many cores there are.
    """

    def _connect(self, stack: KernelStack | None, workers: Workers) -> None:
        self._messages = Messages(stack, workers) if stack else None

    def _mean_field(
        self,
        probabilities: Float32Array,
        fixed: AnyArray | None,
        workers: Workers,
        progress: Callable[[int, int], None] | None,
    ) -> Float32Array:
        log_p = log_probabilities(probabilities)
        flat = None if fixed is None else fixed.reshape(-1)
        if self._messages is None:
            softmax(log_p, log_p)
            if flat is not None:
                fix(log_p, flat)
            return log_p
        field = MeanField(log_p, flat, self._messages, self._strengths())
        return field.run(self.parameters.iterations, workers, progress)
