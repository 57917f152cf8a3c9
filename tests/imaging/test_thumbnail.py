"""Thumbnails are small, upright and refused for what no photo is; the cache keeps them and forgets the oldest."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edam_gui.core.errors import InputFileError
from edam_gui.imaging.photo import read_photo, resize_photo
from edam_gui.imaging.thumbnail import read_thumbnail
from edam_gui.imaging.thumbnail_cache import ThumbnailCache


def gradient(width: int, height: int) -> np.ndarray:
    y, x = np.mgrid[0:height, 0:width]
    return np.stack([x * 255 // width, y * 255 // height, np.full_like(x, 90)], axis=2).astype(np.uint8)


def save(path: Path, pixels: np.ndarray, orientation: int = 1) -> Path:
    image = Image.fromarray(pixels)
    exif = image.getexif()
    exif[0x0112] = orientation
    image.save(path, exif=exif, quality=95)
    return path


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_a_thumbnail_looks_like_the_photo_in_small(tmp_path: Path, suffix: str) -> None:
    path = save(tmp_path / f"a{suffix}", gradient(1600, 900))
    thumbnail = read_thumbnail(path, 256)
    assert thumbnail.shape == (144, 256, 3)
    wanted = resize_photo(read_photo(path).pixels, (256, 144))
    assert np.abs(thumbnail.astype(int) - wanted).mean() < 2


def test_it_is_upright(tmp_path: Path) -> None:
    pixels = gradient(800, 400)
    turned = save(tmp_path / "turned.jpg", pixels, orientation=6)  # to be shown turned by 90 degrees clockwise
    thumbnail = read_thumbnail(turned, 128)
    assert thumbnail.shape == (128, 64, 3)
    wanted = resize_photo(np.ascontiguousarray(np.rot90(pixels, -1)), (64, 128))
    assert np.abs(thumbnail.astype(int) - wanted).mean() < 4


def test_a_small_photo_stays_as_it_is(tmp_path: Path) -> None:
    pixels = gradient(40, 30)
    assert np.array_equal(read_thumbnail(save(tmp_path / "a.png", pixels), 256), pixels)


def test_a_sliver_keeps_a_pixel(tmp_path: Path) -> None:
    assert read_thumbnail(save(tmp_path / "a.jpg", gradient(3000, 2)), 100).shape == (1, 100, 3)


def test_a_broken_or_huge_photo_is_refused_with_a_sentence(tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"\xff\xd8\xff\xe0 nothing")
    with pytest.raises(InputFileError, match=r"broken\.jpg: is damaged"):
        read_thumbnail(broken, 256)
    with pytest.raises(InputFileError, match=r"more than 0\.1 million pixels are not read"):
        read_thumbnail(save(tmp_path / "large.jpg", gradient(400, 300)), 256, max_pixels=100_000)


def test_the_cache_gives_back_what_it_was_given(tmp_path: Path) -> None:
    cache = ThumbnailCache(tmp_path / "cache")
    photo = save(tmp_path / "a.png", gradient(100, 80))
    key = cache.key(photo, 256)
    assert cache.get(key) is None
    cache.put(key, gradient(100, 80))
    again = ThumbnailCache(tmp_path / "cache").get(key)
    assert again is not None
    assert np.abs(again.astype(int) - gradient(100, 80)).mean() < 4
    assert [p.suffix for p in (tmp_path / "cache").rglob("*") if p.is_file()] == [".jpg"]


def test_a_photo_that_changed_has_another_thumbnail(tmp_path: Path) -> None:
    cache = ThumbnailCache(tmp_path / "cache")
    photo = save(tmp_path / "a.png", gradient(100, 80))
    before = cache.key(photo, 256)
    assert cache.key(photo, 128) != before
    os.utime(photo, ns=(1, 1))
    assert cache.key(photo, 256) != before
    with pytest.raises(InputFileError, match="does not exist"):
        cache.key(tmp_path / "gone.png", 256)


def test_a_damaged_thumbnail_counts_as_none(tmp_path: Path) -> None:
    cache = ThumbnailCache(tmp_path / "cache")
    cache.put("ab" * 20, gradient(100, 80))
    (file,) = (p for p in cache.folder.rglob("*.jpg"))
    file.write_bytes(b"\xff\xd8\xff\xe0 nothing")
    assert cache.get("ab" * 20) is None


def test_the_oldest_thumbnails_go_when_there_are_too_many(tmp_path: Path) -> None:
    cache = ThumbnailCache(tmp_path / "cache", max_bytes=1)
    cache.put("aa" * 20, gradient(60, 60))  # the first write looks at the folder
    cache.put("bb" * 20, gradient(60, 60))
    assert cache.get("aa" * 20) is None
    assert cache.get("bb" * 20) is not None
    cache.shrink()
    assert cache.get("bb" * 20) is None


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    cache = ThumbnailCache(blocked)
    cache.put("aa" * 20, gradient(60, 60))
    assert cache.get("aa" * 20) is None
