from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edam_gui.core.errors import InputFileError
from edam_gui.imaging.photo import Photo
from edam_gui.imaging.saliency_file import read_saliency
from tests.golden.data import HERE, NAMES, saliency
from tests.imaging import pictures
from tests.imaging.pictures import exif, save

rng = np.random.default_rng(5)
GREY = rng.integers(0, 256, (6, 9), dtype=np.uint8)
COLOR = rng.integers(0, 256, (6, 9, 3), dtype=np.uint8)
WIDE = rng.integers(0, 65536, (6, 9), dtype=np.uint16)
LUMA = np.array(Image.fromarray(COLOR).convert("L"))


def photo_of(width: int, height: int, orientation: int = 1) -> Photo:
    stored = (height, width) if orientation >= 5 else (width, height)
    return Photo(np.zeros((height, width, 3), np.uint8), stored, orientation)


PHOTO = photo_of(9, 6)


def expect(path: Path, values: np.ndarray, photo: Photo = PHOTO) -> None:
    found = read_saliency(path, photo)
    assert found.notices == ()
    assert found.values.dtype == np.uint8
    assert np.array_equal(found.values, values)


@pytest.mark.parametrize("name", NAMES)
def test_grey_values_are_taken_as_they_are(name: str) -> None:
    values = saliency(name)
    expect(HERE / "images" / f"{name}_sal.png", values, photo_of(values.shape[1], values.shape[0]))


def test_nothing_is_stretched(tmp_path: Path) -> None:
    expect(save(tmp_path / "s.png", GREY // 8 + 40), GREY // 8 + 40)


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif", ".webp"])
def test_every_format(tmp_path: Path, suffix: str) -> None:
    options = {"lossless": True} if suffix == ".webp" else {}
    expect(save(tmp_path / f"s{suffix}", GREY, **options), GREY)


def test_jpeg(tmp_path: Path) -> None:
    path = save(tmp_path / "s.jpg", GREY)
    with Image.open(path) as image:
        expect(path, np.array(image))


def test_16_bits_are_rounded(tmp_path: Path) -> None:
    (tmp_path / "s.png").write_bytes(pictures.png16(WIDE, pictures.GREY))
    expect(tmp_path / "s.png", np.rint(WIDE / 257).astype(np.uint8))
    (tmp_path / "s.tif").write_bytes(pictures.tiff(WIDE, photometric=1, order=">"))
    expect(tmp_path / "s.tif", np.rint(WIDE / 257).astype(np.uint8))


def test_colours_become_luma_and_alpha_is_left_out(tmp_path: Path) -> None:
    expect(save(tmp_path / "s.png", COLOR), LUMA)
    expect(save(tmp_path / "s.png", np.dstack([COLOR, GREY])), LUMA)
    alpha = Image.merge("LA", [Image.fromarray(GREY), Image.fromarray(LUMA)])
    expect(save(tmp_path / "s.png", alpha), GREY)


def test_palettes_count_by_their_colours(tmp_path: Path) -> None:
    image = Image.fromarray(GREY % 5)
    image.putpalette(COLOR.reshape(-1)[:15].tolist())
    expect(save(tmp_path / "s.png", image, transparency=bytes([0, 9])), LUMA.ravel()[GREY % 5])


def test_one_bit_is_0_or_255(tmp_path: Path) -> None:
    expect(save(tmp_path / "s.png", Image.fromarray(GREY > 99)), (GREY > 99) * np.uint8(255))


@pytest.mark.parametrize(("orientation", "turns"), [(5, None), (6, -1), (7, None), (8, 1)])
def test_a_map_like_the_unrotated_photo_turns_with_it(tmp_path: Path, orientation: int, turns: int | None) -> None:
    values = read_saliency(save(tmp_path / "s.png", GREY), photo_of(6, 9, orientation)).values
    assert values.shape == (9, 6)
    if turns is not None:
        assert np.array_equal(values, np.rot90(GREY, turns))
    else:
        assert np.array_equal(values, GREY.T if orientation == 5 else GREY[::-1, ::-1].T)


def test_a_map_that_is_upright_already_stays(tmp_path: Path) -> None:
    expect(save(tmp_path / "s.png", GREY.T), GREY.T, photo_of(6, 9, 6))
    expect(save(tmp_path / "s.png", GREY[:, :6]), GREY[:, :6], photo_of(6, 6, 6))
    expect(save(tmp_path / "s.png", GREY), GREY, photo_of(9, 6, 3))


def test_the_orientation_of_the_map_itself_comes_first(tmp_path: Path) -> None:
    path = save(tmp_path / "s.png", GREY, exif=exif(6))
    expect(path, np.rot90(GREY, -1), photo_of(6, 9, 6))
    expect(path, np.rot90(GREY, -1), photo_of(6, 9))


def test_other_sizes_are_resized_with_a_notice_that_names_both(tmp_path: Path) -> None:
    found = read_saliency(save(tmp_path / "s.png", GREY), photo_of(18, 12))
    expected = np.array(Image.fromarray(GREY).resize((18, 12), Image.Resampling.BILINEAR))
    assert np.array_equal(found.values, expected)
    assert found.notices == ("s.png: the saliency map is 9 x 6, the photo 18 x 12; it was resized.",)


def test_a_distortion_is_said(tmp_path: Path) -> None:
    (notice,) = read_saliency(save(tmp_path / "s.png", GREY), photo_of(20, 20)).notices
    assert notice == (
        "s.png: the saliency map is 9 x 6, the photo 20 x 20; it was resized and distorted, "
        "because the aspect ratios differ by 50%."
    )
    (notice,) = read_saliency(save(tmp_path / "s.png", np.zeros((100, 151), np.uint8)), photo_of(300, 200)).notices
    assert "distorted" not in notice


def test_what_is_no_map_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match=r"no\.png: does not exist"):
        read_saliency(tmp_path / "no.png", PHOTO)
    (tmp_path / "s.png").write_bytes(b"")
    with pytest.raises(InputFileError, match=r"s\.png: is empty"):
        read_saliency(tmp_path / "s.png", PHOTO)


def test_a_map_of_zeros_and_ones_is_said_to_be_dark(tmp_path: Path) -> None:
    found = read_saliency(save(tmp_path / "s.png", (GREY > 99).astype(np.uint8)), PHOTO)
    assert "holds only 0 and 1, but salient is 255" in found.notices[0]
