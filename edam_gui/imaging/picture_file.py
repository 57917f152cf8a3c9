"""Picture files of any admitted kind, opened as hostile and decoded to upright arrays."""

from __future__ import annotations

import errno
import logging
import re
import stat
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
from PIL import (
    BmpImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from edam_gui.core.arrays import AnyArray, UInt8Array
from edam_gui.core.errors import InputFileError
from edam_gui.imaging.orientation import swaps_axes, upright
from edam_gui.imaging.picture_pixels import decode_pixels, to_8_bits, unsupported_kind

MAX_PIXELS: Final = 200_000_000
"""Pictures with more pixels are refused before memory is taken."""

MAX_FILE_BYTES: Final = 1 << 31
FORMATS: Final = tuple(
    plugin.format
    for plugin in (
        JpegImagePlugin.JpegImageFile,
        PngImagePlugin.PngImageFile,
        BmpImagePlugin.BmpImageFile,
        TiffImagePlugin.TiffImageFile,
        WebPImagePlugin.WebPImageFile,
    )
)
_NOT_A_PICTURE: Final = "is not a JPEG, PNG, BMP, TIFF or WebP picture"
_DAMAGED: Final = "is damaged or cut short and cannot be decoded"
_SIGNATURES: Final = re.compile(
    rb"(?s)\xff\xd8\xff|\x89PNG\r\n\x1a\n|BM|II\*\0|MM\0\*|II\+\0|MM\0\+|RIFF....WEBP",
)

# What Pillow raises over damaged files, besides warnings; found by mutating files (tests/imaging/test_picture_file.py).
_DECODE_ERRORS: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)

# Pillow warns above this and raises above twice of it; our own limit is checked first and is the one users hear of.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
logging.getLogger("PIL").addHandler(logging.NullHandler())
_PILLOW_MODULES: Final = r"PIL\."


@dataclass(frozen=True)
class PictureHeader:
    """What a picture file says of itself before it is decoded.

    Parameters
    ----------
    stored_size
        (width, height) of the stored pixels, before the orientation is applied.
    orientation
        EXIF orientation, 1..8.
    """

    stored_size: tuple[int, int]
    orientation: int

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) upright."""
        width, height = self.stored_size
        return (height, width) if swaps_axes(self.orientation) else (width, height)


@dataclass(frozen=True, eq=False)
class Picture:
    """A decoded picture, upright, alpha left out, colours as the file has them.

    Parameters
    ----------
    samples
        (H, W, 3) uint8 RGB, or (H, W) uint8 or uint16 grey, or (H, W) uint8 palette indices.
    palette
        (256, 3) uint8 RGB if `samples` are indices (entries the file lacks are black), else None.
    bits
        Bits per sample in the file: 1, 2, 4, 8 or 16. Grey of fewer than 8 bits is scaled to 0..255.
    lossy
        The compression may have changed sample values (JPEG, WebP).
    header
        Stored size and orientation.
    """

    samples: AnyArray
    palette: UInt8Array | None
    bits: int
    lossy: bool
    header: PictureHeader

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) upright."""
        return self.header.size

    def rgb(self) -> UInt8Array:
        """Return (H, W, 3) uint8 RGB; 16-bit grey v becomes round(v / 257)."""
        if self.palette is not None:
            return self.palette[self.samples]
        if self.samples.ndim == 3:
            return self.samples
        return np.repeat(to_8_bits(self.samples)[:, :, None], 3, axis=2)

    def luma(self) -> UInt8Array:
        """Return (H, W) uint8 brightness: grey as it is, colours by ITU-R 601."""
        if self.palette is None and self.samples.ndim == 2:
            return to_8_bits(self.samples)
        return np.array(Image.fromarray(self.rgb()).convert("L"))


def read_header(path: Path, *, max_pixels: int = MAX_PIXELS) -> PictureHeader:
    """Read size and orientation without decoding the pixels.

    Raises
    ------
    InputFileError
        The file is missing, unreadable, no picture of an admitted format, or has more than `max_pixels` pixels.
    """
    with _plain_errors(path), _open_file(path) as stream:
        return _header(path, _open_image(stream), stream, max_pixels)


