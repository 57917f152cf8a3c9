"""Samples of a picture that Pillow has opened, as arrays."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image, ImageFile, TiffImagePlugin

from edam_gui.core.arrays import AnyArray, UInt8Array

_BITS_PER_SAMPLE: Final = 258
_PHOTOMETRIC: Final = 262
_PLANAR_CONFIGURATION: Final = 284


@dataclass(frozen=True, eq=False)
class Pixels:
    """Decoded samples.

    Parameters
    ----------
    samples
        (H, W, 3) uint8 RGB, or (H, W) uint8 or uint16 grey, or (H, W) uint8 palette indices.
    palette
        (256, 3) uint8 RGB if `samples` are indices, else None.
    bits
        Bits per sample in the file: 1, 2, 4, 8 or 16.
    """

    samples: AnyArray
    palette: UInt8Array | None
    bits: int


def to_8_bits(samples: AnyArray) -> UInt8Array:
    """Bring uint16 samples to uint8 as round(v / 257); uint8 samples are returned as they are."""
    if samples.dtype == np.uint8:
        return samples
    return _round_to_8_bits((samples >> 8).astype(np.uint8), (samples & 255).astype(np.uint8))


def _round_to_8_bits(high: UInt8Array, low: UInt8Array) -> UInt8Array:
    # (256 high + low) / 257 = high + (low - high) / 257, and the last term rounds to 1, 0 or -1: no wide numbers.
    difference = low.astype(np.int16)
    difference -= high
    return high + (difference > 128) - (difference < -128).view(np.uint8)


def unsupported_kind(image: ImageFile.ImageFile) -> str | None:
    """Say why the pixels of an opened picture cannot be used, as the end of "FILE: cause"; None if they can."""
    if image.mode in ("I", "F") or _raw_mode(image) == "I;12":
        return "has 12-bit, 32-bit, signed or floating-point samples; only 8 and 16 bits are read"
    if image.mode in ("LAB", "HSV"):
        return f"is stored in {image.mode.title()} colours, which are not read; save it as RGB"
    if isinstance(image, TiffImagePlugin.TiffImageFile) and not image.mode.startswith("I;16"):
        wide = 16 in np.atleast_1d(image.tag_v2.get(_BITS_PER_SAMPLE, 8))
        if wide and image.tag_v2.get(_PLANAR_CONFIGURATION, 1) == 2:
            return "has 16-bit colours in separate planes, which are not read; save it interleaved"
    return None


def decode_pixels(image: ImageFile.ImageFile, reopen: Callable[[], ImageFile.ImageFile]) -> Pixels:
    """Decode the first frame of an opened picture.

    Parameters
    ----------
    image
        As Pillow opened it, not loaded, of no `unsupported_kind`.
    reopen
        Opens the same file once more.

    Returns
    -------
    Pixels
        Oriented as Pillow gives them: upright out of TIFF, as stored out of the others.
    """
    raw_mode = _raw_mode(image)
    samples, palette = _decode(image, raw_mode, reopen)
    narrow = re.fullmatch(r"[LP]?;?([124])(;?[IRN]*)", raw_mode)
    return Pixels(samples, palette, 16 if samples.dtype == np.uint16 else int(narrow[1]) if narrow else 8)


def _decode(
    image: ImageFile.ImageFile, raw_mode: str, reopen: Callable[[], ImageFile.ImageFile]
) -> tuple[AnyArray, UInt8Array | None]:
    if re.fullmatch(r"(RGB|RGBX|RGBA|CMYK|LA);16[BLN]", raw_mode):
        return _decode_wide_colors(image, raw_mode, reopen), None
    inverted = isinstance(image, TiffImagePlugin.TiffImageFile) and image.tag_v2.get(_PHOTOMETRIC) == 0
    image.load()
    image.info.pop("transparency", None)  # or Pillow would try to keep it through conversions
    if image.mode.startswith("I;16"):
        grey = np.asarray(image).astype(np.uint16)
        return (65535 - grey if inverted else grey), None  # Pillow inverts white-is-zero files of 1 to 8 bits only
    if image.mode in ("P", "PA"):
        entries = np.array(image.getpalette("RGB"), np.uint8).reshape(-1, 3)[:256]
        palette = np.zeros((256, 3), np.uint8)
        palette[: len(entries)] = entries
        return np.array(image.getchannel(0)), palette
    if image.mode == "1":
        return np.array(image.convert("L")), None
    if image.mode == "La":
        return np.array(image.convert("LA").getchannel(0)), None
    if image.mode in ("L", "LA"):
        return np.array(image.getchannel(0)), None
    if image.mode == "RGBA":
        return np.ascontiguousarray(np.asarray(image)[:, :, :3]), None
    return np.array(image if image.mode == "RGB" else image.convert("RGB")), None


def _decode_wide_colors(
    image: ImageFile.ImageFile, raw_mode: str, reopen: Callable[[], ImageFile.ImageFile]
) -> AnyArray:
    """Decode 16-bit colours; Pillow keeps one byte of each sample, so the file is decoded once per byte.

    Asking for the other byte order gives the low bytes. Grey with alpha needs no second turn: four bytes a pixel
    can be had as they are.
    """
    if raw_mode == "LA;16B":
        _set_raw_mode(image, "RGBA")
        both = np.asarray(image)
        grey: AnyArray = both[:, :, 0].astype(np.uint16) << 8 | both[:, :, 1]
        return grey
    high = np.asarray(image)
    other = reopen()
    order = {"B": "L", "L": "B", "N": "B" if sys.byteorder == "little" else "L"}[raw_mode[-1]]
    _set_raw_mode(other, raw_mode[:-1] + order)
    samples = _round_to_8_bits(high, np.asarray(other))
    if image.mode == "CMYK":
        return np.array(Image.frombytes("CMYK", image.size, samples.tobytes()).convert("RGB"))
    return np.ascontiguousarray(samples[:, :, :3])


def _raw_mode(image: ImageFile.ImageFile) -> str:
    """Return how the file stores its samples, in Pillow's words (`RGB;16B`, `L;4`, ...); empty if it does not tell."""
    if not image.tile:
        return ""
    args = image.tile[0].args
    raw_mode = args[0] if isinstance(args, tuple) and args else args
    return raw_mode if isinstance(raw_mode, str) else ""


def _set_raw_mode(image: ImageFile.ImageFile, raw_mode: str) -> None:
    image.tile = [
        tile._replace(args=(raw_mode, *tile.args[1:]) if isinstance(tile.args, tuple) else raw_mode)
        for tile in image.tile
    ]
