"""Planes of pixels as bytes: constant planes in two bytes, masks as bits, the whole through zlib."""

from __future__ import annotations

import math
import struct
import zlib
from functools import lru_cache
from typing import Final

import numpy as np

from edam_gui.core.arrays import BoolArray, UInt8Array
from edam_gui.core.edits.errors import EditDataError
from edam_gui.core.edits.patch import Content
from edam_gui.core.edits.rect import Rect
from edam_gui.core.edits.tiles import TILE, Cell, grid_size

_CONSTANT: Final = 0
_PIXELS: Final = 1
_RECT: Final = struct.Struct("<4I")
_HEADER: Final = struct.Struct("<4sB3IQ")
_VERSION: Final = 1
_LEVEL: Final = 1
"""zlib's fastest; what stays after the constant tiles are outlines, which it handles well."""

_DAMAGED: Final = "Stored edits are damaged and cannot be read"


def stored_size(data: bytes) -> tuple[int, int]:
    """Return the (height, width) of the image that stored edits say they belong to.

    Raises
    ------
    EditDataError
        The bytes end too early.
    """
    if len(data) < _HEADER.size:
        raise EditDataError(f"{_DAMAGED}: they end too early.")
    _, _, height, width, _, _ = _HEADER.unpack_from(data)
    return int(height), int(width)


class PlaneWriter:
    """Collects rectangles and what a layer holds in them."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def rect(self, rect: Rect) -> None:
        """Add a rectangle."""
        self._parts.append(_RECT.pack(rect.top, rect.left, rect.height, rect.width))

    def content(self, content: Content) -> None:
        """Add values and mask."""
        values, mask = content.values, content.mask
        first = int(values.flat[0])
        if (values == first).all():
            self._parts.append(bytes((_CONSTANT, first)))
        else:
            self._parts.append(bytes((_PIXELS,)) + values.tobytes())
        edited = bool(mask.flat[0])
        if (mask == edited).all():
            self._parts.append(bytes((_CONSTANT, edited)))
        else:
            self._parts.append(bytes((_PIXELS,)) + np.packbits(mask).tobytes())

    def finish(self, magic: bytes, size: tuple[int, int], count: int) -> bytes:
        """Return header and compressed body; `count` is the number of rectangles."""
        raw = b"".join(self._parts)
        return _HEADER.pack(magic, _VERSION, *size, count, len(raw)) + zlib.compress(raw, _LEVEL)


class PlaneReader:
    """Reads what `PlaneWriter` wrote; the bytes may be hostile.

    Parameters
    ----------
    data
        The bytes.
    magic
        What they must begin with.
    size
        (height, width) of the image they must belong to: with it, everything that is unpacked has an upper limit.
    contents
        How many contents go with each rectangle.

    Raises
    ------
    EditDataError
        The bytes are damaged, too large for the image, from a newer program, or belong to an image of another size.
    """

    def __init__(self, data: bytes, magic: bytes, size: tuple[int, int], contents: int) -> None:
        if len(data) < _HEADER.size:
            raise EditDataError(f"{_DAMAGED}: they end too early.")
        found, version, height, width, self.count, length = _HEADER.unpack_from(data)
        if found != magic:
            raise EditDataError(f"{_DAMAGED}: they do not begin as edits do.")
        if version != _VERSION:
            raise EditDataError(f"Stored edits have format {version}; update EDAM GUI to read them.")
        if (height, width) != size:
            raise EditDataError(
                f"Stored edits belong to an image of {width} x {height} pixels, this one has {size[1]} x {size[0]}."
            )
        if self.count > math.prod(grid_size(size)) or length > _largest(self.count, contents):
            raise EditDataError(f"{_DAMAGED}: they claim to be larger than the image.")
        self._raw = _inflate(data[_HEADER.size :], length)
        self._size = size
        self._at = 0
        self._last: Cell = (-1, -1)

    def rect(self) -> Rect:
        """Return the next rectangle; each lies inside a tile of its own, in the order of the grid."""
        top, left, height, width = _RECT.unpack(self._take(_RECT.size))
        if not (height and width):
            raise EditDataError(f"{_DAMAGED}: a part of them is empty.")
        rect = Rect(top, left, height, width)
        cell = (top // TILE, left // TILE)
        one_tile = cell == ((rect.bottom - 1) // TILE, (rect.right - 1) // TILE)
        if not (rect.inside(self._size) and one_tile and cell > self._last):
            raise EditDataError(f"{_DAMAGED}: a part of them is out of place.")
        self._last = cell
        return rect

    def content(self, rect: Rect) -> Content:
        """Return the next values and mask."""
        values = self._values(rect)
        mask = self._mask(rect)
        # A layer relies on this. What is all of one kind, as most tiles of a broad stroke, needs no look.
        if isinstance(mask, np.ndarray):
            values = np.full(rect.size, values, np.uint8) if isinstance(values, int) else values.copy()
            np.copyto(values, np.uint8(0), where=~mask)
            return Content(values, mask)
        if not mask:
            return _even(0, False, rect)
        if isinstance(values, int):
            return _even(values, True, rect)
        return Content(values, _even(0, True, rect).mask)

    def finish(self) -> None:
        """Check that nothing is left over."""
        if self._at != len(self._raw):
            raise EditDataError(f"{_DAMAGED}: they are longer than they claim.")

    def _values(self, rect: Rect) -> UInt8Array | int:
        """Return values, or the one that all have."""
        if self._form() == _CONSTANT:
            return self._take(1)[0]
        return np.frombuffer(self._take(rect.area), np.uint8).reshape(rect.size)

    def _mask(self, rect: Rect) -> BoolArray | bool:
        if self._form() == _CONSTANT:
            return self._take(1)[0] != 0
        packed = np.frombuffer(self._take(-(-rect.area // 8)), np.uint8)
        return np.unpackbits(packed, count=rect.area).reshape(rect.size).view(np.bool_)

    def _form(self) -> int:
        form = self._take(1)[0]
        if form not in (_CONSTANT, _PIXELS):
            raise EditDataError(f"{_DAMAGED}: a part of them has an unknown form.")
        return form

    def _take(self, count: int) -> bytes:
        part = self._raw[self._at : self._at + count]
        if len(part) != count:
            raise EditDataError(f"{_DAMAGED}: they end too early.")
        self._at += count
        return part


def _even(value: int, edited: bool, rect: Rect) -> Content:
    """Return the same for all pixels; read-only, all of one kind share their memory."""
    whole = _even_tile(value, edited)
    index = slice(rect.height), slice(rect.width)
    return Content(whole.values[index], whole.mask[index])


@lru_cache(maxsize=512)
def _even_tile(value: int, edited: bool) -> Content:
    content = Content(np.full((TILE, TILE), value, np.uint8), np.full((TILE, TILE), edited))
    content.values.flags.writeable = content.mask.flags.writeable = False
    return content


def _largest(count: int, contents: int) -> int:
    """Return how many bytes `count` whole tiles can take."""
    area = TILE * TILE
    return count * (_RECT.size + contents * (2 + area + area // 8))


def _inflate(body: bytes, length: int) -> bytes:
    stream = zlib.decompressobj()
    try:
        raw = stream.decompress(body, length + 1)
    except zlib.error:
        raise EditDataError(f"{_DAMAGED}: they cannot be unpacked.") from None
    if len(raw) != length or not stream.eof or stream.unused_data:
        raise EditDataError(f"{_DAMAGED}: they are not as long as they claim.")
    return raw
