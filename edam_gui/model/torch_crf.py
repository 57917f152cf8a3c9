"""The dense CRF of one photo on a torch device."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor

from edam_gui.core.arrays import AnyArray, Float32Array, UInt8Array
from edam_gui.core.errors import OptionError
from edam_gui.imaging.crf.kernels import KernelStack
from edam_gui.imaging.crf.mean_field import LEAST_PROBABILITY
from edam_gui.imaging.crf.parameters import CrfParameters
from edam_gui.imaging.crf.photo_crf import MAX_WORKING_PIXELS, PhotoCrf
from edam_gui.imaging.crf.workers import Workers
from edam_gui.model.torch_messages import TorchMessages


class TorchCrf(PhotoCrf):
    """What `DenseCrf` computes, in float32 on a device; see `PhotoCrf`.

    The lattices are built on the CPU, and a large photo's result is enlarged there; the mean field runs on the
    device. Equal inputs give equal results to the bit on one device; they differ from `DenseCrf`'s by rounding.
    On the CPU, `DenseCrf` is the faster one.

    Parameters
    ----------
    pixels, parameters, max_working_pixels, cancelled
        See `PhotoCrf`.
    device
        Where to compute; results are the same within rounding.

    Raises
    ------
    OptionError
        As `PhotoCrf`, or the device ran out of memory.
    Cancelled
        `cancelled` returned true.
    """

    def __init__(
        self,
        pixels: UInt8Array,
        parameters: CrfParameters | None = None,
        *,
        device: torch.device,
        max_working_pixels: int = MAX_WORKING_PIXELS,
        cancelled: Callable[[], bool] | None = None,
    ) -> None:
        self._device = device
        super().__init__(pixels, parameters, max_working_pixels=max_working_pixels, cancelled=cancelled)

    def _connect(self, stack: KernelStack | None, workers: Workers) -> None:
        with _on(self._device):
            self._messages = TorchMessages(stack, workers, self._device) if stack else None

    def _mean_field(
        self,
        probabilities: Float32Array,
        fixed: AnyArray | None,
        workers: Workers,
        progress: Callable[[int, int], None] | None,
    ) -> Float32Array:
        workers.check()
        with _on(self._device):
            start = torch.tensor(np.ascontiguousarray(probabilities), device=self._device)
            # Pixels first: what belongs to one pixel lies together, as sums over pixels want it.
            log_p = start.reshape(len(start), -1).T.contiguous().clamp_(LEAST_PROBABILITY, 1).log_()
            strokes = None if fixed is None else _Strokes(fixed, len(start), self._device)
            q = self._iterate(log_p, strokes, workers, progress)
            return np.asarray(q.T.contiguous().cpu().numpy(), np.float32)

    def _iterate(
        self,
        log_p: Tensor,
        strokes: _Strokes | None,
        workers: Workers,
        progress: Callable[[int, int], None] | None,
    ) -> Tensor:
        """Return Q, (N, n), of the logarithms of the start; the steps are those of `MeanField`."""
        q = _probabilities(log_p, strokes)
        if self._messages is None:
            return q
        strengths, iterations = self._strengths(), self.parameters.iterations
        for done in range(iterations):
            workers.check()
            carried = self._messages.blur(self._messages.splat(q), strengths)
            q = _probabilities(self._messages.slice(carried).add_(log_p), strokes)
            if self._device.type == "cuda":
                # Without it, steps would only be queued, and neither progress nor cancelling mean anything.
                torch.cuda.synchronize(self._device)
            if progress is not None:
                progress(done + 1, iterations)
        workers.check()
        return q


class _Strokes:
    """Pixels whose label is certain, on a device."""

    def __init__(self, fixed: AnyArray, channels: int, device: torch.device) -> None:
        flat = fixed.reshape(-1)
        at = np.flatnonzero(flat >= 0)
        self._at = torch.from_numpy(at).to(device)
        self._certain = torch.from_numpy(np.eye(channels, dtype=np.float32)[flat[at]]).to(device)

    def fix(self, q: Tensor) -> None:
        """Give these pixels their label; `q` is (N, n)."""
        q.index_copy_(0, self._at, self._certain)


def _probabilities(logits: Tensor, strokes: _Strokes | None) -> Tensor:
    q = torch.softmax(logits, dim=1)
    if strokes is not None:
        strokes.fix(q)
    return q


@contextmanager
def _on(device: torch.device) -> Iterator[None]:
    """Compute without gradients, and name a lack of memory."""
    try:
        with torch.inference_mode():
            yield
    except torch.OutOfMemoryError:
        raise OptionError(f"The device '{device}' ran out of memory for the dense CRF; use --device cpu.") from None
