"""Backbones, one file each, found by name."""

from __future__ import annotations

from collections.abc import Callable

from edam_gui.core.errors import OptionError
from edam_gui.model.backbones.base import Backbone

_REGISTRY: dict[str, Callable[[int], Backbone]] = {}


def register(name: str, build: Callable[[int], Backbone]) -> None:
    """Make a backbone known; `build` takes the stride and raises `OptionError` for one it does not have.

    Raises
    ------
    ValueError
        The name is taken.
    """
    if name in _REGISTRY:
        raise ValueError(f"backbone {name!r} is registered twice")
    _REGISTRY[name] = build


def backbone_names() -> tuple[str, ...]:
    """Return the names of all backbones, sorted."""
    return tuple(sorted(_REGISTRY))


def build_backbone(name: str, stride: int) -> Backbone:
    """Build a backbone with fresh weights.

    Raises
    ------
    OptionError
        The name is unknown, or the backbone does not come with this stride.
    """
    if name not in _REGISTRY:
        raise OptionError(f"There is no backbone '{name}' (there is: {', '.join(backbone_names())}).")
    return _REGISTRY[name](stride)


from edam_gui.model.backbones import efficientnet_lite0, resnet38  # noqa: E402

register("efficientnet_lite0", efficientnet_lite0.build)
register("resnet38", resnet38.build)

__all__ = ["Backbone", "backbone_names", "build_backbone", "register"]
