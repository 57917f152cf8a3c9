"""A view with something in it: the photo and its layers, split view, peek, pixel grid and minimap."""

from __future__ import annotations

import cv2
import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import QWidget

from edam_gui.core.arrays import AnyArray, Float32Array, UInt8Array
from edam_gui.gui.annotate.canvas.layers import Layer, Layers
from edam_gui.gui.annotate.canvas.minimap import Minimap
from edam_gui.gui.annotate.canvas.overlays import GRID_SCALE, paint_divider, paint_grid, paint_side_names
from edam_gui.gui.annotate.canvas.photo import Photo
from edam_gui.gui.annotate.canvas.sampling import Box
from edam_gui.gui.annotate.canvas.scene import Scene, Side, Source
from edam_gui.gui.annotate.canvas.view_widget import ViewWidget

Rect = tuple[int, int, int, int]
"""Left, top, right, bottom in image pixels; right and bottom are exclusive."""
_DARK, _LIGHT = QColor(43, 43, 43), QColor(206, 206, 206)
_DIVIDER_REACH, _GRIP = 4.0, 14.0


class PictureWidget(ViewWidget):
    """Holds the arrays and paints them.

    All arrays belong to one image: they are (H, W) as the photo is, and are shared, not copied. Taking a photo of
    another size drops the other layers. `set_photo(None)` drops everything.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.layers = Layers(self)
        self.keep_view = False
        """Whether zoom and place stay when the next photo has the same size."""
        self._scene = Scene(self.layers)
        self._minimap = Minimap()
        self._last_size: tuple[int, int] | None = None
        self._peek = False
        self._split = False
        self._side_names = ("", "")
        self._divider = 0.5
        self._minimap_shown = True
        self._grid_shown = True
        self.layers.changed.connect(self._layer_changed)
        self.layers.tone_changed.connect(self._tone_changed)

    def set_photo(self, pixels: UInt8Array | None) -> None:
        """Show another photo, (H, W, 3) uint8 RGB; its layers follow by their own methods."""
        self._minimap.forget()
        self._scene.retone()
        if pixels is None:
            self._scene.photo = None
            self._scene.arrays.clear()
            self._set_size(None)
            return
        if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8 or 0 in pixels.shape:
            raise ValueError(f"a photo is (H, W, 3) uint8, not {pixels.shape} {pixels.dtype}")
        if self._scene.size != pixels.shape[:2]:
            self._scene.arrays.clear()
        self._scene.photo = Photo(pixels)
        self._set_size((pixels.shape[1], pixels.shape[0]))

    def set_labels(self, labels: UInt8Array | None) -> None:
        """Show a label map, (H, W) uint8. Write into it and call `labels_changed`, or hand over another one."""
        self._set_source(Source.LABELS, labels)

    def labels_changed(self, rect: Rect | None = None) -> None:
        """Redraw the part of the label map that changed.

        Parameters
        ----------
        rect
            Left, top, right, bottom in image pixels, right and bottom exclusive; `None`: everything.
        """
        self._source_changed(Source.LABELS, rect)

    def set_compare(self, labels: UInt8Array | None) -> None:
        """Set the label map on the left of the split view, (H, W) uint8; without one the photo is there alone."""
        self._set_source(Source.COMPARE, labels)

    def set_mask(self, mask: Float32Array | None) -> None:
        """Show an activation mask, (H, W) float32 in [0, 1]; values outside are clipped, NaN counts as 0."""
        self._set_source(Source.MASK, None if mask is None else _levels(mask))

    def set_saliency(self, saliency: UInt8Array | None) -> None:
        """Show a saliency map, (H, W) uint8."""
        self._set_source(Source.SALIENCY, saliency)

    def saliency_changed(self, rect: Rect | None = None) -> None:
        """Redraw the part of the saliency map that changed; see `labels_changed`."""
        self._source_changed(Source.SALIENCY, rect)

    def set_saliency_cut(self, lowest: int | None) -> None:
        """Draw a line around the salient pixels: those with a grey value of at least `lowest` (0 to 256)."""
        self._scene.set_cut(lowest)
        self.update()

    def set_saliency_tint(self, tint: tuple[int, int, int] | None) -> None:
        """Show saliency as a tint (RGB) over the photo; `None`: in grey."""
        self._scene.set_saliency_tint(tint)
        self.update()

    def set_edits(self, mask: AnyArray | None) -> None:
        """Hatch and outline the edited pixels, (H, W) bool or uint8 (non-zero = edited)."""
        self._set_source(Source.EDITS, mask)

    def edits_changed(self, rect: Rect | None = None) -> None:
        """Redraw the part of the edits that changed; see `labels_changed`."""
        self._source_changed(Source.EDITS, rect)

    def correction_changed(self, rect: Rect) -> None:
        """Redraw a part in which the label map has changed with the edits; see `labels_changed`."""
        self._source_changed(Source.LABELS, rect, Source.EDITS)

    def set_ground_truth(self, labels: UInt8Array | None) -> None:
        """Set the ground truth, (H, W) uint8 with 255 = ignore, for its own layer and the difference layer."""
        self._set_source(Source.TRUTH, labels)

    def set_label_table(self, table: UInt8Array) -> None:
        """Set colours and opacities of labels, (256, 4) uint8 RGBA; opacity 0 hides a class. No pixel is touched."""
        if table.shape != (256, 4) or table.dtype != np.uint8:
            raise ValueError(f"a label table is (256, 4) uint8, not {table.shape} {table.dtype}")
        self._scene.set_label_table(table.copy())
        self.update()

    def set_mask_colors(self, colors: UInt8Array) -> None:
        """Set the colour map of activation masks, (256, 3) uint8 RGB; `inferno` at the start."""
        self._scene.set_mask_colors(colors)
        self.update()

    @property
    def peek(self) -> bool:
        """Whether the photo is shown alone."""
        return self._peek

    def set_peek(self, on: bool) -> None:
        """Show the photo alone while on."""
        self._peek = on
        self.update()

    def set_split(self, on: bool) -> None:
        """Show the map of `set_compare` on the left of a movable divider, the present one on the right."""
        self._split = on
        self.update()

    def set_side_names(self, left: str, right: str) -> None:
        """Name the sides of the split view; shown in the upper corners."""
        self._side_names = (left, right)
        self.update()

    @property
    def split(self) -> bool:
        """Whether the split view is on."""
        return self._split

    @property
    def divider(self) -> float:
        """Where the divider of the split view is, as a fraction of the width."""
        return self._divider

    def set_divider(self, place: float) -> None:
        """Move the divider of the split view to a fraction of the width."""
        before = self._divider_x()
        self._divider = min(max(place, 0.0), 1.0)
        reach = _GRIP * self._ratio
        left, right = sorted((before, self._divider_x()))
        self._update_device(Box(int(left - reach), 0, int(right + reach), self._port()[1]))

    def set_minimap(self, shown: bool) -> None:
        """Show the minimap where a photo is larger than the viewport."""
        self._minimap_shown = shown
        self.update()

    def set_pixel_grid(self, shown: bool) -> None:
        """Show the borders of pixels when zoomed in closely."""
        self._grid_shown = shown
        self.update()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Follow light and dark."""
        if event.type() == QEvent.Type.PaletteChange:
            self.update()
        super().changeEvent(event)

    def _paint_rect(self, painter: QPainter, rect: QRect) -> None:
        ratio = self._ratio
        left, top = int(rect.left() * ratio), int(rect.top() * ratio)
        right, bottom = -int(-(rect.right() + 1) * ratio // 1), -int(-(rect.bottom() + 1) * ratio // 1)
        painter.fillRect(QRect(left, top, right - left, bottom - top), self._background())
        sampling = self._visible()
        if sampling is None:
            return
        box = Box(left, top, right, bottom).shifted(-sampling.left, -sampling.top).cut(sampling.box)
        divider = round(self._divider_x()) - sampling.left
        for side, part in self._sides(box, divider):
            if not part.empty:
                self._scene.paint(painter, sampling, part, side)
        if self._grid_shown and self._view.scale >= GRID_SCALE * ratio:
            paint_grid(painter, sampling, box)

    def _sides(self, box: Box, divider: int) -> list[tuple[Side, Box]]:
        if self._peek:
            return [(Side.PHOTO, box)]
        if not self._split:
            return [(Side.AFTER, box)]
        before = Box(box.left, box.top, min(box.right, divider), box.bottom)
        return [(Side.BEFORE, before), (Side.AFTER, Box(max(box.left, divider), box.top, box.right, box.bottom))]

    def _paint_furniture(self, painter: QPainter) -> None:
        """Draw divider and minimap."""
        if self._split and not self._peek and self._image_size is not None:
            paint_divider(painter, self._divider_x(), self._port()[1], self._ratio)
            paint_side_names(painter, self._side_names, self._port()[0], self._ratio)
        place = self._minimap_place()
        if place is not None and self._scene.photo is not None:
            tone = self.layers.tone.table()
            self._minimap.paint(painter, place, self._scene.photo, tone, self._view.snapped(), self._port())

    def _background(self) -> QColor:
        dark = self.palette().color(QPalette.ColorRole.Window).lightness() < 128
        return _DARK if dark else _LIGHT

    def _set_size(self, size: tuple[int, int] | None) -> None:
        keep = self.keep_view and size == self._last_size
        if size is not None:
            self._last_size = size
        state = self.view_state()
        self._set_image_size(size, keep)
        if keep and size is not None and not state.fitted:
            self.restore_view(state)

    def _set_source(self, source: Source, pixels: AnyArray | None) -> None:
        self._scene.arrays.pop(source, None)
        if pixels is not None:
            if self._scene.size not in (None, pixels.shape):
                raise ValueError(f"{source.value} {pixels.shape} and image {self._scene.size} differ in size")
            self._scene.arrays[source] = pixels
        size = self._scene.size
        if (None if size is None else size[::-1]) != self._image_size:
            self._set_size(None if size is None else (size[1], size[0]))
        self._source_changed(source, None)

    def _source_changed(self, source: Source, rect: Rect | None, *more: Source) -> None:
        sampling = self._visible()
        if rect is None or sampling is None:
            for one in (source, *more):
                self._scene.mark(one)
            self.update()
            return
        box = sampling.covering(Box(*rect))
        if not box.empty:
            changed = box
            for one in (source, *more):
                changed = changed.joined(self._scene.mark(one, box) or box)
            self._update_device(changed.shifted(sampling.left, sampling.top))

    def _layer_changed(self, layer: Layer) -> None:
        self._scene.update_table(layer)
        self.update()

    def _tone_changed(self) -> None:
        self._scene.retone()
        self._minimap.forget()
        self.update()

    def _minimap_place(self) -> QRectF | None:
        """Return where the minimap is (device pixels), `None` while it is not shown."""
        if not self._minimap_shown or self._scene.photo is None or self._image_size is None:
            return None
        if self._view.shows_all(self._image_size, self._port()):
            return None
        return self._minimap.place(self._image_size, self._port(), self._ratio)

    def _on_minimap(self, at: QPointF) -> bool:
        place = self._minimap_place()
        return place is not None and place.contains(at)

    def _minimap_point(self, at: QPointF) -> tuple[float, float]:
        place = self._minimap_place()
        assert place is not None  # noqa: S101 - the drag began on it
        assert self._image_size is not None  # noqa: S101
        return self._minimap.point(at, place, self._image_size)

    def _divider_x(self) -> float:
        return self._divider * self._port()[0]

    def _on_divider(self, at: QPointF) -> bool:
        return self._split and abs(at.x() - self._divider_x()) <= _DIVIDER_REACH * self._ratio


def _levels(mask: Float32Array) -> UInt8Array:
    """Return a mask in 256 steps, as many as a colour map has; fmax turns NaN into 0."""
    return np.asarray(cv2.convertScaleAbs(np.fmax(mask, np.float32(0)), alpha=255.0), np.uint8)
