"""One training image as the network sees it: a square of a photo, or a collage of several."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from edam_gui.core.arrays import BoolArray, Float32Array, UInt8Array
from edam_gui.imaging.photo import resize_photo
from edam_gui.training.augment import Jitter, mirrored, random_size
from edam_gui.training.config import TrainConfig

MAX_TILES: Final = 4
_SPLIT: Final = (0.35, 0.65)
"""Where the line between two photos of a collage may lie."""

Box = tuple[float, float, float, float]
Reader = Callable[[int], UInt8Array]
"""Image index -> (H, W, 3) uint8 RGB."""


@dataclass(frozen=True, eq=False)
class Sample:
    """A training image before normalisation.

    Parameters
    ----------
    pixels
        (S, S, 3) uint8 RGB.
    inside
        (S, S) bool: where there is a photo; elsewhere the input is 0, the mean colour.
    boxes
        (`MAX_TILES`, 4) float32: left, top, right, bottom of each photo, as shares of the square; unused ones are 0.
    tiles
        (`MAX_TILES`,) int64 image indices; -1 = unused.
    """

    pixels: UInt8Array
    inside: BoolArray
    boxes: Float32Array
    tiles: tuple[int, ...]


class SampleMaker:
    """Makes samples as the settings say.

    Parameters
    ----------
    config
        The settings.
    read
        Yields a photo.
    partners
        Indices of images that may join a collage, the likelier ones more often.
    """

    def __init__(self, config: TrainConfig, read: Reader, partners: np.ndarray) -> None:
        self._config = config
        self._jitter = Jitter.of(config)
        self._read = read
        self._partners = partners

    def make(self, index: int, rng: np.random.Generator) -> Sample:
        """Return a sample of an image; all that is random comes from `rng`.

        Raises
        ------
        InputFileError
            A photo cannot be read.
        """
        if rng.random() < self._config.collage:
            return self._collage(index, rng)
        return self._single(index, rng)

    def _photo(self, index: int, rng: np.random.Generator) -> UInt8Array:
        return mirrored(self._read(index), self._config.flip, rng)

    def _single(self, index: int, rng: np.random.Generator) -> Sample:
        config = self._config
        photo = random_size(self._photo(index, rng), config.long_side_min, config.long_side_max, rng)
        photo = self._jitter.apply(photo, rng)
        side = config.crop
        pixels = np.zeros((side, side, 3), np.uint8)
        inside = np.zeros((side, side), np.bool_)
        top, from_top, high = _place(photo.shape[0], side, rng)
        left, from_left, wide = _place(photo.shape[1], side, rng)
        pixels[top : top + high, left : left + wide] = photo[from_top : from_top + high, from_left : from_left + wide]
        inside[top : top + high, left : left + wide] = True
        box = (left / side, top / side, (left + wide) / side, (top + high) / side)
        return _sample(pixels, inside, [box], [index])

    def _collage(self, index: int, rng: np.random.Generator) -> Sample:
        side = self._config.crop
        boxes = _layout(int(rng.integers(2, MAX_TILES + 1)), rng)
        tiles = [index, *rng.choice(self._partners, len(boxes) - 1).tolist()]
        tiles = [tiles[i] for i in rng.permutation(len(tiles)).tolist()]
        pixels = np.zeros((side, side, 3), np.uint8)
        exact = []
        for tile, box in zip(tiles, boxes, strict=True):
            left, top, right, bottom = (round(edge * side) for edge in box)
            photo = _cover(self._photo(tile, rng), (right - left, bottom - top), rng)
            pixels[top:bottom, left:right] = self._jitter.apply(photo, rng)
            exact.append((left / side, top / side, right / side, bottom / side))
        return _sample(pixels, np.ones((side, side), np.bool_), exact, tiles)


def _place(length: int, side: int, rng: np.random.Generator) -> tuple[int, int, int]:
    """Return where a length goes in the square, which part of it, and how long that part is."""
    if length >= side:
        return 0, int(rng.integers(0, length - side + 1)), side
    return int(rng.integers(0, side - length + 1)), 0, length


def _layout(count: int, rng: np.random.Generator) -> list[Box]:
    """Divide the unit square into 2, 3 or 4 boxes."""
    x, y = rng.uniform(*_SPLIT), rng.uniform(*_SPLIT)
    if count == MAX_TILES:
        boxes = [(0.0, 0.0, x, y), (x, 0.0, 1.0, y), (0.0, y, x, 1.0), (x, y, 1.0, 1.0)]
    elif count == 3:
        boxes = [(0.0, 0.0, x, 1.0), (x, 0.0, 1.0, y), (x, y, 1.0, 1.0)]
    else:
        boxes = [(0.0, 0.0, x, 1.0), (x, 0.0, 1.0, 1.0)]
    if rng.random() < 0.5:
        boxes = [(b[1], b[0], b[3], b[2]) for b in boxes]
    return boxes


def _cover(pixels: UInt8Array, size: tuple[int, int], rng: np.random.Generator) -> UInt8Array:
    """Resize so that (width, height) is covered, and cut out a part of that size."""
    height, width = pixels.shape[:2]
    factor = max(size[0] / width, size[1] / height)
    resized = resize_photo(pixels, (max(size[0], round(width * factor)), max(size[1], round(height * factor))))
    left = int(rng.integers(0, resized.shape[1] - size[0] + 1))
    top = int(rng.integers(0, resized.shape[0] - size[1] + 1))
    return resized[top : top + size[1], left : left + size[0]]


def _sample(pixels: UInt8Array, inside: BoolArray, boxes: list[Box], tiles: list[int]) -> Sample:
    table = np.zeros((MAX_TILES, 4), np.float32)
    table[: len(boxes)] = boxes
    return Sample(pixels, inside, table, (*tiles, *[-1] * (MAX_TILES - len(tiles))))
