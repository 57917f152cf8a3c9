"""The file is taken apart by a reader of its own, after the formats' descriptions."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edam_gui.core.errors import OutputError
from edam_gui.training.tensorboard_file import ScalarFile, crc32c


def records(data: bytes) -> Iterator[bytes]:
    place = 0

    def unmasked(stored: bytes) -> int:
        rotated = (struct.unpack("<I", stored)[0] - 0xA282EAD8) & 0xFFFFFFFF
        return (rotated >> 17 | rotated << 15) & 0xFFFFFFFF

    while place < len(data):
        head = data[place : place + 8]
        assert unmasked(data[place + 8 : place + 12]) == crc32c(head)
        length = struct.unpack("<Q", head)[0]
        content = data[place + 12 : place + 12 + length]
        assert unmasked(data[place + 12 + length : place + 16 + length]) == crc32c(content)
        yield content
        place += 16 + length


def varint(data: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[place]
        value |= (byte & 127) << shift
        place, shift = place + 1, shift + 7
        if byte < 128:
            return value, place


def fields(data: bytes) -> list[tuple[int, Any]]:
    found: list[tuple[int, Any]] = []
    place = 0
    while place < len(data):
        key, place = varint(data, place)
        kind = key & 7
        if kind == 0:
            value, place = varint(data, place)
        elif kind == 2:
            length, place = varint(data, place)
            value, place = data[place : place + length], place + length
        else:
            size, form = (8, "<d") if kind == 1 else (4, "<f")
            value, place = struct.unpack(form, data[place : place + size])[0], place + size
        found.append((key >> 3, value))
    return found


def test_the_checksum_is_castagnolis() -> None:
    assert crc32c(b"123456789") == 0xE3069283
    assert crc32c(b"") == 0


def test_scalars_are_in_the_file(tmp_path: Path) -> None:
    with ScalarFile(tmp_path / "board") as file:
        file.write(3, {"train/loss": 0.5})
        file.write(300, {"train/loss": 0.25, "train/lr": 1e-3})
    [path] = (tmp_path / "board").iterdir()
    assert path.name.startswith("events.out.tfevents.")
    version, *events = (dict(fields(record)) for record in records(path.read_bytes()))
    assert version[3] == b"brain.Event:2"
    assert [event[2] for event in events] == [3, 300]
    assert all(event[1] > 1.7e9 for event in events)
    values = [dict(fields(value)) for number, value in fields(events[1][5]) if number == 1]
    assert [(v[1], pytest.approx(v[2], rel=1e-6)) for v in values] == [(b"train/loss", 0.25), (b"train/lr", 1e-3)]


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        ScalarFile(tmp_path / "file" / "board")