def read_picture(path: Path, *, max_pixels: int = MAX_PIXELS, at_least: int | None = None) -> Picture:
    """Decode the first frame of a picture file, upright.

    Parameters
    ----------
    path
        JPEG, PNG, BMP, TIFF or WebP by content; the suffix does not matter.
    max_pixels
        Larger pictures are refused before they are decoded.
    at_least
        For thumbnails: a JPEG may come out at 1/2, 1/4 or 1/8 of its size, in a fraction of the time, as long as its
        longer side keeps this many pixels. The header tells the size in the file all the same.

    Raises
    ------
    InputFileError
        As `read_header`, or the pixels are damaged or of an unsupported kind (32-bit, floating point, Lab).
    """
    with _plain_errors(path), _open_file(path) as stream:
        image = _open_image(stream)
        header = _header(path, image, stream, max_pixels)
        refused = unsupported_kind(image)
        if refused is not None:
            raise InputFileError(path, refused)
        lossy = image.format in ("JPEG", "MPO", "WEBP") or "jpeg" in str(image.info.get("compression", ""))
        if at_least is not None and isinstance(image, JpegImagePlugin.JpegImageFile):
            width, height = image.size
            image.draft(
                None, (max(1, width * at_least // max(image.size)), max(1, height * at_least // max(image.size)))
            )
        # Pillow turns TIFF files, and no others, upright while it decodes them.
        orientation = 1 if image.format == "TIFF" else header.orientation
        pixels = decode_pixels(image, lambda: _open_image(stream))
    return Picture(upright(pixels.samples, orientation), pixels.palette, pixels.bits, lossy, header)


@contextmanager
def _plain_errors(path: Path) -> Iterator[None]:
    _silence_pillow()
    try:
        yield
    except InputFileError:
        raise
    except UnidentifiedImageError as error:
        raise InputFileError(path, _NOT_A_PICTURE) from error
    except Image.DecompressionBombError as error:
        raise InputFileError(path, "is too large to be decoded") from error
    except MemoryError as error:
        raise InputFileError(path, "needs more memory than this computer has free") from error
    except OSError as error:
        raise InputFileError(path, _DAMAGED if error.errno is None else read_cause(error)) from error
    except _DECODE_ERRORS as error:
        raise InputFileError(path, _DAMAGED) from error


def read_cause(error: OSError) -> str:
    """Say why a file could not be read, as the end of the sentence "FILE: cause"."""
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return "does not exist"
    if error.errno in (errno.EACCES, errno.EPERM):
        return "may not be read (permission denied)"
    if error.errno == errno.EISDIR:
        return "is a folder, not a file"
    if error.errno == errno.ENAMETOOLONG:
        return "does not exist (the name is too long)"
    return f"cannot be read ({error.strerror or error})"


def _silence_pillow() -> None:
    # Pillow warns of damaged metadata that nobody here uses. `catch_warnings` is no way out: pictures are decoded in
    # several threads, and it is not safe there. So the filter is put in front, once, and stays.
    front = warnings.filters[0] if warnings.filters else None
    if front is None or front[0] != "ignore" or getattr(front[3], "pattern", None) != _PILLOW_MODULES:
        warnings.filterwarnings("ignore", module=_PILLOW_MODULES)


@contextmanager
def _open_file(path: Path) -> Iterator[BinaryIO]:
    # Reading a pipe or a device would never end; the check comes before the file is opened.
    try:
        status = path.stat()
    except ValueError as error:
        raise InputFileError(path, "does not exist (the name holds a forbidden character)") from error
    if stat.S_ISDIR(status.st_mode):
        raise InputFileError(path, "is a folder, not a picture")
    if not stat.S_ISREG(status.st_mode):
        raise InputFileError(path, "is not a regular file")
    if status.st_size == 0:
        raise InputFileError(path, "is empty (zero bytes)")
    if status.st_size > MAX_FILE_BYTES:
        raise InputFileError(path, f"is larger than {MAX_FILE_BYTES >> 30} GiB")
    with path.open("rb") as stream:
        if not _SIGNATURES.match(stream.read(16)):
            raise InputFileError(path, _NOT_A_PICTURE)
        try:
            yield stream
        except UnidentifiedImageError as error:
            raise InputFileError(path, "is damaged, or of a kind that is not supported") from error


def _open_image(stream: BinaryIO) -> ImageFile.ImageFile:
    return Image.open(stream, formats=FORMATS)


def _header(path: Path, image: ImageFile.ImageFile, stream: BinaryIO, max_pixels: int) -> PictureHeader:
    width, height = image.size
    if width < 1 or height < 1:
        raise InputFileError(path, "has no pixels")
    if width * height > max_pixels:
        raise InputFileError(
            path, f"is {width} x {height} pixels; more than {max_pixels / 1e6:g} million pixels are not read"
        )
    tiff_orientation = image.tag_v2.get(0x0112) if isinstance(image, TiffImagePlugin.TiffImageFile) else None
    if tiff_orientation in (5, 6, 7, 8):  # Pillow gives the size of the upright picture here, and here only
        width, height = height, width
    return PictureHeader((width, height), _orientation(image, stream))


def _orientation(image: ImageFile.ImageFile, stream: BinaryIO) -> int:
    if image.format == "PNG" and "exif" not in image.info:
        late = _exif_after_png_pixels(stream)
        if late is not None:
            image.info["exif"] = late
    try:
        # Not image.getexif(): for a PNG without EXIF it would decode the whole picture to look behind the pixels.
        value = Image.Image.getexif(image).get(0x0112, 1)
    except _DECODE_ERRORS:  # damaged metadata is no reason to refuse a picture
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _exif_after_png_pixels(stream: BinaryIO) -> bytes | None:
    """Look for an eXIf chunk behind the pixels, where PNG allows it, by skipping from chunk to chunk."""
    position = stream.tell()
    try:
        stream.seek(8)
        while len(head := stream.read(8)) == 8:
            length, kind = struct.unpack(">I4s", head)
            if kind == b"eXIf":
                return stream.read(length)
            stream.seek(length + 4, 1)
        return None
    finally:
        stream.seek(position)
