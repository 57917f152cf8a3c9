"""A proposed change of a label map: looked at first, then accepted as one undo step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edam_gui.core.arrays import UInt8Array
from edam_gui.core.edits.layer import EditLayer
from edam_gui.core.edits.paint_rule import ANYWHERE, PaintContext, PaintRule
from edam_gui.core.edits.patch import EditPatch
from edam_gui.core.edits.recorder import EditRecorder
from edam_gui.core.edits.region import Region


@dataclass(frozen=True, eq=False)
class Relabel:
    """New labels for some pixels.

    Parameters
    ----------
    region
        The pixels that change.
    values
        (height, width) of the region, uint8: their new labels.
    """

    region: Region
    values: UInt8Array

    @classmethod
    def of(cls, labels: UInt8Array, after: UInt8Array) -> Relabel | None:
        """Return what turns one (H, W) uint8 label map into the other, `None` if they are the same."""
        region = Region.of(labels != after)
        return None if region is None else cls(region, after[region.rect.slices].copy())

    def preview(self, labels: UInt8Array) -> UInt8Array:
        """Return a copy of the (H, W) uint8 label map with the change made."""
        after = labels.copy()
        np.copyto(after[self.region.rect.slices], self.values, where=self.region.mask)
        return after

    def restricted(self, labels: UInt8Array, rule: PaintRule, context: PaintContext) -> Relabel | None:
        """Return the part that a rule allows, `None` if it allows nothing.

        Parameters
        ----------
        labels
            (H, W) uint8, the label map that the change was made for.
        rule, context
            See `PaintRule`.

        Raises
        ------
        OptionError
            The rule needs something that `context` does not have.
        """
        rule.check(context)
        rect = self.region.rect
        mask = self.region.mask & rule.allowed(rect, labels[rect.slices], context)
        region = Region.of(mask, rect.top, rect.left)
        return None if region is None else Relabel(region, self.values[region.rect.within(rect)].copy())


def accept(
    layer: EditLayer, change: Relabel, rule: PaintRule = ANYWHERE, context: PaintContext | None = None
) -> EditPatch | None:
    """Paint a proposed change into the layer, as far as the rule allows; parameters and result as in `paint`."""
    recorder = EditRecorder(layer, rule, context)
    recorder.put(change.region.rect, change.region.mask, change.values)
    return recorder.finish()
