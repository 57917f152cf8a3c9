"""Stored edits that are damaged or hostile: one sentence, and no memory taken on their word."""

from __future__ import annotations

import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edam_gui.core.edits.errors import EditDataError
from edam_gui.core.edits.layer import EditLayer
from edam_gui.core.edits.layer_code import layer_from_bytes, layer_to_bytes
from edam_gui.core.edits.paint import paint
from edam_gui.core.edits.patch_code import patch_from_bytes, patch_to_bytes
from edam_gui.core.edits.rect import Rect
from edam_gui.core.edits.region import Region

SIZE = (150, 140)
HEADER = struct.Struct("<4sB3IQ")


def stored_patch() -> bytes:
    rng = np.random.default_rng(0)
    layer = EditLayer(SIZE)
    layer.put(Rect.whole(SIZE), rng.random(SIZE) < 0.1, 3)
    patch = paint(layer, Region(Rect(20, 30, 120, 105), rng.random((120, 105)) < 0.5), 7)
    assert patch is not None
    return patch_to_bytes(patch)


def hostile(count: int, raw: bytes, length: int | None = None, size: tuple[int, int] = SIZE) -> bytes:
    return HEADER.pack(b"EDMP", 1, *size, count, len(raw) if length is None else length) + zlib.compress(raw)


def rect(*numbers: int) -> bytes:
    return struct.pack("<4I", *numbers)


EMPTY = b"\0\0\0\0"  # constant values 0, constant mask False
LAYER = layer_to_bytes(EditLayer(SIZE))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"EDMP",
        b"x" * 100,
        LAYER,
        b"EDMP\x02" + stored_patch()[5:],
        stored_patch()[:-5],
        stored_patch() + b"x",
        hostile(0, b""),
        hostile(1, b""),
        hostile(1, b"", length=1000),
        hostile(5, b"x" * 5000),
        hostile(2**32 - 1, b"x" * 5000),
        hostile(1, b"x" * 10, length=2**63),
        hostile(1, rect(0, 0, 0, 1) + EMPTY * 2),
        hostile(1, rect(0, 0, 129, 1) + EMPTY * 2),
        hostile(1, rect(0, 127, 1, 2) + EMPTY * 2),
        hostile(1, rect(0, 139, 1, 2) + EMPTY * 2),
        hostile(1, rect(0, 0, 2**32 - 1, 2**32 - 1) + EMPTY * 2),
        hostile(2, (rect(0, 0, 1, 1) + EMPTY * 2) * 2),
        hostile(1, rect(0, 0, 1, 1) + EMPTY * 2 + b"\0"),
        hostile(1, rect(0, 0, 1, 1) + b"\2\0\0\0" + EMPTY),
        hostile(1, rect(0, 0, 1, 1) + EMPTY * 2, size=(140, 150)),
    ],
)
def test_damaged_patches_are_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(EditDataError, match=r"\.$"):
        patch_from_bytes(data, SIZE)


def test_size_of_another_image_is_named() -> None:
    with pytest.raises(EditDataError, match="belong to an image of 140 x 150 pixels, this one has 10 x 10"):
        layer_from_bytes(LAYER, (10, 10))


def test_claimed_sizes_take_no_memory() -> None:
    bomb = HEADER.pack(b"EDMP", 1, *SIZE, 4, 4 * 30_000) + zlib.compress(bytes(200_000_000), 9)
    claims = HEADER.pack(b"EDML", 1, 2**31, 2**31, 4, 100) + zlib.compress(b"")
    tracemalloc.start()
    try:
        for read, data in ((patch_from_bytes, bomb), (layer_from_bytes, claims)):
            with pytest.raises(EditDataError):
                read(data, SIZE)
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_flipped_byte_is_refused_or_still_a_valid_step(data: st.DataObject) -> None:
    good = bytearray(stored_patch())
    for _ in range(data.draw(st.integers(1, 3))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    try:
        patch = patch_from_bytes(bytes(good), SIZE)
    except EditDataError:
        return
    layer = EditLayer(SIZE)
    patch.apply(layer)
    assert not layer.values[~layer.mask].any()


def test_values_below_a_hidden_mask_are_dropped() -> None:
    raw = rect(0, 0, 1, 2) + EMPTY + b"\1\5\6" + b"\1\x80"
    layer = EditLayer(SIZE)
    patch_from_bytes(hostile(1, raw), SIZE).apply(layer)
    assert layer.values[0, :2].tolist() == [5, 0]
    assert layer.mask[0, :2].tolist() == [True, False]


def test_patch_of_another_size_is_not_applied() -> None:
    patch = patch_from_bytes(stored_patch(), SIZE)
    for act in (patch.apply, patch.revert):
        with pytest.raises(ValueError, match="does not fit"):
            act(EditLayer((10, 10)))
