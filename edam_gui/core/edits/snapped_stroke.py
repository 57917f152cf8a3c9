"""A brush stroke that claims every superpixel it touches."""

from __future__ import annotations

import math
from collections.abc import Iterable

from edam_gui.core.edits.brush import Brush, BrushPoint
from edam_gui.core.edits.layer import EditLayer
from edam_gui.core.edits.paint_rule import ANYWHERE, PaintContext, PaintRule
from edam_gui.core.edits.patch import EditPatch
from edam_gui.core.edits.recorder import EditRecorder, PaintValue
from edam_gui.core.edits.rect import Rect
from edam_gui.core.edits.superpixel_map import SuperpixelMap
from edam_gui.core.edits.sweep import Dab, sweep

_FAR = 1e7


class SnappedStroke:
    """As `Stroke`, for whole superpixels.

    Parameters
    ----------
    layer, brush, value, rule, context
        See `Stroke`; errors too.
    superpixels
        Of the layer's image.
    """

    def __init__(
        self,
        layer: EditLayer,
        brush: Brush,
        value: PaintValue,
        superpixels: SuperpixelMap,
        rule: PaintRule = ANYWHERE,
        context: PaintContext | None = None,
    ) -> None:
        if superpixels.size != layer.size:
            raise ValueError(f"superpixels of {superpixels.size} do not fit a layer of {layer.size}")
        self._size = layer.size
        self._brush = brush
        self._value = value
        self._superpixels = superpixels
        self._recorder = EditRecorder(layer, rule, context)
        self._last: Dab | None = None
        self._painted: set[int] = set()

    def extend(self, points: Iterable[BrushPoint]) -> Rect | None:
        """Paint on; see `Stroke.extend`."""
        dirty = None
        for point in points:
            if not (math.isfinite(point.x) and math.isfinite(point.y)):
                continue
            x, y = min(max(point.x, -_FAR), _FAR), min(max(point.y, -_FAR), _FAR)
            dab = Dab(x, y, self._brush.diameter_at(point.pressure))
            swept = sweep(self._last or dab, dab, self._brush.shape, self._size)
            self._last = dab
            if swept is None:
                continue
            for number in set(self._superpixels.touched(swept).tolist()) - self._painted:
                self._painted.add(number)
                region = self._superpixels.region(number)
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
