"""Saliency maps for any photo: methods without weights, one file each, found by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from edam_gui.core.arrays import Float32Array, UInt8Array
from edam_gui.core.errors import OptionError
from edam_gui.imaging.saliency.maps import fit_to_photo, stretch

Method = Callable[[UInt8Array], Float32Array]
"""(H, W, 3) uint8 RGB -> (h, w) float32 of any size and scale, finite; larger = more salient."""

_REGISTRY: dict[str, Method] = {}

DEFAULT_METHOD: Final = "rbd"
"""As good as any other for label maps, by measurement (benchmarks/bench_saliency.py)."""


def register(name: str, method: Method) -> None:
    """Make a method known.

    Raises
    ------
    ValueError
        The name is taken.
    """
    if name in _REGISTRY:
        raise ValueError(f"saliency method {name!r} is registered twice")
    _REGISTRY[name] = method


def saliency_methods() -> tuple[str, ...]:
    """Return the names of all methods, the default first."""
    return (DEFAULT_METHOD, *sorted(set(_REGISTRY) - {DEFAULT_METHOD}))


def check_method(name: str) -> str:
    """Return `name` if there is a method of that name.

    Raises
    ------
    OptionError
        There is none; the sentence lists those there are.
    """
    if name not in _REGISTRY:
        raise OptionError(f"There is no saliency method '{name}' (there is: {', '.join(saliency_methods())}).")
    return name


def make_saliency(pixels: UInt8Array, method: str = DEFAULT_METHOD) -> UInt8Array:
    """Make the saliency map of a photo.

    Parameters
    ----------
    pixels
        (H, W, 3) uint8 RGB; large photos are looked at in a working size, and the map follows their edges.
    method
        One of `saliency_methods()`.

    Returns
    -------
    UInt8Array
        (H, W); the most salient place of the photo is 255, the least 0; 0 everywhere if nothing stands out at all.

    Raises
    ------
    OptionError
        The method is unknown.
    """
    return fit_to_photo(stretch(_REGISTRY[check_method(method)](pixels)), pixels)


from edam_gui.imaging.saliency import (  # noqa: E402
    barrier_distance,
    combined,
    frequency_tuned,
    geodesic,
    robust_background,
)

register("combined", combined.combined)
register("rbd", robust_background.robust_background)
register("mbd", barrier_distance.barrier_distance)
register("geodesic", geodesic.geodesic)
register("frequency", frequency_tuned.frequency_tuned)

__all__ = ["DEFAULT_METHOD", "Method", "check_method", "make_saliency", "register", "saliency_methods"]
