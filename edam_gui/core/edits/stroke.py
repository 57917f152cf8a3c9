"""A brush stroke: from the press of the button to its release, one undo step."""

from __future__ import annotations

import math
from collections.abc import Iterable

from edam_gui.core.edits.brush import Brush, BrushPoint
from edam_gui.core.edits.layer import EditLayer
from edam_gui.core.edits.paint_rule import ANYWHERE, PaintContext, PaintRule
from edam_gui.core.edits.patch import EditPatch
from edam_gui.core.edits.recorder import EditRecorder, PaintValue, Revert
from edam_gui.core.edits.rect import Rect
from edam_gui.core.edits.sweep import Dab, sweep

_FAR = 1e7
"""Coordinates are held within this many px: far outside any image, and no number overflows."""


class Stroke:
    """A stroke in the making; nothing else may change the layer until `finish` or `abort`.

    Parameters
    ----------
    layer
        Painted into, in place.
    brush
        See `Brush`.
    value
        A label 0..255 (255 = ignore), or `REVERT` (back to automatic).
    rule, context
        See `EditRecorder`; the rule is judged by the label map as it was when the stroke began.

    Raises
    ------
    OptionError
        The rule needs something that `context` does not have.
    """

    def __init__(
        self,
        layer: EditLayer,
        brush: Brush,
        value: PaintValue,
        rule: PaintRule = ANYWHERE,
        context: PaintContext | None = None,
    ) -> None:
        self._size = layer.size
        self._brush = brush
        self._value = value
        self._recorder = EditRecorder(layer, rule, context)
        self._last: Dab | None = None

    @property
    def only_paints(self) -> bool:
        """Whether it takes nothing back, so that ``layer.compose(shown, shown, dirty)`` is enough."""
        return not isinstance(self._value, Revert)

    def extend(self, points: Iterable[BrushPoint]) -> Rect | None:
        """Paint on, in a straight line from point to point; the first point of a stroke is a dab.

        Parameters
        ----------
        points
            Image coordinates, fractional, inside or outside; points that are no numbers are left out.

        Returns
        -------
        Rect | None
            What to recompose, `None` if nothing of the image was met.
        """
        dirty = None
        for point in points:
            if not (math.isfinite(point.x) and math.isfinite(point.y)):
                continue
            dab = Dab(
                min(max(point.x, -_FAR), _FAR),
                min(max(point.y, -_FAR), _FAR),
                self._brush.diameter_at(point.pressure),
            )
            onward = self._last is not None
            region = sweep(self._last or dab, dab, self._brush.shape, self._size, onward=onward)
            self._last = dab
            if region is not None:
                self._recorder.put(region.rect, region.mask, self._value)
                dirty = region.rect.union(dirty)
        return dirty

    def finish(self) -> EditPatch | None:
        """End the stroke; return its undo step, `None` if it changed nothing."""
        return self._recorder.finish()

    def abort(self) -> Rect | None:
        """Restore the layer exactly; return what to recompose."""
        return self._recorder.abort()
