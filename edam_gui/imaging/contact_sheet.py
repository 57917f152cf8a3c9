"""Several pictures of several photos on one sheet, with captions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from edam_gui.core.arrays import UInt8Array

_MARGIN = 16
_TITLE = 30
_CAPTION = 26
_BACKGROUND = (250, 250, 250)
_TEXT = (30, 30, 30)
_QUIET_TEXT = (90, 90, 90)


@dataclass(frozen=True, eq=False)
class SheetRow:
    """One photo's pictures.

    Parameters
    ----------
    title
        Line above the row.
    panels
        (caption, (H, W, 3) uint8 RGB) from left to right.
    """

    title: str
    panels: Sequence[tuple[str, UInt8Array]]


def contact_sheet(heading: str, rows: Sequence[SheetRow], panel_width: int = 320) -> UInt8Array:
    """Draw a contact sheet.

    Parameters
    ----------
    heading
        First line.
    rows
        At least one, each with the same number of panels.
    panel_width
        Width of every panel in pixels; heights follow each photo.

    Returns
    -------
    UInt8Array
        (H, W, 3) uint8 RGB.
    """
    scaled = [[(caption, _fit(pixels, panel_width)) for caption, pixels in row.panels] for row in rows]
    heights = [max(image.height for _, image in panels) for panels in scaled]
    width = _MARGIN + max(len(panels) for panels in scaled) * (panel_width + _MARGIN)
    height = 2 * _MARGIN + 40 + sum(_TITLE + _CAPTION + h + _MARGIN for h in heights)
    sheet = Image.new("RGB", (width, height), _BACKGROUND)
    draw = ImageDraw.Draw(sheet)
    draw.text((_MARGIN, _MARGIN), heading, _TEXT, ImageFont.load_default(24))
    top = _MARGIN + 44
    for row, panels, row_height in zip(rows, scaled, heights, strict=True):
        draw.text((_MARGIN, top), row.title, _TEXT, ImageFont.load_default(18))
        for column, (caption, image) in enumerate(panels):
            left = _MARGIN + column * (panel_width + _MARGIN)
            draw.text((left, top + _TITLE), caption, _QUIET_TEXT, ImageFont.load_default(15))
            sheet.paste(image, (left, top + _TITLE + _CAPTION))
        top += _TITLE + _CAPTION + row_height + _MARGIN
    return np.asarray(sheet)


def _fit(pixels: UInt8Array, width: int) -> Image.Image:
    image = Image.fromarray(pixels)
    return image.resize((width, max(1, round(image.height * width / image.width))), Image.Resampling.BICUBIC)
