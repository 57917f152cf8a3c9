"""The photo at device resolution: smooth when made smaller, crisp pixels when magnified."""

from __future__ import annotations

import cv2
import numpy as np
from PySide6.QtGui import QImage

from edam_gui.core.arrays import UInt8Array
from edam_gui.gui.annotate.canvas.sampling import Sampling

_SMALLEST_LEVEL = 64


class Photo:
    """A photo and its area-averaged halves, made when first needed.

    Parameters
    ----------
    pixels
        (H, W, 3) uint8 RGB; not copied.
    """

    def __init__(self, pixels: UInt8Array) -> None:
        self._levels = [pixels]
        self._shown = np.empty((0, 0, 4), np.uint8)
        self._reduced = np.empty((0, 0, 3), np.uint8)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        height, width = self._levels[0].shape[:2]
        return height, width

    def level(self, number: int) -> UInt8Array:
        """Return the photo halved `number` times (fewer times if it is small)."""
        while len(self._levels) <= number and min(self._levels[-1].shape[:2]) > _SMALLEST_LEVEL:
            height, width = self._levels[-1].shape[:2]
            half = ((width + 1) // 2, (height + 1) // 2)
            smaller = cv2.resize(self._levels[-1], half, interpolation=cv2.INTER_AREA)
            self._levels.append(np.asarray(smaller, np.uint8))
        return self._levels[min(number, len(self._levels) - 1)]

    def render(self, sampling: Sampling, tone: UInt8Array | None) -> UInt8Array:
        """Return the visible part, (h, w, 4) uint8 BGRX; it stays valid until the next call.

        Parameters
        ----------
        sampling
            What is visible.
        tone
            (256,) uint8 table, or `None`.
        """
        if self._shown.shape[:2] != sampling.size:
            # Fresh memory costs more than the work on it: it is kept while panning and zooming.
            self._shown = np.empty((*sampling.size, 4), np.uint8)
            self._reduced = np.empty((*sampling.size, 3), np.uint8)
        if sampling.box.empty:
            return self._shown
        if sampling.view.scale < 1:
            self._reduce(sampling)
            _tone(self._reduced, tone, self._shown)
        elif sampling.view.scale == 1:
            _tone(self._levels[0][sampling.image_part.slices()], tone, self._shown)
        else:
            self._magnify(sampling, tone)
        return self._shown

    def thumbnail(self, width: int, height: int, tone: UInt8Array | None) -> QImage:
        """Return the whole photo at a small size."""
        number = 0
        while min(self.level(number).shape[1] / width, self.level(number).shape[0] / height) > 4:
            if self.level(number) is self.level(number + 1):
                break
            number += 1
        pixels = cv2.resize(self.level(number), (width, height), interpolation=cv2.INTER_AREA)
        if tone is not None:
            pixels = cv2.LUT(pixels, tone)
        return QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()

    def _magnify(self, sampling: Sampling, tone: UInt8Array | None) -> None:
        # The few image pixels in sight are toned first, then taken as numbers of four bytes.
        part = sampling.image_part
        pixels = _tone(self._levels[0][part.slices()], tone).view(np.uint32)[:, :, 0]
        rows = pixels[sampling.rows - part.top]
        rows.take(sampling.columns - part.left, axis=1, out=self._shown.view(np.uint32)[:, :, 0], mode="clip")

    def _reduce(self, sampling: Sampling) -> None:
        number = int(np.log2(1 / sampling.view.scale) + 1e-9)
        level = self.level(number)
        # Image pixels per device pixel, on this level.
        full_height, full_width = self.size
        across = level.shape[1] / full_width / sampling.view.scale
        down = level.shape[0] / full_height / sampling.view.scale
        x = (sampling.left + 0.5 - sampling.view.left) * across - 0.5
        y = (sampling.top + 0.5 - sampling.view.top) * down - 0.5
        height, width = sampling.size
        # OpenCV's coordinates end at 32767: only the visible part is handed over.
        left, top = max(int(x) - 2, 0), max(int(y) - 2, 0)
        part = level[top : int(y + height * down) + 4, left : int(x + width * across) + 4]
        matrix = np.array([[across, 0, x - left], [0, down, y - top]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        border = cv2.BORDER_REPLICATE
        cv2.warpAffine(part, matrix, (width, height), dst=self._reduced, flags=flags, borderMode=border)


def _tone(pixels: UInt8Array, tone: UInt8Array | None, out: UInt8Array | None = None) -> UInt8Array:
    """Return RGB as BGRX with a tone table applied."""
    if tone is not None:
        pixels = np.asarray(cv2.LUT(pixels, tone), np.uint8)
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGRA, dst=out), np.uint8)


def to_qimage(pixels: UInt8Array) -> QImage:
    """Wrap (h, w, 4) uint8 BGRX without copying; the array must live as long as the image."""
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
