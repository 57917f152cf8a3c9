from __future__ import annotations

import errno
import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image

from edam_gui.core.errors import InputFileError, OutputError
from edam_gui.core.label_set import PASCAL_VOC, LabelClass, LabelSet
from edam_gui.core.palette import voc_palette
from edam_gui.imaging import label_map_file
from edam_gui.imaging.label_map_file import encode_label_map, read_label_map, write_label_map
from edam_gui.imaging.photo import Photo
from tests.golden.data import HERE, NAMES, truth
from tests.imaging import pictures
from tests.imaging.pictures import exif, save

LABELS = np.random.default_rng(2).choice(np.array([0, 1, 6, 15, 20, 255], np.uint8), (12, 17))
PETS = LabelSet((LabelClass("cat", (250, 10, 20)), LabelClass("dog", (5, 90, 200))))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def photo_of(width: int, height: int, orientation: int = 1) -> Photo:
    stored = (height, width) if orientation >= 5 else (width, height)
    return Photo(np.zeros((height, width, 3), np.uint8), stored, orientation)


def cause(path: Path, label_set: LabelSet = PASCAL_VOC, photo: Photo | None = None) -> str:
    with pytest.raises(InputFileError) as raised:
        read_label_map(path, label_set, photo)
    assert str(raised.value).startswith(f"{path}: ")
    return raised.value.cause


def indexed(labels: np.ndarray, palette: np.ndarray) -> Image.Image:
    image = Image.fromarray(labels)
    image.putpalette(palette.astype(np.uint8).tobytes())
    return image


class TestWriting:
    def test_other_programs_see_an_8_bit_indexed_png_with_the_voc_palette(self, tmp_path: Path) -> None:
        write_label_map(tmp_path / "deep" / "map.png", LABELS)
        with Image.open(tmp_path / "deep" / "map.png") as image:
            assert (image.format, image.mode, image.size) == ("PNG", "P", (17, 12))
            assert np.array_equal(np.array(image), LABELS)
            assert np.array_equal(np.reshape(image.getpalette(), (-1, 3)), voc_palette())
            assert "transparency" not in image.info
        seen = cv2.imread(str(tmp_path / "deep" / "map.png"), cv2.IMREAD_COLOR_RGB)
        assert np.array_equal(seen, voc_palette()[LABELS])

    def test_one_class_is_written_with_8_bits_too(self) -> None:
        data = encode_label_map(np.zeros((3, 4), np.uint8))
        assert data[24:26] == b"\x08\x03"  # bit depth and colour type of IHDR

    @given(arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=40)))
    def test_every_label_map_survives(self, tmp_path_factory: pytest.TempPathFactory, labels: np.ndarray) -> None:
        path = tmp_path_factory.getbasetemp() / "any.png"
        write_label_map(path, labels)
        assert np.array_equal(read_label_map(path, LabelSet.from_names([f"c{i}" for i in range(254)])), labels)

    def test_a_view_of_a_larger_map(self, tmp_path: Path) -> None:
        write_label_map(tmp_path / "map.png", LABELS[::2, ::3])
        assert np.array_equal(read_label_map(tmp_path / "map.png", PASCAL_VOC), LABELS[::2, ::3])

    @pytest.mark.parametrize("labels", [LABELS.astype(np.int64), LABELS[0], LABELS[:0]])
    def test_what_is_no_label_map_is_a_mistake(self, labels: np.ndarray) -> None:
        with pytest.raises(ValueError, match="a label map is"):
            encode_label_map(labels)

    def test_a_full_disk(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*args: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, "fsync", fail)
        with pytest.raises(OutputError, match=r"map\.png: could not be written, because the disk is full"):
            write_label_map(tmp_path / "map.png", LABELS)
        assert names(tmp_path) == []

    @pytest.mark.parametrize("change", ["index", "palette", "size", "cut", "gone"])
    def test_a_disk_that_keeps_something_else_is_found_out(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
    ) -> None:
        def write_wrongly(path: Path, data: bytes) -> None:
            other = LABELS.copy()
            other[3, 3] ^= 1
            wrong = {
                "index": encode_label_map(other),
                "palette": pictures.encoded(indexed(LABELS, 255 - voc_palette()), "PNG"),
                "size": encode_label_map(LABELS[:, 1:]),
                "cut": data[:-60],
                "gone": b"",
            }
            path.write_bytes(wrong[change])

        monkeypatch.setattr(label_map_file, "write_bytes", write_wrongly)
        with pytest.raises(OutputError, match="when it was read back"):
            write_label_map(tmp_path / "map.png", LABELS)
        assert names(tmp_path) == []


