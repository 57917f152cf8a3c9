"""Picture files that Pillow cannot write, made by hand from the PNG and TIFF specifications."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_header(width: int, height: int, depth: int, kind: int) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0))


def png16(samples: np.ndarray, kind: int, before: bytes = b"", after: bytes = b"") -> bytes:
    """Encode (H, W) or (H, W, C) uint16; `before` and `after` are chunks around the pixels."""
    height, width = samples.shape[:2]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in samples)
    pixels = chunk(b"IDAT", zlib.compress(rows))
    return PNG_SIGNATURE + png_header(width, height, 16, kind) + before + pixels + after + chunk(b"IEND", b"")


def packed_png(values: np.ndarray, depth: int, palette: np.ndarray | None = None) -> bytes:
    """Encode (H, W) uint8 as grey or indices of 1, 2 or 4 bits."""
    height, width = values.shape
    bits = np.unpackbits(values[:, :, None], axis=2)[:, :, 8 - depth :].reshape(height, -1)
    rows = b"".join(b"\0" + row.tobytes() for row in np.packbits(bits, axis=1))
    colors = b"" if palette is None else chunk(b"PLTE", palette.astype(np.uint8).tobytes())
    header = png_header(width, height, depth, GREY if palette is None else PALETTE)
    return PNG_SIGNATURE + header + colors + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def tiff(
    samples: np.ndarray, *, photometric: int, order: str = "<", sample_format: int = 1, orientation: int = 1,
    planar: bool = False, alpha: bool = False,
) -> bytes:  # fmt: skip
    """Encode (H, W) or (H, W, C) of any type, uncompressed, in one strip (one per channel if planar)."""
    height, width = samples.shape[:2]
    channels = samples.shape[2] if samples.ndim == 3 else 1
    bits = samples.dtype.itemsize * 8
    planes = np.moveaxis(samples, 2, 0) if planar else samples[None]
    strips = [plane.astype(samples.dtype.newbyteorder(order)).tobytes() for plane in planes]
    offsets = np.cumsum([8] + [len(strip) for strip in strips])
    tags: list[tuple[int, str, list[int]]] = [
        (256, "I", [width]), (257, "I", [height]), (258, "H", [bits] * channels), (259, "H", [1]),
        (262, "H", [photometric]), (273, "I", offsets[:-1].tolist()), (274, "H", [orientation]),
        (277, "H", [channels]), (278, "I", [height]), (279, "I", [len(strip) for strip in strips]),
        (284, "H", [2 if planar else 1]), *([(338, "H", [2])] if alpha else []),
        (339, "H", [sample_format] * channels),
    ]  # fmt: skip
    entries, extra = b"", b""
    extra_at = int(offsets[-1]) + 2 + 12 * len(tags) + 4
    for tag, kind, values in tags:
        data = struct.pack(f"{order}{len(values)}{kind}", *values)
        if len(data) > 4:
            data, extra = struct.pack(f"{order}I", extra_at + len(extra)), extra + data
        entries += struct.pack(f"{order}HHI", tag, {"H": 3, "I": 4}[kind], len(values)) + data.ljust(4, b"\0")
    head = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, int(offsets[-1]))
    return head + b"".join(strips) + struct.pack(f"{order}H", len(tags)) + entries + b"\0" * 4 + extra


def save(path: Path, image: Image.Image | np.ndarray, **options: object) -> Path:
    """Save by Pillow, in the format of the suffix."""
    (Image.fromarray(image) if isinstance(image, np.ndarray) else image).save(path, **options)
    return path


def encoded(image: Image.Image | np.ndarray, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    (Image.fromarray(image) if isinstance(image, np.ndarray) else image).save(buffer, kind, **options)
    return buffer.getvalue()


def exif(orientation: int) -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags
