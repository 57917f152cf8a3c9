"""One layer at device resolution: a byte per device pixel, a colour table, and what of it is out of date."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtGui import QImage

from edam_gui.core.arrays import UInt8Array
from edam_gui.gui.annotate.canvas.sampling import Box, Sampling

Fill = Callable[[Sampling, Box], UInt8Array]
"""Returns the bytes of one device rectangle of the visible part, (h, w) uint8."""
_MOST_BOXES = 16


class Raster:
    """A layer's bytes at device resolution, refreshed only where something changed.

    The image belongs to Qt and numpy writes into it: nothing is copied on the way to the screen, and a change of
    colours, opacity or visibility leaves the bytes alone.

    Parameters
    ----------
    fill
        Computes the bytes of a rectangle.
    reach
        Device pixels around a changed one that change with it.
    """

    def __init__(self, fill: Fill, reach: int = 0) -> None:
        self._fill = fill
        self._reach = reach
        self._image = QImage()
        self._pixels = np.empty((0, 0), np.uint8)
        self._colors: list[int] = []
        self._stale: list[Box] = []
        self._sampling: Sampling | None = None

    def set_table(self, table: UInt8Array) -> None:
        """Set the colours, (256, 4) uint8 RGBA."""
        red, green, blue, alpha = table.astype(np.uint32).T
        self._colors = (alpha << 24 | red << 16 | green << 8 | blue).tolist()
        if not self._image.isNull():
            self._image.setColorTable(self._colors)

    def mark(self, box: Box | None = None) -> Box | None:
        """Note that a device rectangle (`None`: all of it) is out of date; return what has to be repainted."""
        if box is None or self._sampling is None:
            self._sampling = None
            return None
        box = box.grown(self._reach).cut(self._sampling.box)
        if not box.empty:
            self._stale.append(box)
            if len(self._stale) > _MOST_BOXES:
                self._stale = [_around(self._stale)]
        return box

    def image(self, sampling: Sampling) -> QImage:
        """Return the layer as an indexed image, up to date."""
        if sampling is not self._sampling:
            self._resize(*sampling.size)
            self._sampling = sampling
            self._stale = [sampling.box]
        for box in self._stale:
            self._pixels[box.slices()] = self._fill(sampling, box)
        self._stale = []
        return self._image

    def is_clear(self, box: Box) -> bool:
        """Whether nothing of the last `image` can be seen in a rectangle, so that it need not be drawn."""
        return self._colors[0] >> 24 == 0 and not self._pixels[box.slices()].any()

    def _resize(self, height: int, width: int) -> None:
        if self._pixels.shape == (height, width):
            return
        self._image = QImage(width, height, QImage.Format.Format_Indexed8)
        self._image.setColorTable(self._colors)
        if self._image.isNull():
            self._pixels = np.empty((height, width), np.uint8)
            return
        flat = np.frombuffer(self._image.bits(), np.uint8)
        self._pixels = flat.reshape(height, self._image.bytesPerLine())[:, :width]


def _around(boxes: list[Box]) -> Box:
    whole = boxes[0]
    for box in boxes[1:]:
        whole = whole.joined(box)
    return whole
