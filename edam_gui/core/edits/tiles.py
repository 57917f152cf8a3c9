"""A fixed grid of tiles over an image: a change is kept tile by tile, so that a long thin stroke stays small."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Final

from edam_gui.core.edits.rect import Rect

TILE: Final = 128
"""Side of a tile, px."""

Cell = tuple[int, int]
"""Row and column of a tile in the grid."""


def cells_of(rect: Rect) -> Iterator[Cell]:
    """Return every tile that shares pixels with `rect`, row by row."""
    rows = range(rect.top // TILE, (rect.bottom - 1) // TILE + 1)
    return product(rows, range(rect.left // TILE, (rect.right - 1) // TILE + 1))


def part_of(cell: Cell, rect: Rect) -> Rect:
    """Return the part of `rect` in a tile; there must be one."""
    top, left = max(rect.top, cell[0] * TILE), max(rect.left, cell[1] * TILE)
    bottom, right = min(rect.bottom, (cell[0] + 1) * TILE), min(rect.right, (cell[1] + 1) * TILE)
    return Rect(top, left, bottom - top, right - left)


def cell_rect(cell: Cell, size: tuple[int, int]) -> Rect:
    """Return the pixels of a tile of an image of (height, width)."""
    top, left = cell[0] * TILE, cell[1] * TILE
    return Rect(top, left, min(TILE, size[0] - top), min(TILE, size[1] - left))


def grid_size(size: tuple[int, int]) -> tuple[int, int]:
    """Return how many rows and columns of tiles cover an image of (height, width)."""
    return -(-size[0] // TILE), -(-size[1] // TILE)


def grid_slices(rect: Rect) -> tuple[slice, slice]:
    """Return the index, in an array with an element per tile, of the tiles that share pixels with `rect`."""
    return (
        slice(rect.top // TILE, (rect.bottom - 1) // TILE + 1),
        slice(rect.left // TILE, (rect.right - 1) // TILE + 1),
    )
