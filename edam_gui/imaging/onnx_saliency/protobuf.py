"""Just enough of the protobuf wire format to look through a file without building it in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

MAX_FIELDS: Final = 5_000_000
"""A file with more fields than this is no network anyone exported; looking through it would take too long."""

_VARINT, _FIXED_64, _BYTES, _FIXED_32 = 0, 1, 2, 5
_MAX_VARINT_BYTES: Final = 10


class DamagedMessage(Exception):
    """The bytes are not a protobuf message, or too many fields."""


class FieldReader:
    """Reads the fields of messages and counts them, over a whole file.

    Parameters
    ----------
    limit
        Most fields to be read.
    """

    def __init__(self, limit: int = MAX_FIELDS) -> None:
        self._left = limit

    def fields(self, message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
        """Yield (field number, value) in order: a number for varints and fixed widths, else the bytes.

        Raises
        ------
        DamagedMessage
            The message is cut short or malformed, or the file holds more fields than the limit.
        """
        at, end = 0, len(message)
        while at < end:
            self._left -= 1
            if self._left < 0:
                raise DamagedMessage
            key, at = _varint(message, at)
            number, kind = key >> 3, key & 7
            if number == 0:
                raise DamagedMessage
            if kind == _VARINT:
                value, at = _varint(message, at)
                yield number, value
                continue
            if kind == _BYTES:
                size, at = _varint(message, at)
            elif kind in (_FIXED_32, _FIXED_64):
                size = 4 if kind == _FIXED_32 else 8
            else:
                raise DamagedMessage
            if size > end - at:
                raise DamagedMessage
            content = message[at : at + size]
            yield number, content if kind == _BYTES else int.from_bytes(content, "little")
            at += size

    def messages(self, message: memoryview, number: int) -> Iterator[memoryview]:
        """Yield the bytes of every field `number`; one of another wire type is skipped, as protobuf does."""
        return (value for n, value in self.fields(message) if n == number and isinstance(value, memoryview))


def text(value: int | memoryview) -> str:
    """Decode a string field.

    Raises
    ------
    DamagedMessage
        It is not UTF-8.
    """
    if isinstance(value, int):
        return ""
    try:
        return str(value, "utf-8")
    except UnicodeDecodeError:
        raise DamagedMessage from None


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(_MAX_VARINT_BYTES):
        if at >= len(message):
            raise DamagedMessage
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << (7 * shift)
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, at
    raise DamagedMessage
