"""Messages between the program and the network's process: a JSON header, then bytes. No pickle either way."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import IO, Any, Final

_LENGTHS: Final = struct.Struct("<QQ")
_MAX_HEADER: Final = 1 << 16


class BrokenPipe(Exception):
    """The other side ended, or does not speak this language."""


def send(pipe: IO[bytes], header: Mapping[str, Any], payload: bytes | memoryview = b"") -> None:
    """Send one message.

    Raises
    ------
    BrokenPipe
        The other side is gone.
    """
    head = json.dumps(header).encode()
    try:
        pipe.write(_LENGTHS.pack(len(head), len(payload)))
        pipe.write(head)
        pipe.write(payload)
        pipe.flush()
    except (OSError, ValueError) as error:
        raise BrokenPipe from error


def receive(pipe: IO[bytes], max_bytes: int) -> tuple[dict[str, Any], bytes]:
    """Wait for one message with a payload of at most `max_bytes`.

    Raises
    ------
    BrokenPipe
        The other side is gone, or what came is no message.
    """
    head_size, size = _LENGTHS.unpack(_exactly(pipe, _LENGTHS.size))
    if head_size > _MAX_HEADER or size > max_bytes:
        raise BrokenPipe
    try:
        header = json.loads(_exactly(pipe, head_size))
    except (ValueError, RecursionError) as error:
        raise BrokenPipe from error
    if not isinstance(header, dict):
        raise BrokenPipe
    return header, _exactly(pipe, size)


def _exactly(pipe: IO[bytes], size: int) -> bytes:
    try:
        data = pipe.read(size)
    except (OSError, ValueError) as error:
        raise BrokenPipe from error
    if len(data) != size:
        raise BrokenPipe
    return data
