"""The low-resolution masks of all passes over one photo, and what is made of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import cv2
import numpy as np

from edam_gui.core.activation_masks import ActivationMasks
from edam_gui.core.arrays import Float32Array
from edam_gui.core.label_set import BACKGROUND


@dataclass(frozen=True, eq=False)
class PassOutputs:
    """Small enough to keep for every photo of a sitting: some hundred kilobytes.

    Parameters
    ----------
    merged
        One array per scale, (K+1, h, w) float32: the pass and its flip, flipped back, summed. Bilinear
        resizing commutes with flipping, so this sum may be taken before resizing.
    passes
        Number of passes in all.
    size
        (H, W) of the photo.
    working_size
        (H, W) the scales refer to; smaller than `size` for very large photos.
    notices
        Sentences for the user.
    has_background
        Whether channel 0 is a mask.
    """

    merged: tuple[Float32Array, ...]
    passes: int
    size: tuple[int, int]
    working_size: tuple[int, int]
    notices: tuple[str, ...] = ()
    has_background: bool = True

    @property
    def num_classes(self) -> int:
        """K."""
        return int(self.merged[0].shape[0]) - 1

    def pooled(self) -> Float32Array:
        """Return a score per class, (K,) float32: the mean over scales of each mask's maximum, per pass."""
        peaks = [m[1:].max(axis=(1, 2)) for m in self.merged]
        return np.asarray(np.sum(peaks, axis=0, dtype=np.float32) / np.float32(self.passes), np.float32)

    def masks(self, classes: Collection[int], size: tuple[int, int] | None = None) -> ActivationMasks:
        """Resize every pass bilinearly (`align_corners=False`) and sum them in float32.

        Parameters
        ----------
        classes
            Class indices, 1..K; only these and the background are resized.
        size
            (H, W) of the result; the photo's own if left out.

        Returns
        -------
        ActivationMasks
            Sums, (n, H, W) float32; background first, if the network has one.
        """
        height, width = size or self.size
        wanted = sorted({*classes} - {BACKGROUND})
        if any(not 1 <= c <= self.num_classes for c in wanted):
            raise ValueError(f"classes must lie in 1..{self.num_classes}, not {wanted}")
        channels = ([BACKGROUND] if self.has_background else []) + wanted
        sums = np.zeros((len(channels), height, width), np.float32)
        for total, channel in zip(sums, channels, strict=True):
            self.add_plane(channel, total)
        return ActivationMasks.from_sums(sums, tuple(channels), self.passes)

    def add_plane(self, channel: int, total: Float32Array) -> None:
        """Add one channel of every pass, resized bilinearly, to `total`, (H, W) float32, in place."""
        height, width = total.shape
        for low in self.merged:
            cv2.add(total, _resize(low[channel], height, width), dst=total)


def _resize(low: Float32Array, height: int, width: int) -> Float32Array:
    return np.asarray(cv2.resize(low, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