class TestNumbers:
    @pytest.mark.parametrize("name", NAMES)
    def test_grey_values_are_indices(self, name: str) -> None:
        assert np.array_equal(read_label_map(HERE / "images" / f"{name}_gt.png", PASCAL_VOC), truth(name))

    @pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif"])
    def test_every_format(self, tmp_path: Path, suffix: str) -> None:
        assert np.array_equal(read_label_map(save(tmp_path / f"m{suffix}", LABELS), PASCAL_VOC), LABELS)

    def test_the_numbers_of_a_palette_count_whatever_its_colours(self, tmp_path: Path) -> None:
        for palette in (voc_palette(), voc_palette()[:21], np.arange(768).reshape(256, 3) % 251):
            path = save(tmp_path / "m.png", indexed(LABELS, palette))
            assert np.array_equal(read_label_map(path, PASCAL_VOC), LABELS)

    def test_black_and_white_masks_of_one_bit_hold_class_1(self, tmp_path: Path) -> None:
        mask = (LABELS > 5).astype(np.uint8)
        files = [
            pictures.packed_png(mask, 1),
            pictures.packed_png(mask, 1, np.array([[0, 0, 0], [255, 255, 255]])),
            pictures.encoded(Image.fromarray(mask > 0), "TIFF"),
        ]
        for data in files:
            (tmp_path / "m.png").write_bytes(data)
            assert np.array_equal(read_label_map(tmp_path / "m.png", PASCAL_VOC), mask)

    @pytest.mark.parametrize("depth", [2, 4])
    def test_few_bits_of_grey_are_indices_unscaled(self, tmp_path: Path, depth: int) -> None:
        values = LABELS & (2**depth - 1)
        for palette in (None, voc_palette()[: 2**depth]):
            (tmp_path / "m.png").write_bytes(pictures.packed_png(values, depth, palette))
            assert np.array_equal(read_label_map(tmp_path / "m.png", PASCAL_VOC), values)

    def test_16_bits_with_small_values(self, tmp_path: Path) -> None:
        (tmp_path / "m.png").write_bytes(pictures.png16(LABELS.astype(np.uint16), pictures.GREY))
        found = read_label_map(tmp_path / "m.png", PASCAL_VOC)
        assert np.array_equal(found, LABELS)
        assert found.dtype == np.uint8
        wide = LABELS.astype(np.uint16)
        wide[0, :2] = 300
        (tmp_path / "m.png").write_bytes(pictures.png16(wide, pictures.GREY))
        assert cause(tmp_path / "m.png").startswith("holds the number 300 (2 pixels)")

    @pytest.mark.parametrize("palette", [None, np.arange(768).reshape(256, 3) % 251])
    def test_numbers_outside_the_label_set_are_named(self, tmp_path: Path, palette: np.ndarray | None) -> None:
        labels = LABELS.copy()
        labels[0, 0] = 21
        path = save(tmp_path / "m.png", labels if palette is None else indexed(labels, palette))
        assert cause(path) == (
            "holds the number 21 (1 pixel), but the label set has classes 1 to 20, "
            "besides 0 for background and 255 for ignore"
        )

    def test_grey_saved_three_times_over(self, tmp_path: Path) -> None:
        path = save(tmp_path / "m.png", np.repeat(LABELS[:, :, None], 3, axis=2))
        assert np.array_equal(read_label_map(path, PASCAL_VOC), LABELS)


