"""Thumbnails as Qt draws them."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPixmap

from edam_gui.core.arrays import UInt8Array
from edam_gui.session.thumbnails import Thumbnails

_KEPT: Final = 512


class ThumbnailPixmaps:
    """Thumbnails scaled to the size in which a view shows them, the newest few hundred of them.

    Parameters
    ----------
    thumbnails
        Where they come from.
    box
        Largest size, in device-independent pixels.
    """

    def __init__(self, thumbnails: Thumbnails, box: QSize) -> None:
        self._thumbnails = thumbnails
        self._box = box
        self._ratio = 1.0
        self._pixmaps: OrderedDict[int, QPixmap] = OrderedDict()

    def set_box(self, box: QSize) -> None:
        """Scale to another size from now on."""
        if box != self._box:
            self._box = box
            self.clear()

    def clear(self) -> None:
        """Forget all: they belong to another project."""
        self._pixmaps.clear()

    def has(self, image: int) -> bool:
        """Whether an image's thumbnail is at hand, or known to be impossible."""
        thumbnail = self._thumbnails.get(image)
        return image in self._pixmaps or (thumbnail is not None and bool(thumbnail.problem))

    def problem(self, image: int) -> str:
        """Return why an image has no thumbnail; empty: it has one, or will."""
        thumbnail = self._thumbnails.get(image)
        return thumbnail.problem if thumbnail is not None else ""

    def get(self, image: int, ratio: float) -> QPixmap | None:
        """Return a thumbnail if it is there.

        Parameters
        ----------
        image
            The id.
        ratio
            Device pixels per device-independent pixel.
        """
        if ratio != self._ratio:
            self._ratio = ratio
            self.clear()
        pixmap = self._pixmaps.get(image)
        if pixmap is not None:
            self._pixmaps.move_to_end(image)
            return pixmap
        thumbnail = self._thumbnails.get(image)
        if thumbnail is None or thumbnail.pixels is None:
            return None
        pixmap = _pixmap(thumbnail.pixels, self._box * ratio)
        pixmap.setDevicePixelRatio(ratio)
        self._pixmaps[image] = pixmap
        while len(self._pixmaps) > _KEPT:
            self._pixmaps.popitem(last=False)
        return pixmap


def _pixmap(pixels: UInt8Array, box: QSize) -> QPixmap:
    height, width = pixels.shape[:2]
    data = np.ascontiguousarray(pixels)
    image = QImage(data.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    if width > box.width() or height > box.height():
        aspect, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        image = image.scaled(box, aspect, smooth)
    return QPixmap.fromImage(image)
