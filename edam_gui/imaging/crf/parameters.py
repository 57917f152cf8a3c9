"""The numbers a dense CRF takes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from edam_gui.core.errors import OptionError

MAX_ITERATIONS: Final = 100
_WIDTHS: Final = (0.5, 10_000.0)
_MAX_COMPAT: Final = 1_000.0


@dataclass(frozen=True)
class CrfParameters:
    """Parameters of the dense CRF of Kraehenbuehl and Koltun (2011); the defaults are those of EDAM's authors.

    Two neighbouring pixels of different labels cost ``gaussian_compat * exp(-|dxy|^2 / (2 gaussian_sxy^2)) +
    bilateral_compat * exp(-|dxy|^2 / (2 bilateral_sxy^2) - |drgb|^2 / (2 bilateral_srgb^2))`` (their equation 3).

    Parameters
    ----------
    iterations
        Mean-field steps, 0..100.
    gaussian_sxy
        Width of the smoothness term, in pixels of the working size; 0.5..10000.
    gaussian_compat
        Its strength, 0..1000; 0 leaves it out.
    bilateral_sxy, bilateral_srgb
        Widths of the appearance term, in pixels and in grey levels (0..255).
    bilateral_compat
        Its strength.

    Raises
    ------
    OptionError
        A value is outside its range.
    """

    iterations: int = 3
    gaussian_sxy: float = 3.0
    gaussian_compat: float = 3.0
    bilateral_sxy: float = 80.0
    bilateral_srgb: float = 13.0
    bilateral_compat: float = 10.0

    def __post_init__(self) -> None:
        if not 0 <= self.iterations <= MAX_ITERATIONS:
            raise OptionError(f"The dense CRF takes 0 to {MAX_ITERATIONS} iterations, not {self.iterations}.")
        for name in ("gaussian_sxy", "bilateral_sxy", "bilateral_srgb"):
            _check(name, getattr(self, name), *_WIDTHS)
        for name in ("gaussian_compat", "bilateral_compat"):
            _check(name, getattr(self, name), 0.0, _MAX_COMPAT)

    def same_kernels(self, other: CrfParameters) -> bool:
        """Whether lattices built for the one serve the other: equal widths, the same terms in use."""
        return self._kernels() == other._kernels()

    def _kernels(self) -> tuple[float | None, ...]:
        gaussian = (self.gaussian_sxy,) if self.gaussian_compat else (None,)
        return gaussian + ((self.bilateral_sxy, self.bilateral_srgb) if self.bilateral_compat else (None, None))


def _check(name: str, value: float, low: float, high: float) -> None:
    if not (math.isfinite(value) and low <= value <= high):
        raise OptionError(f"The dense CRF's {name} must lie between {low:g} and {high:g}, not {value}.")
