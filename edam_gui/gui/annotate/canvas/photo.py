"""The photo at device resolution: smooth when made smaller, crisp pixels when magnified."""

from __future__ import annotations

import cv2
import numpy as np
from PySide6.QtGui import QImage

from edam_gui.core.arrays import UInt8Array
from edam_gui.gui.annotate.canvas.sampling import Box, Sampling

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
        self._last: Sampling | None = None
        # Fresh memory costs more than the work on it: these are kept while panning and zooming.
        self._shown = np.empty((0, 0, 4), np.uint8)
        self._spare = np.empty((0, 0, 4), np.uint8)
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

    def forget(self) -> None:
        """Compute everything anew next time: the tone is another."""
        self._last = None

    def render(self, sampling: Sampling, tone: UInt8Array | None) -> UInt8Array:
        """Return the visible part, (h, w, 4) uint8 BGRX; it stays valid until the next call.

        What was visible before at the same scale is moved, not computed again.

        Parameters
        ----------
        sampling
            What is visible.
        tone
            (256,) uint8 table, or `None`; call `forget` before another one.
        """
        target = self._spare
        if target.shape[:2] != sampling.size:
            target = np.empty((*sampling.size, 4), np.uint8)
        if self._reduced.shape[:2] != sampling.size:
            self._reduced = np.empty((*sampling.size, 3), np.uint8)
        kept = Box(0, 0, 0, 0)
        if self._last is not None and self._last.view.scale == sampling.view.scale:
            old, new = _on_image(self._last), _on_image(sampling)
            common = old.cut(new)
            kept = common.shifted(-new.left, -new.top)
            target[kept.slices()] = self._shown[common.shifted(-old.left, -old.top).slices()]
        for box in sampling.box.without(kept):
            self._fill(sampling, box, tone, target[box.slices()])
        self._shown, self._spare, self._last = target, self._shown, sampling
        return target

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

    def _fill(self, sampling: Sampling, box: Box, tone: UInt8Array | None, out: UInt8Array) -> None:
        if sampling.view.scale < 1:
            reduced = self._reduced[box.slices()]
            self._reduce(sampling, box, reduced)
            _tone(reduced, tone, out)
            return
        # The few image pixels in sight are toned first, then taken as numbers of four bytes.
        columns, rows = sampling.columns[box.left : box.right], sampling.rows[box.top : box.bottom]
        part = self._levels[0][rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        if part.shape[:2] == out.shape[:2]:
            _tone(part, tone, out)
            return
        pixels = _tone(part, tone).view(np.uint32)[:, :, 0]
        taken = pixels[rows - rows[0]].take(columns - columns[0], axis=1)
        out.view(np.uint32)[:, :, 0] = taken

    def _reduce(self, sampling: Sampling, box: Box, out: UInt8Array) -> None:
        number = int(np.log2(1 / sampling.view.scale) + 1e-9)
        level = self.level(number)
        # Image pixels per device pixel, on this level.
        full_height, full_width = self.size
        across = level.shape[1] / full_width / sampling.view.scale
        down = level.shape[0] / full_height / sampling.view.scale
        x = (sampling.left + box.left + 0.5 - sampling.view.left) * across - 0.5
        y = (sampling.top + box.top + 0.5 - sampling.view.top) * down - 0.5
        height, width = out.shape[:2]
        # OpenCV's coordinates end at 32767: only the visible part is handed over.
        left, top = max(int(x) - 2, 0), max(int(y) - 2, 0)
        part = level[top : int(y + height * down) + 4, left : int(x + width * across) + 4]
        matrix = np.array([[across, 0, x - left], [0, down, y - top]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        cv2.warpAffine(part, matrix, (width, height), dst=out, flags=flags, borderMode=cv2.BORDER_REPLICATE)


def _on_image(sampling: Sampling) -> Box:
    """Return the visible part counted in device pixels from the image's corner."""
    return sampling.box.shifted(sampling.left - int(sampling.view.left), sampling.top - int(sampling.view.top))


def _tone(pixels: UInt8Array, tone: UInt8Array | None, out: UInt8Array | None = None) -> UInt8Array:
    """Return RGB as BGRX with a tone table applied."""
    if tone is not None:
        pixels = np.asarray(cv2.LUT(pixels, tone), np.uint8)
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGRA, dst=out), np.uint8)


def to_qimage(pixels: UInt8Array) -> QImage:
    """Wrap (h, w, 4) uint8 BGRX without copying; the array must live as long as the image."""
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
