"""The arrays that the canvas shows, and how they are drawn over each other at device resolution."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage, QPainter

from edam_gui.core.arrays import AnyArray, UInt8Array
from edam_gui.gui.annotate.canvas import fills, tables
from edam_gui.gui.annotate.canvas.layers import Layer, Layers
from edam_gui.gui.annotate.canvas.photo import Photo, to_qimage
from edam_gui.gui.annotate.canvas.raster import Raster
from edam_gui.gui.annotate.canvas.sampling import Box, Sampling


class Side(Enum):
    """What is drawn: the present state, the one compared with it, or the photo alone."""

    AFTER = "after"
    BEFORE = "before"
    PHOTO = "photo"


class Source(Enum):
    """The arrays that layers are drawn from, all (H, W)."""

    LABELS = "label map"
    COMPARE = "label map to compare with"
    MASK = "activation mask"
    SALIENCY = "saliency map"
    EDITS = "edits"
    TRUTH = "ground truth"


_Use = tuple[Layer, Side]
_USES: dict[Source, tuple[_Use, ...]] = {
    Source.LABELS: ((Layer.LABELS, Side.AFTER), (Layer.OUTLINE, Side.AFTER), (Layer.DIFFERENCE, Side.AFTER)),
    Source.COMPARE: ((Layer.LABELS, Side.BEFORE), (Layer.OUTLINE, Side.BEFORE)),
    Source.MASK: ((Layer.MASK, Side.AFTER),),
    Source.SALIENCY: ((Layer.SALIENCY, Side.AFTER), (Layer.SALIENCY_CUT, Side.AFTER)),
    Source.EDITS: ((Layer.EDITS, Side.AFTER),),
    Source.TRUTH: ((Layer.GROUND_TRUTH, Side.AFTER), (Layer.DIFFERENCE, Side.AFTER)),
}
"""What is drawn from which array."""


class Scene:
    """Draws the layers over the photo.

    Parameters
    ----------
    layers
        Visibility and opacity of each layer, tone of the photo.
    """

    def __init__(self, layers: Layers) -> None:
        self._layers = layers
        self.arrays: dict[Source, AnyArray] = {}
        """What there is to show; shared with the owner, not copied."""
        self.photo: Photo | None = None
        self._cut: int | None = None
        self._toned: tuple[Sampling, UInt8Array] | None = None
        self._label_table = tables.label_table()
        self._mask_table = tables.mask_table()
        self._saliency_table = tables.saliency_table()
        self._rasters = self._make_rasters()
        for layer in Layer:
            self.update_table(layer)

    def set_label_table(self, table: UInt8Array) -> None:
        """Set the colours and opacities of the labels, (256, 4) uint8 RGBA."""
        self._label_table = table
        for layer in (Layer.LABELS, Layer.OUTLINE, Layer.GROUND_TRUTH):
            self.update_table(layer)

    def set_cut(self, lowest: int | None) -> None:
        """Set the lowest salient grey value, for the line around the salient pixels."""
        self._cut = lowest
        self._rasters[Layer.SALIENCY_CUT, Side.AFTER].mark()

    def set_mask_colors(self, colors: UInt8Array) -> None:
        """Set the colour map of activation masks, (256, 3) uint8 RGB."""
        self._mask_table = tables.mask_table(colors)
        self.update_table(Layer.MASK)

    def set_saliency_tint(self, tint: tuple[int, int, int] | None) -> None:
        """Show saliency in grey (`None`) or as a tint over the photo."""
        self._saliency_table = tables.saliency_table(tint)
        self.update_table(Layer.SALIENCY)

    def update_table(self, layer: Layer) -> None:
        """Apply a layer's opacity to its colours; its bytes stay."""
        plain = self._plain_table(layer)
        if plain is not None:
            table = tables.faded(plain, self._layers.state(layer).opacity)
            for (name, _), raster in self._rasters.items():
                if name is layer:
                    raster.set_table(table)

    @property
    def size(self) -> tuple[int, int] | None:
        """Height and width of the photo, or of the arrays without one."""
        if self.photo is not None:
            return self.photo.size
        for array in self.arrays.values():
            height, width = array.shape
            return height, width
        return None

    def retone(self) -> None:
        """Apply the photo's tone anew."""
        self._toned = None
        if self.photo is not None:
            self.photo.forget()

    def mark(self, source: Source, box: Box | None = None) -> Box | None:
        """Note that an array changed; return the device rectangle to repaint, `None` for all.

        Parameters
        ----------
        source
            The array that changed.
        box
            The device rectangle, counted from the visible part's corner, that shows the change; `None`: everything.
        """
        changed: Box | None = None
        for use in _USES[source]:
            marked = self._rasters[use].mark(box)
            if box is None:
                continue
            if marked is None:
                marked = box
            changed = marked if changed is None else changed.joined(marked)
        return changed

    def paint(self, painter: QPainter, sampling: Sampling, box: Box, side: Side) -> None:
        """Draw one device rectangle, counted from the visible part's corner."""
        target = QPoint(sampling.left + box.left, sampling.top + box.top)
        part = QRect(box.left, box.top, box.right - box.left, box.bottom - box.top)
        if self.photo is not None and (self._layers.state(Layer.PHOTO).visible or side is Side.PHOTO):
            painter.setOpacity(1.0 if side is Side.PHOTO else self._layers.state(Layer.PHOTO).opacity)
            painter.drawImage(target, self._photo_image(self.photo, sampling), part)
            painter.setOpacity(1.0)
        if side is Side.PHOTO:
            return
        for layer in Layer:
            raster = self._raster_of(layer, side)
            if raster is not None and self._layers.state(layer).visible:
                image = raster.image(sampling)
                if not raster.is_clear(box):
                    painter.drawImage(target, _premultiplied(image, part))

    def _photo_image(self, photo: Photo, sampling: Sampling) -> QImage:
        if self._toned is None or self._toned[0] is not sampling:
            self._toned = (sampling, photo.render(sampling, self._layers.tone.table()))
        return to_qimage(self._toned[1])

    def _raster_of(self, layer: Layer, side: Side) -> Raster | None:
        """Return what draws a layer, `None` where there is nothing to draw."""
        if side is Side.BEFORE:
            if layer in (Layer.DIFFERENCE, Layer.EDITS):
                return None
            side = Side.BEFORE if layer in (Layer.LABELS, Layer.OUTLINE) else Side.AFTER
        if layer is Layer.SALIENCY_CUT and self._cut is None:
            return None
        needed = [source for source, uses in _USES.items() if (layer, side) in uses]
        return self._rasters.get((layer, side)) if all(source in self.arrays for source in needed) else None

    def _plain_table(self, layer: Layer) -> UInt8Array | None:
        match layer:
            case Layer.PHOTO:
                return None
            case Layer.LABELS | Layer.GROUND_TRUTH:
                return self._label_table
            case Layer.OUTLINE:
                return tables.outline_table(self._label_table)
            case Layer.MASK:
                return self._mask_table
            case Layer.SALIENCY:
                return self._saliency_table
            case Layer.DIFFERENCE:
                return tables.difference_table()
            case Layer.EDITS:
                return tables.edits_table()
            case Layer.SALIENCY_CUT:
                return tables.cut_table()

    def _make_rasters(self) -> dict[_Use, Raster]:
        def plain(source: Source) -> Raster:
            return Raster(lambda sampling, box: sampling.take(self.arrays[source], box))

        def rims(source: Source) -> Raster:
            return Raster(lambda sampling, box: fills.outline(self.arrays[source], sampling, box), reach=1)

        return {
            (Layer.LABELS, Side.AFTER): plain(Source.LABELS),
            (Layer.LABELS, Side.BEFORE): plain(Source.COMPARE),
            (Layer.OUTLINE, Side.AFTER): rims(Source.LABELS),
            (Layer.OUTLINE, Side.BEFORE): rims(Source.COMPARE),
            (Layer.SALIENCY, Side.AFTER): plain(Source.SALIENCY),
            (Layer.MASK, Side.AFTER): plain(Source.MASK),
            (Layer.GROUND_TRUTH, Side.AFTER): plain(Source.TRUTH),
            (Layer.DIFFERENCE, Side.AFTER): Raster(self._difference),
            (Layer.EDITS, Side.AFTER): Raster(self._hatch, reach=1),
            (Layer.SALIENCY_CUT, Side.AFTER): Raster(self._cut_line, reach=1),
        }

    def _difference(self, sampling: Sampling, box: Box) -> UInt8Array:
        labels, truth = self.arrays[Source.LABELS], self.arrays[Source.TRUTH]
        return fills.difference(sampling.take(labels, box), sampling.take(truth, box))

    def _hatch(self, sampling: Sampling, box: Box) -> UInt8Array:
        return fills.hatch(self.arrays[Source.EDITS], sampling, box)

    def _cut_line(self, sampling: Sampling, box: Box) -> UInt8Array:
        assert self._cut is not None  # noqa: S101 - `_raster_of` asked
        return fills.cut_line(self.arrays[Source.SALIENCY], self._cut, sampling, box)


def _premultiplied(image: QImage, part: QRect) -> QImage:
    """Return a part of an indexed image in the format that Qt blends fastest: a third of the time of `drawImage`."""
    if part != image.rect():
        image = image.copy(part)
    return image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
