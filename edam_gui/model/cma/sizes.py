"""The sizes a CMA module is built from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from edam_gui.core.errors import OptionError


@dataclass(frozen=True)
class CMASizes:
    """Sizes of a CMA module; the defaults are the authors'.

    Parameters
    ----------
    in_channels
        Channels C of the feature map.
    num_classes
        K, without the background.
    width
        d, values per token; at least 2.
    heads
        Attention heads; divides `width`.
    hidden
        Width inside the feed-forward layers.
    image_rows
        Rows of the image code: the largest number of images in a group.

    Raises
    ------
    OptionError
        A size is too small, or `heads` does not divide `width`.
    """

    in_channels: int
    num_classes: int
    width: int = 128
    heads: int = 2
    hidden: int = 512
    image_rows: int = 5

    def __post_init__(self) -> None:
        if min(asdict(self).values()) < 1 or self.width < 2:
            raise OptionError(f"The sizes of the CMA module must be at least 1, and its width 2: {self.to_mapping()}.")
        if self.width % self.heads:
            raise OptionError(f"The CMA module's {self.heads} heads do not divide its width {self.width}.")

    def to_mapping(self) -> dict[str, int]:
        """Return what `CheckpointInfo.cma` holds."""
        return asdict(self)

    @classmethod
    def from_mapping(cls, sizes: Mapping[str, int]) -> CMASizes:
        """Read what `to_mapping` returned.

        Raises
        ------
        OptionError
            A size is unknown, missing or out of range.
        """
        names = set(cls.__dataclass_fields__)
        if set(sizes) != names:
            raise OptionError(f"The CMA module's sizes are {', '.join(sorted(names))}, not {', '.join(sorted(sizes))}.")
        return cls(**sizes)
