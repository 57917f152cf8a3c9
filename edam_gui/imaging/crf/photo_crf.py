"""What every engine of the dense CRF does alike: sizes, checks, lattices, fixed pixels of large photos."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Final, Self

import numpy as np

from edam_gui.core.arrays import AnyArray, Float32Array, UInt8Array
from edam_gui.imaging.crf.kernels import KernelStack
from edam_gui.imaging.crf.lattice import Lattice, build_lattice
from edam_gui.imaging.crf.mean_field import fix
from edam_gui.imaging.crf.parameters import CrfParameters
from edam_gui.imaging.crf.workers import Workers
from edam_gui.imaging.crf.working_size import enlarge_along_edges, shrink, shrink_fixed, size_notice, working_size
from edam_gui.imaging.photo import resize_photo

MAX_WORKING_PIXELS: Final = 1_000_000


class PhotoCrf(ABC):
    """The dense CRF of Kraehenbuehl and Koltun (2011) for one photo: built once, run often.

    The lattices depend on the photo and the widths only; a run takes other probabilities, other fixed pixels.
    Nothing changes after it was built: several threads may run it at the same time. Subclasses say where the
    mean field is computed.

    Parameters
    ----------
    pixels
        (H, W, 3) uint8 RGB, as displayed; not changed, and not to be changed while this lives.
    parameters
        See `CrfParameters`; widths count pixels of the working size.
    max_working_pixels
        A larger photo is worked on at about this many pixels; `notices` then says so.
    cancelled
        Looked at between steps.

    Raises
    ------
    OptionError
        The widths are far too small for the photo.
    Cancelled
        `cancelled` returned true.
    """

    def __init__(
        self,
        pixels: UInt8Array,
        parameters: CrfParameters | None = None,
        *,
        max_working_pixels: int = MAX_WORKING_PIXELS,
        cancelled: Callable[[], bool] | None = None,
    ) -> None:
        if pixels.ndim != 3 or pixels.shape[-1] != 3 or pixels.dtype != np.uint8 or not pixels.size:
            raise ValueError(f"a photo is (H, W, 3) uint8, not {pixels.shape} {pixels.dtype}")
        self.parameters = parameters or CrfParameters()
        self.size: tuple[int, int] = (pixels.shape[0], pixels.shape[1])
        self.working_size = working_size(self.size, max_working_pixels)
        self._pixels = pixels
        self._working_pixels = resize_photo(pixels, (self.working_size[1], self.working_size[0]))
        with Workers(cancelled) as workers:
            self._connect(self._stack(workers), workers)

    @property
    def notices(self) -> tuple[str, ...]:
        """What the user should know."""
        return () if self.size == self.working_size else (size_notice(self.size, self.working_size),)

    def with_parameters(self, parameters: CrfParameters, *, cancelled: Callable[[], bool] | None = None) -> Self:
        """Return a CRF of the same photo with other parameters; the lattices are shared where the widths agree.

        Raises
        ------
        OptionError, Cancelled
            As for the constructor.
        """
        other = copy.copy(self)
        other.parameters = parameters
        if not parameters.same_kernels(self.parameters):
            with Workers(cancelled) as workers:
                other._connect(other._stack(workers), workers)
        return other

    def run(
        self,
        probabilities: Float32Array,
        *,
        fixed: AnyArray | None = None,
        cancelled: Callable[[], bool] | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Float32Array:
        """Infer the labels' probabilities from each pixel's own, with unaries ``-log(clip(p, 1e-5, 1))``.

        Parameters
        ----------
        probabilities
            (n, H, W) float32 in [0, 1], n >= 1; they need not sum to 1.
        fixed
            (H, W) int: the channel 0..n-1 that a pixel certainly has, or -1. Such pixels keep their label and
            pull on the others.
        cancelled
            Looked at between steps.
        progress
            Called with (iterations done, iterations in all), in this thread.

        Returns
        -------
        Float32Array
            Q, (n, H, W) float32, summing to 1 at every pixel.

        Raises
        ------
        ValueError
            Shapes do not belong together, or a fixed channel is outside -1..n-1.
        Cancelled
            `cancelled` returned true.
        """
        self._check(probabilities, fixed)
        if probabilities.shape[0] == 1:
            return np.ones(probabilities.shape, np.float32)
        reduced = self.size != self.working_size
        small = shrink(probabilities, self.working_size) if reduced else probabilities
        small_fixed = shrink_fixed(fixed, self.working_size) if reduced and fixed is not None else fixed
        with Workers(cancelled) as workers:
            q = self._mean_field(small, small_fixed, workers, progress).reshape(small.shape)
            if reduced:
                q = enlarge_along_edges(q, self._working_pixels, self._pixels, workers)
                if fixed is not None:
                    fix(q.reshape(len(q), -1), fixed.reshape(-1))
        return q

    @abstractmethod
    def _connect(self, stack: KernelStack | None, workers: Workers) -> None:
        """Keep the photo's kernels in the engine's own form; `None` if no term is in use."""

    @abstractmethod
    def _mean_field(
        self,
        probabilities: Float32Array,
        fixed: AnyArray | None,
        workers: Workers,
        progress: Callable[[int, int], None] | None,
    ) -> Float32Array:
        """Return Q, (n, N) float32, of (n, h, w) probabilities of the working size."""

    def _check(self, probabilities: Float32Array, fixed: AnyArray | None) -> None:
        if probabilities.ndim != 3 or probabilities.shape[1:] != self.size or not len(probabilities):
            raise ValueError(f"probabilities {probabilities.shape} and photo {self.size} do not belong together")
        if probabilities.dtype != np.float32:
            raise ValueError(f"probabilities must be float32, not {probabilities.dtype}")
        if fixed is None:
            return
        if fixed.shape != self.size or not np.issubdtype(fixed.dtype, np.signedinteger):
            raise ValueError(f"fixed pixels must be {self.size} signed int, not {fixed.shape} {fixed.dtype}")
        if fixed.min() < -1 or fixed.max() >= probabilities.shape[0]:
            raise ValueError(f"fixed pixels must lie in -1..{probabilities.shape[0] - 1}")

    def _stack(self, workers: Workers) -> KernelStack | None:
        """Build the lattices of the terms in use."""
        p = self.parameters
        height, width = self.working_size
        y, x = (axis.reshape(-1).astype(np.float32) for axis in np.indices((height, width)))
        lattices: list[Lattice] = []
        if p.gaussian_compat:
            place = np.stack([x, y]) / np.float32(p.gaussian_sxy)
            lattices.append(build_lattice(place, workers))
        if p.bilateral_compat:
            colors = self._working_pixels.reshape(-1, 3).T.astype(np.float32) / np.float32(p.bilateral_srgb)
            place = np.stack([x, y]) / np.float32(p.bilateral_sxy)
            lattices.append(build_lattice(np.concatenate([place, colors]), workers))
        return KernelStack(lattices, workers) if lattices else None

    def _strengths(self) -> list[float]:
        """Return the compatibilities of the terms in use, in the order of the kernels."""
        return [c for c in (self.parameters.gaussian_compat, self.parameters.bilateral_compat) if c]