class TestColours:
    def test_voc_colours(self, tmp_path: Path) -> None:
        path = save(tmp_path / "m.png", voc_palette()[LABELS])
        assert np.array_equal(read_label_map(path, PASCAL_VOC), LABELS)
        opaque = np.dstack([voc_palette()[LABELS], np.full(LABELS.shape, 77, np.uint8)])
        assert np.array_equal(read_label_map(save(tmp_path / "m.png", opaque), PASCAL_VOC), LABELS)

    def test_white_is_ignored_too(self, tmp_path: Path) -> None:
        colors = voc_palette()[LABELS]
        colors[LABELS == 255] = 255
        assert np.array_equal(read_label_map(save(tmp_path / "m.png", colors), PASCAL_VOC), LABELS)

    def test_colours_of_the_label_set(self, tmp_path: Path) -> None:
        labels = np.array([[0, 1, 2, 255]], np.uint8)
        for palette in (PETS.palette, voc_palette()):
            assert np.array_equal(read_label_map(save(tmp_path / "m.png", palette[labels]), PETS), labels)

    def test_the_label_set_comes_before_voc(self, tmp_path: Path) -> None:
        swapped = LabelSet((LabelClass("a", (0, 128, 0)), LabelClass("b", (128, 0, 0)), LabelClass("c", (255,) * 3)))
        labels = np.array([[0, 1, 2, 3]], np.uint8)
        path = save(tmp_path / "m.png", swapped.palette[labels])
        assert np.array_equal(read_label_map(path, swapped), labels)

    def test_a_palette_counts_by_its_colours_where_its_numbers_are_none(self, tmp_path: Path) -> None:
        numbers = np.where(LABELS == 255, 40, np.where(LABELS == 0, 39, LABELS + 100)).astype(np.uint8)
        palette = np.zeros((256, 3), np.uint8)
        palette[numbers] = voc_palette()[LABELS]
        path = save(tmp_path / "m.png", indexed(numbers, palette))
        assert np.array_equal(read_label_map(path, PASCAL_VOC), LABELS)

    def test_a_palette_in_another_order_is_refused_not_guessed(self, tmp_path: Path) -> None:
        palette = voc_palette().copy()
        palette[[1, 6]] = palette[[6, 1]]
        assert cause(save(tmp_path / "m.png", indexed(LABELS, palette))) == (
            "its numbers and its colours disagree: number 1 ('aeroplane') has the colour of 'bus'; save it as RGB "
            "to be read by its colours, or with the VOC palette to be read by its numbers"
        )

    def test_the_voc_palette_is_right_for_a_label_set_with_colours_of_its_own(self, tmp_path: Path) -> None:
        swapped = LabelSet((LabelClass("a", (0, 128, 0)), LabelClass("b", (128, 0, 0))))
        labels = np.array([[0, 1, 2, 255]], np.uint8)
        for palette in (voc_palette(), swapped.palette):
            path = save(tmp_path / "m.png", indexed(labels, palette))
            assert np.array_equal(read_label_map(path, swapped), labels)

    def test_smoothed_borders_are_refused_with_the_commonest_colour(self, tmp_path: Path) -> None:
        colors = voc_palette()[LABELS]
        colors[0, :3] = (64, 1, 2)
        colors[1, 0] = (9, 9, 9)
        said = cause(save(tmp_path / "m.png", colors))
        assert said == "the colour (64, 1, 2) of 3 pixels is no class of the label set, nor is 1 other colour"

    def test_classes_of_one_colour_cannot_be_read_by_it(self, tmp_path: Path) -> None:
        twins = LabelSet((LabelClass("a", (9, 9, 90)), LabelClass("b", (9, 9, 90))))
        said = cause(save(tmp_path / "m.png", np.full((2, 2, 3), (9, 9, 90), np.uint8)), twins)
        assert said == "the colour (9, 9, 90) of 4 pixels is no class of the label set"

    @given(st.integers(1, 254), st.data())
    def test_every_label_set_reads_its_own_colours(self, count: int, data: st.DataObject) -> None:
        label_set = LabelSet.from_names([f"c{i}" for i in range(count)])
        labels = data.draw(arrays(np.uint8, (3, 4), elements=st.sampled_from([*range(count + 1), 255])))
        found = label_map_file._from_colors(Path("m.png"), label_set.palette[labels], label_set)
        assert np.array_equal(found, labels)


class TestFitting:
    def test_the_size_of_the_photo(self, tmp_path: Path) -> None:
        path = save(tmp_path / "m.png", LABELS)
        assert np.array_equal(read_label_map(path, PASCAL_VOC, photo_of(17, 12)), LABELS)

    def test_a_map_like_the_unrotated_photo_turns_with_it(self, tmp_path: Path) -> None:
        path = save(tmp_path / "m.png", LABELS)
        assert np.array_equal(read_label_map(path, PASCAL_VOC, photo_of(12, 17, 6)), np.rot90(LABELS, -1))
        own = save(tmp_path / "own.png", indexed(LABELS, voc_palette()), exif=exif(8))
        assert np.array_equal(read_label_map(own, PASCAL_VOC, photo_of(12, 17)), np.rot90(LABELS))

    def test_other_sizes_are_refused_with_both(self, tmp_path: Path) -> None:
        said = cause(save(tmp_path / "m.png", LABELS), photo=photo_of(34, 24))
        assert said.startswith("the label map is 17 x 12, but the photo is 34 x 24")

    def test_resized_on_demand_without_new_labels(self, tmp_path: Path) -> None:
        path = save(tmp_path / "m.png", LABELS)
        doubled = read_label_map(path, PASCAL_VOC, photo_of(34, 24), resize=True)
        assert np.array_equal(doubled, LABELS.repeat(2, axis=0).repeat(2, axis=1))
        smaller = read_label_map(path, PASCAL_VOC, photo_of(5, 4), resize=True)
        assert smaller.shape == (4, 5)
        assert set(np.unique(smaller)) <= set(np.unique(LABELS))


@pytest.mark.parametrize(("suffix", "options"), [(".jpg", {}), (".webp", {}), (".tif", {"compression": "jpeg"})])
def test_lossy_files_are_refused(tmp_path: Path, suffix: str, options: dict[str, str]) -> None:
    assert "compressed with losses" in cause(save(tmp_path / f"m{suffix}", LABELS, **options))


def test_bad_files_are_named(tmp_path: Path) -> None:
    assert cause(tmp_path / "no.png") == "does not exist"
    (tmp_path / "m.png").write_bytes(encode_label_map(LABELS)[:300])
    assert "damaged" in cause(tmp_path / "m.png")
