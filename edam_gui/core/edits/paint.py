"""Paint a region, or bake all that is shown, in one step."""

from __future__ import annotations

from edam_gui.core.arrays import UInt8Array
from edam_gui.core.edits.layer import EditLayer
from edam_gui.core.edits.paint_rule import ANYWHERE, PaintContext, PaintRule
from edam_gui.core.edits.patch import EditPatch
from edam_gui.core.edits.recorder import EditRecorder, PaintValue
from edam_gui.core.edits.rect import Rect
from edam_gui.core.edits.region import Region


def paint(
    layer: EditLayer,
    region: Region,
    value: PaintValue,
    rule: PaintRule = ANYWHERE,
    context: PaintContext | None = None,
) -> EditPatch | None:
    """Paint a region into the layer, in place.

    Parameters
    ----------
    layer, region
        The region lies inside the layer's image.
    value
        A label 0..255 (255 = ignore), or `REVERT` (back to automatic).
    rule, context
        See `EditRecorder`.

    Returns
    -------
    EditPatch | None
        The undo step, `None` if nothing changed.

    Raises
    ------
    OptionError
        The rule needs something that `context` does not have.
    """
    recorder = EditRecorder(layer, rule, context)
    recorder.put(region.rect, region.mask, value)
    return recorder.finish()


def bake(layer: EditLayer, auto: UInt8Array) -> EditPatch | None:
    """Make all that is shown an edit, in place: no change of thresholds, saliency or model shows through any more.

    Parameters
    ----------
    layer
        Of an image of (height, width).
    auto
        (H, W) uint8, the automatic result below the layer.

    Returns
    -------
    EditPatch | None
        The undo step, `None` if every pixel was edited already.
    """
    recorder = EditRecorder(layer)
    recorder.put(Rect.whole(layer.size), ~layer.mask, auto)
    return recorder.finish()
