"""What the label map would be with thresholds a little higher or lower."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from edam_gui.core.activation_masks import Scores
from edam_gui.core.arrays import BoolArray, UInt8Array
from edam_gui.core.errors import OptionError
from edam_gui.core.live_label import LiveLabel
from edam_gui.core.options import LabelRule, Thresholds
from edam_gui.core.threshold_scale import ScoreScale
from edam_gui.session.current import CurrentImage

KEY_STEPS: Final = {"theta": 4, "alpha": 10, "beta": 10, "background": 10}
"""How many stops of its slider one key press moves a threshold."""


def stepped(rule: LabelRule, name: str, steps: int) -> LabelRule:
    """Return a rule with one threshold moved by key steps, in every class's own thresholds too."""

    def moved(thresholds: Thresholds) -> Thresholds:
        value: float = getattr(thresholds, name)
        by = KEY_STEPS[name] * steps
        if name == "theta":
            return replace(thresholds, theta=value + by)
        scale = ScoreScale()
        values: dict[str, Any] = {name: scale.value(scale.stop(value) + by)}
        return replace(thresholds, **values)

    return replace(
        rule,
        thresholds=moved(rule.thresholds),
        per_class={index: moved(own) for index, own in rule.per_class.items()},
    )


@dataclass(frozen=True, eq=False)
class NearbyMaps:
    """Label maps of one image around its thresholds.

    Parameters
    ----------
    scores, saliency, rule
        What the label map was made from.
    edited
        (H, W) bool: pixels painted by hand, which no threshold changes.
    steps
        How far the thresholds are moved, in key steps.
    """

    scores: Scores
    saliency: UInt8Array | None
    rule: LabelRule
    edited: BoolArray
    steps: int

    @classmethod
    def of(cls, current: CurrentImage, steps: int) -> NearbyMaps:
        """Take what the current label map was made from.

        Raises
        ------
        OptionError
            It does not come from thresholds.
        """
        frame = current.frame
        if frame is None or frame.scores is None or (current.files is not None and current.files.base_map is not None):
            raise OptionError("This label map does not come from thresholds: there is no threshold step to look at.")
        edits = current.edits
        edited = np.zeros(frame.labels.shape, np.bool_) if edits is None else edits.mask.copy()
        return cls(frame.scores, frame.request.saliency, frame.request.rule, edited, steps)

    def maps(self, labels: UInt8Array) -> Iterator[UInt8Array]:
        """Yield (H, W) uint8 for each threshold up and down; edited pixels are as in `labels`. One array serves all."""
        live, out = LiveLabel(self.scores, self.saliency), np.empty_like(labels)
        for name in KEY_STEPS:
            for steps in (-self.steps, self.steps):
                live.label_map(stepped(self.rule, name, steps), out)
                np.copyto(out, labels, where=self.edited)
                yield out
