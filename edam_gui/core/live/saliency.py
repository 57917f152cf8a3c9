"""Where a pixel is not salient, when the class that decides it may have a saliency cut of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from edam_gui.core.arrays import UInt8Array
from edam_gui.core.live.cuts import NEVER


@dataclass(frozen=True)
class SaliencyCuts:
    """The saliency cuts of an image's classes.

    Parameters
    ----------
    common
        The cut that most classes have.
    own
        The other cuts, each with its classes.
    """

    common: int
    own: tuple[tuple[int, tuple[int, ...]], ...] = ()

    @classmethod
    def of(cls, by_class: Mapping[int, int]) -> SaliencyCuts:
        """Group classes by cut."""
        common = Counter(by_class.values()).most_common(1)[0][0]
        others = sorted({cut for cut in by_class.values() if cut != common})
        return cls(common, tuple((cut, tuple(c for c, own in by_class.items() if own == cut)) for cut in others))

    @property
    def trivial(self) -> bool:
        """Whether every pixel is salient."""
        return self.common == 0 and not self.own

    def mark_others(self, saliency: UInt8Array, decider: UInt8Array, scratch: UInt8Array, out: UInt8Array) -> None:
        """Write 255 where a pixel is not salient, else 0.

        Parameters
        ----------
        saliency, decider
            (h, W) uint8: grey value, and the class whose cut counts.
        scratch
            (2, h, W) uint8.
        out
            (h, W) uint8, may not overlap the others.
        """
        _mark(saliency, self.common, out)
        below, of_class = scratch
        for cut, classes in self.own:
            _mark(saliency, cut, below)
            for c in classes:
                np.equal(decider, np.uint8(c), out=of_class.view(np.bool_))
                cv2.copyTo(below, of_class, out)


def _mark(saliency: UInt8Array, cut: int, out: UInt8Array) -> None:
    if cut in (0, NEVER):
        out[...] = 0 if cut == 0 else 255
    else:
        cv2.threshold(saliency, cut - 1, 255, cv2.THRESH_BINARY_INV, dst=out)
