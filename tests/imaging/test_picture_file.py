"""Files that are no usable pictures: each gets a sentence that names file and cause, and never a warning."""

from __future__ import annotations

import errno
import os
import struct
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from edam_gui.core.errors import InputFileError
from edam_gui.imaging.photo import probe_photo_size, read_photo
from edam_gui.imaging.picture_file import MAX_FILE_BYTES, read_header, read_picture
from tests.imaging import pictures
from tests.imaging.pictures import encoded, exif

PIXELS = np.random.default_rng(3).integers(0, 256, (30, 40, 3), dtype=np.uint8)
FILES = {
    "jpeg": encoded(PIXELS, "JPEG", exif=exif(6)),
    "progressive": encoded(PIXELS, "JPEG", progressive=True),
    "png": encoded(PIXELS, "PNG", exif=exif(3)),
    "apng": encoded(PIXELS, "PNG", save_all=True, append_images=[Image.fromarray(255 - PIXELS)]),
    "png16": pictures.png16(PIXELS.astype(np.uint16) * 200, pictures.RGB),
    "bmp": encoded(PIXELS, "BMP"),
    "tiff": encoded(PIXELS, "TIFF", exif=exif(8)),
    "tiff16": pictures.tiff(PIXELS.astype(np.uint16) * 200, photometric=2),
    "webp": encoded(PIXELS, "WEBP", exif=exif(5)),
}


