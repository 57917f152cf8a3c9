from __future__ import annotations

import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image, ImageOps

from edam_gui.imaging.photo import PHOTO_SUFFIXES, Photo, probe_photo_size, read_photo, resize_photo, turn_with_photo
from edam_gui.imaging.picture_pixels import to_8_bits
from tests.golden.data import HERE
from tests.imaging import pictures
from tests.imaging.pictures import exif, save

rng = np.random.default_rng(0)
COLOR = rng.integers(0, 256, (6, 9, 3), dtype=np.uint8)
ALPHA = rng.integers(0, 256, (6, 9), dtype=np.uint8)
WIDE = rng.integers(0, 65536, (6, 9, 4), dtype=np.uint16)
WIDE[0, :, :] = np.array([0, 128, 129, 256, 257, 385, 386, 65406, 65407])[:, None]


def rounded(samples: np.ndarray) -> np.ndarray:
    return np.rint(samples / 257).astype(np.uint8)


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif", ".tiff"])
def test_colour_is_read_as_it_is(tmp_path: Path, suffix: str) -> None:
    photo = read_photo(save(tmp_path / f"a{suffix}", COLOR))
    assert np.array_equal(photo.pixels, COLOR)
    assert photo.pixels.dtype == np.uint8
    assert photo.size == photo.stored_size == (photo.width, photo.height) == (9, 6)
    assert photo.orientation == 1


def test_webp_without_loss_and_compressed_tiff(tmp_path: Path) -> None:
    assert np.array_equal(read_photo(save(tmp_path / "a.webp", COLOR, lossless=True)).pixels, COLOR)
    for compression in ("tiff_lzw", "tiff_deflate", "packbits"):
        assert np.array_equal(read_photo(save(tmp_path / "a.tif", COLOR, compression=compression)).pixels, COLOR)


def test_jpeg_is_what_pillow_decodes(tmp_path: Path) -> None:
    path = save(tmp_path / "a.jpg", COLOR, quality=90)
    with Image.open(path) as image:
        assert np.array_equal(read_photo(path).pixels, np.array(image))


