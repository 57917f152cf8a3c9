"""Where the image lies in the viewport: one scale and one offset, in device pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

MAX_SCALE = 64.0
"""Device pixels per image pixel at the closest zoom."""
_MIN_SIDE = 32.0
"""Zooming out stops when the longer side of the image is this many device pixels (or fits, if that is less)."""


@dataclass(frozen=True)
class View:
    """Maps image coordinates to device pixels: ``device = offset + scale * image``.

    Pixel (column i, row j) of the image covers [i, i+1) x [j, j+1) in image coordinates.

    Parameters
    ----------
    scale
        Device pixels per image pixel, > 0.
    left, top
        Device position of the image's upper left corner.
    """

    scale: float = 1.0
    left: float = 0.0
    top: float = 0.0

    def to_image(self, x: float, y: float) -> tuple[float, float]:
        """Return the image coordinates of a device position."""
        return (x - self.left) / self.scale, (y - self.top) / self.scale

    def to_device(self, x: float, y: float) -> tuple[float, float]:
        """Return the device position of image coordinates."""
        return self.left + x * self.scale, self.top + y * self.scale

    def zoomed(self, scale: float, x: float, y: float) -> View:
        """Return the view at another scale, with what lies under device position (x, y) staying there."""
        ratio = scale / self.scale
        return View(scale, x - (x - self.left) * ratio, y - (y - self.top) * ratio)

    def moved(self, dx: float, dy: float) -> View:
        """Return the view with the image moved by (dx, dy) device pixels."""
        return replace(self, left=self.left + dx, top=self.top + dy)

    def snapped(self) -> View:
        """Return the view with the image's corner on a whole device pixel, as it is drawn."""
        return View(self.scale, float(round(self.left)), float(round(self.top)))

    def kept_in_sight(self, image: tuple[int, int], port: tuple[int, int]) -> View:
        """Return the view moved as little as needed for the viewport's centre to lie on the image.

        Parameters
        ----------
        image
            Width and height of the image.
        port
            Width and height of the viewport in device pixels.
        """
        left = min(max(self.left, port[0] / 2 - image[0] * self.scale), port[0] / 2)
        top = min(max(self.top, port[1] / 2 - image[1] * self.scale), port[1] / 2)
        return View(self.scale, left, top)

    def shows_all(self, image: tuple[int, int], port: tuple[int, int]) -> bool:
        """Return whether no part of the image lies outside the viewport."""
        right, bottom = self.to_device(*image)
        return self.left > -1 and self.top > -1 and right < port[0] + 1 and bottom < port[1] + 1


def fitted(image: tuple[int, int], port: tuple[int, int], margin: float) -> View:
    """Return the view that shows the whole image, centred, with a margin in device pixels, at most 8 times its size."""
    room = max(port[0] - 2 * margin, 1.0), max(port[1] - 2 * margin, 1.0)
    scale = min(room[0] / image[0], room[1] / image[1], 8.0)
    return centred(scale, image[0] / 2, image[1] / 2, port)


def centred(scale: float, x: float, y: float, port: tuple[int, int]) -> View:
    """Return the view at a scale with image coordinates (x, y) in the middle of the viewport."""
    return View(scale, port[0] / 2 - x * scale, port[1] / 2 - y * scale)


def bounded_scale(scale: float, image: tuple[int, int], fit_scale: float) -> float:
    """Return the scale kept between the farthest and the closest zoom."""
    least = min(_MIN_SIDE / max(image), fit_scale)
    return min(max(scale, least), MAX_SCALE) if math.isfinite(scale) else fit_scale