def cause(path: Path) -> str:
    """What read_photo says of a file; it must be one sentence that begins with the file's name."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(InputFileError) as raised:
            read_photo(path)
    text = str(raised.value)
    assert text.startswith(f"{path}: ")
    assert "\n" not in text
    assert raised.value.path == path
    return raised.value.cause


def file(folder: Path, data: bytes) -> Path:
    path = folder / "photo.jpg"
    path.write_bytes(data)
    return path


def test_missing(tmp_path: Path) -> None:
    assert cause(tmp_path / "no.png") == "does not exist"
    assert cause(tmp_path / ("n" * 300)) == "does not exist (the name is too long)"
    assert cause(file(tmp_path, b"x") / "below.png") == "does not exist"
    assert cause(tmp_path / "a\0b.png") == "does not exist (the name holds a forbidden character)"


def test_a_folder(tmp_path: Path) -> None:
    assert cause(tmp_path) == "is a folder, not a picture"


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    assert cause(tmp_path / "pipe.png") == "is not a regular file"


def test_empty(tmp_path: Path) -> None:
    assert cause(file(tmp_path, b"")) == "is empty (zero bytes)"


@pytest.mark.parametrize(
    ("code", "sentence"),
    [(errno.EACCES, "may not be read (permission denied)"), (errno.EIO, f"cannot be read ({os.strerror(errno.EIO)})")],
)
def test_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, sentence: str) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise OSError(code, os.strerror(code))

    path = file(tmp_path, FILES["png"])
    monkeypatch.setattr(Path, "open", fail)
    assert cause(path) == sentence


@pytest.mark.parametrize(
    "data", [b"\0" * 100, b"hello, this is a text file", b"GIF89a" + bytes(50), b"%PDF-1.7 \n" + bytes(50), b"\xff\xd8"]
)
def test_no_picture(tmp_path: Path, data: bytes) -> None:
    assert cause(file(tmp_path, data)) == "is not a JPEG, PNG, BMP, TIFF or WebP picture"


def test_other_formats_that_pillow_knows_are_not_admitted(tmp_path: Path) -> None:
    for kind in ("GIF", "PPM", "TGA", "ICO", "PCX"):
        assert cause(file(tmp_path, encoded(PIXELS, kind))) == "is not a JPEG, PNG, BMP, TIFF or WebP picture"


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("share", [0.02, 0.1, 0.4])
def test_cut_short(tmp_path: Path, name: str, share: float) -> None:
    data = FILES[name]
    assert "damaged" in cause(file(tmp_path, data[: max(16, int(len(data) * share))]))


def test_damaged_pixels(tmp_path: Path) -> None:
    data = bytearray(FILES["png"])
    data[len(data) // 2] ^= 0xFF
    assert cause(file(tmp_path, bytes(data))) == "is damaged or cut short and cannot be decoded"


def test_a_damaged_header(tmp_path: Path) -> None:
    assert cause(file(tmp_path, pictures.PNG_SIGNATURE + b"\0" * 60)) in (
        "is damaged, or of a kind that is not supported",
        "is damaged or cut short and cannot be decoded",
    )


def huge_files(width: int, height: int) -> dict[str, bytes]:
    """Headers that promise more than the file holds."""
    png = pictures.PNG_SIGNATURE + pictures.png_header(width, height, 8, pictures.RGB)
    bmp = bytearray(FILES["bmp"])
    bmp[18:26] = struct.pack("<II", width, height)
    tiff = bytearray(pictures.tiff(PIXELS, photometric=2))
    at = tiff.index(struct.pack("<HHI", 256, 4, 1))
    tiff[at + 8 : at + 12] = struct.pack("<I", width)
    tiff[at + 20 : at + 24] = struct.pack("<I", height)
    return {"png": png + pictures.chunk(b"IDAT", b"x" * 99), "bmp": bytes(bmp), "tiff": bytes(tiff)}


@pytest.mark.parametrize("size", [(20_001, 10_000), (19_000, 12_000), (25_000, 25_000), (2**31 - 1, 2**31 - 1)])
@pytest.mark.parametrize("kind", ["png", "bmp", "tiff"])
def test_huge_pictures_are_refused_from_their_header(tmp_path: Path, kind: str, size: tuple[int, int]) -> None:
    path = file(tmp_path, huge_files(*size)[kind])
    said = cause(path)
    assert said == f"is {size[0]} x {size[1]} pixels; more than 200 million pixels are not read" or "too large" in said
    with pytest.raises(InputFileError):
        probe_photo_size(path)


def test_a_huge_webp_canvas(tmp_path: Path) -> None:
    canvas = (2**24 - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + canvas + (100).to_bytes(3, "little") + bytes(40)
    assert cause(file(tmp_path, b"RIFF" + struct.pack("<I", len(body)) + body)) == "is too large to be decoded"


def test_between_pillows_limits_nothing_is_warned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", PIXELS.size // 4)
    path = file(tmp_path, FILES["png"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read_photo(path).size == (40, 30)


def test_the_limit_can_be_chosen(tmp_path: Path) -> None:
    path = file(tmp_path, FILES["png"])
    assert read_photo(path, max_pixels=1200).size == (40, 30)
    with pytest.raises(InputFileError, match="is 40 x 30 pixels"):
        read_photo(path, max_pixels=1199)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    path = file(tmp_path, FILES["webp"])
    os.truncate(path, MAX_FILE_BYTES + 1)  # sparse: takes no room
    assert cause(path) == "is larger than 2 GiB"


def test_a_picture_without_pixels(tmp_path: Path) -> None:
    for kind in ("png", "bmp", "tiff"):
        said = cause(file(tmp_path, huge_files(0, 5)[kind]))
        assert said in ("has no pixels", "is damaged, or of a kind that is not supported")


@pytest.mark.parametrize(
    ("samples", "sample_format"),
    [(np.ones((3, 4), np.float32), 3), (np.ones((3, 4), np.int32), 2), (np.ones((3, 4), np.int16), 2)],
)
def test_other_sample_types_are_named(tmp_path: Path, samples: np.ndarray, sample_format: int) -> None:
    said = cause(file(tmp_path, pictures.tiff(samples, photometric=1, sample_format=sample_format)))
    assert said == "has 12-bit, 32-bit, signed or floating-point samples; only 8 and 16 bits are read"


def test_float_rgb_tiff(tmp_path: Path) -> None:
    data = pictures.tiff(np.ones((3, 4, 3), np.float32), photometric=2, sample_format=3)
    assert cause(file(tmp_path, data)) == "is damaged, or of a kind that is not supported"


def test_16_bit_planes(tmp_path: Path) -> None:
    data = pictures.tiff(np.ones((3, 4, 3), np.uint16), photometric=2, planar=True)
    assert "separate planes" in cause(file(tmp_path, data))
    eight = pictures.tiff(PIXELS, photometric=2, planar=True)
    assert np.array_equal(read_photo(file(tmp_path, eight)).pixels, PIXELS)


def test_lab_colours(tmp_path: Path) -> None:
    assert "Lab colours" in cause(file(tmp_path, encoded(Image.new("LAB", (4, 3)), "TIFF")))


def test_too_little_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Image.Image, "load", fail)
    monkeypatch.setattr(Image.core, "new", fail)
    assert cause(file(tmp_path, FILES["png"])) == "needs more memory than this computer has free"


@pytest.mark.parametrize("name", [name for name in FILES if not name.startswith("tiff")])  # libtiff is chatty
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=6), cut=st.floats(0, 1))
def test_damage_of_any_kind_gives_a_picture_or_a_sentence(
    tmp_path: Path, name: str, changes: list[tuple[float, int]], cut: float
) -> None:
    data = bytearray(FILES[name])
    for position, value in changes:
        data[int(position**3 * (len(data) - 1))] = value  # mostly the header
    path = file(tmp_path, bytes(data[: int(len(data) * (1 - cut**6))]))
    try:
        picture = read_picture(path, max_pixels=1_000_000)
    except InputFileError as error:
        said = str(error)
    else:
        said = f"{path}: "
        assert picture.samples.shape[1::-1] == picture.size
        assert read_header(path) == picture.header
    assert said.startswith(f"{path}: ")
