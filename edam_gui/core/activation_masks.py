"""Activation masks of one image: sums over passes, and the scores that derive from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from edam_gui.core.arrays import Float32Array
from edam_gui.core.errors import OptionError
from edam_gui.core.label_set import BACKGROUND
from edam_gui.core.options import ScoreForm

TINY_MAXIMUM = 0.01
"""A mean-pass maximum below this warns under `max`: the class is then most likely not in the image."""


@dataclass(frozen=True, eq=False)
class Scores:
    """Per-class scores of one image, ready for Algorithm 1.

    Parameters
    ----------
    values
        (n, H, W) float32, finite, C-contiguous.
    classes
        n class indices, ascending, 0 = background; the background may be missing.
    """

    values: Float32Array
    classes: tuple[int, ...]

    def __post_init__(self) -> None:
        if self.values.ndim != 3 or self.values.dtype != np.float32:
            raise ValueError(f"scores must be (n, H, W) float32, not {self.values.shape} {self.values.dtype}")
        if len(self.classes) != self.values.shape[0]:
            raise ValueError("one class per channel is needed")
        if any(a >= b for a, b in zip(self.classes, self.classes[1:], strict=False)):
            raise ValueError("classes must ascend")

    @property
    def has_background(self) -> bool:
        """Whether the first channel is the background."""
        return bool(self.classes) and self.classes[0] == BACKGROUND

    @property
    def size(self) -> tuple[int, int]:
        """(H, W)."""
        return self.values.shape[1], self.values.shape[2]

    def select(self, present: Iterable[int]) -> Scores:
        """Keep the background and the present classes; classes without a channel are left out."""
        wanted = {BACKGROUND, *present}
        keep = [i for i, c in enumerate(self.classes) if c in wanted]
        if len(keep) == len(self.classes):
            return self
        return Scores(np.ascontiguousarray(self.values[keep]), tuple(self.classes[i] for i in keep))


@dataclass(frozen=True, eq=False)
class ActivationMasks:
    """Activation masks of one image as inference or a file yields them.

    Parameters
    ----------
    values
        (n, H, W) float32: the sum over passes if `form` is None, else scores of that form.
    classes
        n class indices, ascending, 0 = background.
    passes
        Number of passes summed, at least 1.
    form
        `None` for sums; the score form of `values` otherwise.
    raw_max
        (n,) float32: maximum of each channel's sum over the image.
    """

    values: Float32Array
    classes: tuple[int, ...]
    passes: int
    form: ScoreForm | None
    raw_max: Float32Array

    @classmethod
    def from_sums(cls, sums: Float32Array, classes: tuple[int, ...], passes: int) -> ActivationMasks:
        """Wrap summed masks, (n, H, W) float32."""
        raw_max = sums.reshape(sums.shape[0], -1).max(axis=1) if sums.size else np.zeros(sums.shape[0], np.float32)
        return cls(sums, classes, passes, None, raw_max)

    def scores(self, form: ScoreForm) -> Scores:
        """Derive scores of a form.

        `mean`: sum / passes. `max`: each channel divided by its own maximum, background too; a channel of
        zeros stays zero. Scores that a file holds in that form already are used as they are.

        Raises
        ------
        OptionError
            `mean` is asked of a file that holds `max` scores without their maxima.
        """
        if self.form is form or not self.classes:
            return Scores(self.values, self.classes)
        if form is ScoreForm.MAX:
            maxima = self.values.reshape(len(self.classes), -1).max(axis=1).astype(np.float32)
            safe = np.where(maxima > 0, maxima, np.float32(1)).astype(np.float32)
            return Scores(np.divide(self.values, safe[:, None, None], dtype=np.float32), self.classes)
        if self.form is None:
            return Scores(np.divide(self.values, np.float32(self.passes), dtype=np.float32), self.classes)
        if not np.any(self.raw_max > 0):
            raise OptionError("These masks hold 'max' scores without their maxima; use --score-form max.")
        own = np.divide(self.raw_max, np.float32(self.passes), dtype=np.float32)
        return Scores(self.values * own[:, None, None], self.classes)

    def tiny_classes(self) -> tuple[int, ...]:
        """Return the classes whose mean-pass maximum is so small that `max` would blow noise up to 1."""
        limit = np.float32(TINY_MAXIMUM * self.passes)
        return tuple(
            c for c, m in zip(self.classes, self.raw_max.tolist(), strict=True) if c != BACKGROUND and m < limit
        )
