"""Scalars in a file that TensorBoard reads, without TensorBoard (its package needs gRPC and a web server).

The file is a sequence of records (length, masked CRC-32C of it, content, masked CRC-32C of that; TFRecord), each
an `Event` message of protocol buffers with wall_time (1), step (2), file_version (3) or summary (5), whose values (1)
hold tag (1) and simple_value (2).
"""

from __future__ import annotations

import os
import socket
import struct
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from edam_gui.core.errors import OutputError
from edam_gui.imaging.atomic import make_folder, write_cause

_POLYNOMIAL: Final = 0x82F63B78


def _table() -> tuple[int, ...]:
    rows = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = value >> 1 ^ (_POLYNOMIAL if value & 1 else 0)
        rows.append(value)
    return tuple(rows)


_TABLE: Final = _table()


def crc32c(data: bytes) -> int:
    """Return the CRC-32C (Castagnoli) of some bytes."""
    value = 0xFFFFFFFF
    for byte in data:
        value = _TABLE[(value ^ byte) & 255] ^ value >> 8
    return value ^ 0xFFFFFFFF


def _masked(data: bytes) -> bytes:
    value = crc32c(data)
    return struct.pack("<I", ((value >> 15 | value << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def _record(content: bytes) -> bytes:
    length = struct.pack("<Q", len(content))
    return length + _masked(length) + content + _masked(content)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def _message(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _event(wall_time: float, step: int, rest: bytes) -> bytes:
    return b"\x09" + struct.pack("<d", wall_time) + b"\x10" + _varint(step) + rest


class ScalarFile:
    """Appends scalars; a new file for every process of a run, as TensorBoard expects.

    Parameters
    ----------
    folder
        Made if it is missing.

    Raises
    ------
    OutputError
        The file cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        make_folder(folder)
        now = time.time()
        self._path = folder / f"events.out.tfevents.{int(now):010d}.{socket.gethostname()}.{os.getpid()}.{id(self):x}"
        try:
            self._file = self._path.open("ab", buffering=0)
        except OSError as error:
            raise OutputError(self._path, write_cause(error)) from error
        self._append(_event(now, 0, _message(3, b"brain.Event:2")))

    def write(self, step: int, values: Mapping[str, float]) -> None:
        """Append values by tag.

        Raises
        ------
        OutputError
            The file cannot be written.
        """
        parts = [
            _message(1, _message(1, tag.encode()) + b"\x15" + struct.pack("<f", value)) for tag, value in values.items()
        ]
        self._append(_event(time.time(), step, _message(5, b"".join(parts))))

    def _append(self, content: bytes) -> None:
        try:
            self._file.write(_record(content))
        except OSError as error:
            raise OutputError(self._path, write_cause(error)) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._file.close()
