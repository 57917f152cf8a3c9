"""Colour pictures as PNG bytes."""

from __future__ import annotations

import io

from PIL import Image

from edam_gui.core.arrays import UInt8Array


def encode_png(pixels: UInt8Array) -> bytes:
    """Encode (H, W, 3) uint8 RGB as PNG."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=6)
    return buffer.getvalue()
