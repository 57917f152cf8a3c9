"""Contact sheets of an export: photo, overlay and label map of some images a page."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from edam_gui.core.arrays import UInt8Array
from edam_gui.core.label_set import LabelSet
from edam_gui.imaging.atomic import write_bytes
from edam_gui.imaging.contact_sheet import SheetRow, contact_sheet
from edam_gui.imaging.overlay import blend_labels
from edam_gui.imaging.photo import Photo, resize_photo

ROWS: Final = 8
"""Images a page."""

_PANEL: Final = 320
_HIGHEST: Final = 480
_EMPTY: Final = 250
_QUALITY: Final = 90


class SheetPages:
    """Collects images and writes a page when all of its images have come.

    Parameters
    ----------
    folder
        Where the pages go: `sheet-0001.jpg`, ...
    label_set
        The colours.
    total
        Number of images of the export.
    """

    def __init__(self, folder: Path, label_set: LabelSet, total: int) -> None:
        self._folder = folder
        self._palette = label_set.palette
        self._pages = -(-total // ROWS)
        self._rows: dict[int, list[SheetRow]] = {}

    def path(self, page: int) -> Path:
        """Return the file of a page, counted from 0."""
        return self._folder / f"sheet-{page + 1:04d}.jpg"

    def add(self, page: int, title: str, photo: Photo, labels: UInt8Array) -> None:
        """Add an image to a page."""
        overlay = blend_labels(photo.pixels, labels, self._palette)
        colors = self._palette[labels]
        panels = [
            (caption, _panel(pixels))
            for caption, pixels in (("photo", photo.pixels), ("overlay", overlay), ("label map", colors))
        ]
        self._rows.setdefault(page, []).append(SheetRow(title, panels))

    def finish(self, page: int) -> None:
        """Write a page, if any of its images came.

        Raises
        ------
        OutputError
            It cannot be written.
        """
        rows = self._rows.pop(page, None)
        if rows:
            pixels = contact_sheet(f"Page {page + 1} of {self._pages}", rows, _PANEL)
            write_bytes(self.path(page), encode_jpeg(pixels, _QUALITY))


def _panel(pixels: UInt8Array) -> UInt8Array:
    """Fit a picture into a panel; what is narrower than it stands in its middle."""
    height, width = pixels.shape[:2]
    scale = min(_PANEL / width, _HIGHEST / height)
    small = resize_photo(pixels, (max(1, round(width * scale)), max(1, round(height * scale))))
    left = (_PANEL - small.shape[1]) // 2
    panel = np.full((small.shape[0], _PANEL, 3), _EMPTY, np.uint8)
    panel[:, left : left + small.shape[1]] = small
    return panel


def encode_jpeg(pixels: UInt8Array, quality: int) -> bytes:
    """Encode (H, W, 3) uint8 RGB as JPEG."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
