"""A fixed grid of tiles over an image: a change is kept tile by tile, so that a long thin stroke stays small."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from edam_gui.core.edits.rect import Rect

TILE: Final = 128
"""Side of a tile, px."""

Cell = tuple[int, int]
"""Row and column of a tile in the grid."""


def cells_of(rect: Rect) -> Iterator[tuple[Cell, Rect]]:
    """Yield every tile that shares pixels with `rect`, row by row, and the part of `rect` in it."""
    for row in range(rect.top // TILE, (rect.bottom - 1) // TILE + 1):
        top, bottom = max(rect.top, row * TILE), min(rect.bottom, (row + 1) * TILE)
        for column in range(rect.left // TILE, (rect.right - 1) // TILE + 1):
            left, right = max(rect.left, column * TILE), min(rect.right, (column + 1) * TILE)
            yield (row, column), Rect(top, left, bottom - top, right - left)


def cell_rect(cell: Cell, size: tuple[int, int]) -> Rect:
    """Return the pixels of a tile of an image of (height, width)."""
    top, left = cell[0] * TILE, cell[1] * TILE
    return Rect(top, left, min(TILE, size[0] - top), min(TILE, size[1] - left))


def cell_count(size: tuple[int, int]) -> int:
    """Return how many tiles cover an image of (height, width)."""
    return -(-size[0] // TILE) * -(-size[1] // TILE)
