"""Where a tool may paint."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np

from edam_gui.core.arrays import BoolArray, Float32Array, UInt8Array
from edam_gui.core.edits.rect import Rect
from edam_gui.core.errors import OptionError


class Over(StrEnum):
    """What may be painted over."""

    ALL = "all"
    BACKGROUND = "background"
    CLASS = "class"


@dataclass(frozen=True, eq=False)
class PaintContext:
    """What a rule looks at besides the edit layer. The arrays must not change while a stroke lasts.

    Parameters
    ----------
    auto
        (H, W) uint8, the automatic result below the layer.
    scores
        (H, W) float32, the score of the class that is painted; for a rule with `score_above`.
    saliency
        (H, W) uint8; for a rule with `saliency_from` or `saliency_below`.
    """

    auto: UInt8Array
    scores: Float32Array | None = None
    saliency: UInt8Array | None = None


@dataclass(frozen=True)
class PaintRule:
    """Where a tool may paint: every condition that is set must hold.

    A rule is judged by the label map as it was when the stroke (fill, clean-up) began, edits included: a pixel that
    the stroke itself has painted stays open to it.

    Parameters
    ----------
    over
        Over all labels, over background (0) only, or over `over_label` only.
    over_label
        The label for `Over.CLASS`; 0..255.
    protected
        Labels that are never painted over; 0..255.
    score_above
        Only where the painted class scores above this, compared in float32.
    saliency_from, saliency_below
        Only where saliency is at least / less than this; 0..256.

    Raises
    ------
    OptionError
        A value is out of range, or `over_label` is missing.
    """

    over: Over = Over.ALL
    over_label: int | None = None
    protected: frozenset[int] = frozenset()
    score_above: float | None = None
    saliency_from: int | None = None
    saliency_below: int | None = None

    def __post_init__(self) -> None:
        if (self.over is Over.CLASS) != (self.over_label is not None):
            raise OptionError("Painting over one class only needs that class, and no other choice takes one.")
        labels = (*self.protected, *(() if self.over_label is None else (self.over_label,)))
        if any(not 0 <= label <= 255 for label in labels):
            raise OptionError("A painting rule names labels from 0 to 255 only.")
        if self.score_above is not None and not math.isfinite(self.score_above):
            raise OptionError(f"The score to paint above must be a finite number, not {self.score_above}.")
        for cut in (self.saliency_from, self.saliency_below):
            if cut is not None and not 0 <= cut <= 256:
                raise OptionError(f"The saliency to paint by must lie between 0 and 256, not {cut}.")

    @property
    def is_free(self) -> bool:
        """Whether it allows every pixel."""
        return self.allows_labels and self.score_above is None and not self.by_saliency

    @property
    def allows_labels(self) -> bool:
        """Whether it allows every label."""
        return self.over is Over.ALL and not self.protected

    @property
    def by_saliency(self) -> bool:
        """Whether it looks at the saliency map."""
        return self.saliency_from is not None or self.saliency_below is not None

    def check(self, context: PaintContext | None) -> None:
        """Raise `OptionError` if the rule looks at something that this image does not have."""
        if self.is_free:
            return
        if context is None:
            raise OptionError("This painting rule needs the label map of the image.")
        if self.score_above is not None and context.scores is None:
            raise OptionError("This image has no activation mask of that class to paint by; switch that rule off.")
        if self.by_saliency and context.saliency is None:
            raise OptionError("This image has no saliency map to paint by; switch that rule off.")

    def allowed(self, rect: Rect, labels: UInt8Array, context: PaintContext | None) -> BoolArray:
        """Return where painting is allowed.

        Parameters
        ----------
        rect
            The part of the image that is asked about.
        labels
            (height, width) of `rect`, uint8: the label map there when the stroke began.
        context
            Of the whole image; passed `check`.

        Returns
        -------
        BoolArray
            (height, width) of `rect`.
        """
        allowed: BoolArray = self._label_table()[labels]
        if context is None:
            return allowed
        if self.score_above is not None and context.scores is not None:
            allowed &= context.scores[rect.slices] > np.float32(self.score_above)
        if context.saliency is not None and self.by_saliency:
            low = self.saliency_from or 0
            high = 255 if self.saliency_below is None else self.saliency_below - 1
            part = np.ascontiguousarray(context.saliency[rect.slices])
            allowed &= cv2.inRange(part, float(low), float(high)) > 0
        return allowed

    def _label_table(self) -> BoolArray:
        table = np.full(256, self.over is Over.ALL)
        if self.over is Over.BACKGROUND:
            table[0] = True
        elif self.over_label is not None:
            table[self.over_label] = True
        table[sorted(self.protected)] = False
        return table


ANYWHERE = PaintRule()