def test_the_content_decides_not_the_name(tmp_path: Path) -> None:
    path = tmp_path / "Foto mit Ümläut 日本 #1 %20.jpg"
    assert np.array_equal(read_photo(write(path, pictures.encoded(COLOR, "PNG"))).pixels, COLOR)


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif", ".webp"])
def test_grey_becomes_rgb(tmp_path: Path, suffix: str) -> None:
    options = {"lossless": True} if suffix == ".webp" else {}
    pixels = read_photo(save(tmp_path / f"a{suffix}", COLOR[:, :, 0], **options)).pixels
    assert np.array_equal(pixels, np.repeat(COLOR[:, :, :1], 3, axis=2))


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif"])
def test_one_bit(tmp_path: Path, suffix: str) -> None:
    bits = COLOR[:, :, 0] > 128
    pixels = read_photo(save(tmp_path / f"a{suffix}", Image.fromarray(bits))).pixels
    assert np.array_equal(pixels, np.repeat(bits[:, :, None] * np.uint8(255), 3, axis=2))


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_few_bits_of_grey_span_the_whole_range(tmp_path: Path, depth: int) -> None:
    top = 2**depth - 1
    values = COLOR[:, :, 0] & top
    pixels = read_photo(write(tmp_path / "a.png", pictures.packed_png(values, depth))).pixels
    assert np.array_equal(pixels[:, :, 1], values * (255 // top))


@pytest.mark.parametrize("suffix", [".png", ".tif", ".bmp"])
def test_a_palette_gives_its_colours(tmp_path: Path, suffix: str) -> None:
    image = Image.fromarray(COLOR[:, :, 0] % 5).convert("L")
    image.putpalette(COLOR.ravel()[:30].tolist())
    pixels = read_photo(save(tmp_path / f"a{suffix}", image)).pixels
    assert np.array_equal(pixels, COLOR.reshape(-1, 3)[COLOR[:, :, 0] % 5])


@pytest.mark.parametrize("transparency", [3, bytes([0, 128, 255]), bytes(256)])
def test_a_palette_with_transparency_keeps_its_colours(tmp_path: Path, transparency: int | bytes) -> None:
    image = Image.fromarray(COLOR[:, :, 0] % 5).convert("L")
    image.putpalette(np.resize(COLOR, 768).tolist())
    pixels = read_photo(save(tmp_path / "a.png", image, transparency=transparency)).pixels
    assert np.array_equal(pixels, np.resize(COLOR, (256, 3))[COLOR[:, :, 0] % 5])


@pytest.mark.parametrize("suffix", [".png", ".tif", ".webp"])
def test_the_colour_under_alpha_stays(tmp_path: Path, suffix: str) -> None:
    image = Image.fromarray(np.dstack([COLOR, ALPHA]))
    options = {"lossless": True, "exact": True} if suffix == ".webp" else {}
    assert np.array_equal(read_photo(save(tmp_path / f"a{suffix}", image, **options)).pixels, COLOR)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_the_grey_under_alpha_stays(tmp_path: Path, suffix: str) -> None:
    image = Image.merge("LA", [Image.fromarray(COLOR[:, :, 0]), Image.fromarray(ALPHA)])
    assert np.array_equal(read_photo(save(tmp_path / f"a{suffix}", image)).pixels[:, :, 2], COLOR[:, :, 0])


def test_a_transparent_colour_of_rgb_and_grey_stays(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", COLOR, transparency=tuple(COLOR[0, 0].tolist()))
    assert np.array_equal(read_photo(path).pixels, COLOR)
    path = save(tmp_path / "a.png", COLOR[:, :, 0], transparency=int(COLOR[0, 0, 0]))
    assert np.array_equal(read_photo(path).pixels[:, :, 0], COLOR[:, :, 0])


@pytest.mark.parametrize("suffix", [".jpg", ".tif"])
def test_cmyk_becomes_rgb(tmp_path: Path, suffix: str) -> None:
    image = Image.new("CMYK", (9, 6), (255, 0, 0, 0))
    pixels = read_photo(save(tmp_path / f"a{suffix}", image)).pixels
    assert np.abs(pixels.astype(int) - [0, 255, 255]).max() <= 2


def test_ycbcr_tiff_becomes_rgb(tmp_path: Path) -> None:
    image = Image.new("RGB", (16, 16), (200, 60, 30)).convert("YCbCr")
    pixels = read_photo(save(tmp_path / "a.tif", image)).pixels
    assert np.abs(pixels.astype(int) - [200, 60, 30]).max() <= 2


@pytest.mark.parametrize("order", ["<", ">"])
def test_16_bit_grey_is_rounded(tmp_path: Path, order: str) -> None:
    grey = WIDE[:, :, 0]
    expected = np.repeat(rounded(grey)[:, :, None], 3, axis=2)
    png = write(tmp_path / "a.png", pictures.png16(grey, pictures.GREY))
    tif = write(tmp_path / "a.tif", pictures.tiff(grey, photometric=1, order=order))
    assert np.array_equal(read_photo(png).pixels, expected)
    assert np.array_equal(read_photo(tif).pixels, expected)


def test_16_bit_grey_of_a_white_is_zero_tiff_is_not_a_negative(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", pictures.tiff(WIDE[:, :, 0], photometric=0))
    assert np.array_equal(read_photo(path).pixels[:, :, 0], 255 - rounded(WIDE[:, :, 0]))


def test_16_bit_colour_is_rounded_not_cut(tmp_path: Path) -> None:
    expected = rounded(WIDE[:, :, :3])
    trns = pictures.chunk(b"tRNS", WIDE[0, 0, :3].astype(">u2").tobytes())
    files = [
        pictures.png16(WIDE[:, :, :3], pictures.RGB),
        pictures.png16(WIDE[:, :, :3], pictures.RGB, before=trns),
        pictures.png16(WIDE, pictures.RGBA),
        pictures.tiff(WIDE[:, :, :3], photometric=2, order="<"),
        pictures.tiff(WIDE[:, :, :3], photometric=2, order=">"),
        pictures.tiff(WIDE, photometric=2, alpha=True, order="<"),
        pictures.tiff(WIDE, photometric=2, alpha=True, order=">"),
    ]
    for data in files:
        assert np.array_equal(read_photo(write(tmp_path / "a", data)).pixels, expected)
    grey_alpha = write(tmp_path / "a", pictures.png16(WIDE[:, :, :2], pictures.GREY_ALPHA))
    assert np.array_equal(read_photo(grey_alpha).pixels[:, :, 1], rounded(WIDE[:, :, 0]))


def test_16_bit_cmyk(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", pictures.tiff(WIDE, photometric=5))
    expected = Image.frombytes("CMYK", (9, 6), rounded(WIDE).tobytes()).convert("RGB")
    assert np.array_equal(read_photo(path).pixels, np.array(expected))


@given(arrays(np.uint16, (4, 5)))
def test_16_bits_become_8_by_rounding(samples: np.ndarray) -> None:
    assert np.array_equal(to_8_bits(samples), rounded(samples))


def test_every_16_bit_value() -> None:
    values = np.arange(65536, dtype=np.uint16)
    assert np.array_equal(to_8_bits(values), rounded(values))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp"])
def test_orientation_is_applied_once(tmp_path: Path, suffix: str, orientation: int) -> None:
    options = {"lossless": True} if suffix == ".webp" else {}
    path = save(tmp_path / f"a{suffix}", COLOR, exif=exif(orientation), **options)
    with Image.open(path) as image:
        expected = np.array(ImageOps.exif_transpose(image))  # a no-op for TIFF, which Pillow turns itself
    photo = read_photo(path)
    assert np.array_equal(photo.pixels, expected)
    assert photo.orientation == orientation
    assert photo.stored_size == (9, 6)
    assert photo.size == probe_photo_size(path) == ((9, 6) if orientation < 5 else (6, 9))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_of_a_16_bit_tiff_and_of_a_png_that_tells_it_last(tmp_path: Path, orientation: int) -> None:
    wide = WIDE[:, :, :3]
    tags = exif(orientation).tobytes().removeprefix(b"Exif\0\0")
    files = [
        pictures.tiff(wide, photometric=2, orientation=orientation),
        pictures.png16(wide, pictures.RGB, after=pictures.chunk(b"eXIf", tags)),
    ]
    for data in files:
        path = write(tmp_path / "a", data)
        photo = read_photo(path)
        assert np.array_equal(photo.pixels, read_turned(rounded(wide), orientation))
        assert photo.stored_size == (9, 6)
        assert probe_photo_size(path) == photo.size


def read_turned(stored: np.ndarray, orientation: int) -> np.ndarray:
    image = Image.fromarray(stored)
    image.getexif()[0x0112] = orientation
    return np.array(ImageOps.exif_transpose(image))


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_an_impossible_orientation_is_none(tmp_path: Path, value: int) -> None:
    photo = read_photo(save(tmp_path / "a.png", COLOR, exif=exif(value)))
    assert photo.orientation == 1
    assert np.array_equal(photo.pixels, COLOR)


def test_damaged_metadata_does_not_spoil_the_photo(tmp_path: Path) -> None:
    tags = bytearray(exif(6).tobytes())
    tags[14:] = b"\xff" * (len(tags) - 14)
    photo = read_photo(save(tmp_path / "a.jpg", COLOR, exif=bytes(tags)))
    assert photo.size == (9, 6)
    animation = pictures.chunk(b"acTL", bytes(8))  # zero frames: Pillow warns
    path = write(tmp_path / "a.png", pictures.png16(WIDE[:, :, :3], pictures.RGB, before=animation))
    assert read_photo(path).size == (9, 6)


@pytest.mark.parametrize("suffix", [".png", ".webp", ".tif"])
def test_the_first_of_several_frames(tmp_path: Path, suffix: str) -> None:
    options = {"lossless": True} if suffix == ".webp" else {}
    others = [Image.fromarray(255 - COLOR), Image.fromarray(COLOR // 2)]
    path = save(tmp_path / f"a{suffix}", COLOR, save_all=True, append_images=others, **options)
    assert np.array_equal(read_photo(path).pixels, COLOR)


def test_a_phone_photo_with_several_pictures_inside(tmp_path: Path) -> None:
    data = pictures.encoded(COLOR, "MPO", save_all=True, append_images=[Image.fromarray(255 - COLOR)])
    assert np.abs(read_photo(write(tmp_path / "a.jpg", data)).pixels.astype(int).mean() - COLOR.mean()) < 20


def test_photos_are_read_in_threads(tmp_path: Path) -> None:
    paths = [save(tmp_path / f"{i}.png", COLOR + np.uint8(i), exif=exif(1)) for i in range(40)]
    with ThreadPoolExecutor(4) as pool:
        for i, photo in enumerate(pool.map(read_photo, paths)):
            assert np.array_equal(photo.pixels, COLOR + np.uint8(i))


def test_the_suffixes_of_every_admitted_format() -> None:
    assert {".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp"} <= PHOTO_SUFFIXES


@pytest.mark.parametrize(
    ("name", "size", "crc32"),
    [
        ("syna_000101", (160, 107), 3133638211),
        ("syna_000101", (80, 54), 493908487),
        ("syna_000101", (240, 160), 1468590526),
        ("syna_000101", (320, 214), 113097579),
        ("syna_000102", (60, 80), 3539782403),
        ("syna_000102", (180, 240), 3568033535),
        ("syna_000103", (78, 59), 2241439318),
        ("syna_000103", (236, 177), 4240877742),
        ("syna_000103", (314, 236), 4225092193),
    ],
)
def test_photos_are_resized_as_in_the_golden_data(name: str, size: tuple[int, int], crc32: int) -> None:
    photo = read_photo(HERE / "images" / f"{name}.png")
    assert zlib.crc32(resize_photo(photo.pixels, size).tobytes()) == crc32


def test_only_maps_sized_like_the_unrotated_photo_turn_with_it() -> None:
    photo = Photo(np.zeros((9, 6, 3), np.uint8), (9, 6), 6)
    scores = np.arange(54, dtype=np.float32).reshape(6, 9)
    assert np.array_equal(turn_with_photo(scores, photo), np.rot90(scores, -1))
    assert turn_with_photo(scores.T, photo) is not None
    assert np.array_equal(turn_with_photo(scores.T, photo), scores.T)
    square = Photo(np.zeros((5, 5, 3), np.uint8), (5, 5), 6)
    assert np.array_equal(turn_with_photo(scores[:5, :5], square), scores[:5, :5])


@given(st.integers(1, 40), st.integers(1, 40))
def test_any_size_can_be_had(width: int, height: int) -> None:
    resized = resize_photo(COLOR, (width, height))
    assert resized.shape == (height, width, 3)
    assert resized.dtype == np.uint8
