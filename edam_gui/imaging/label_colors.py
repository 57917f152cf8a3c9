"""Label maps of others: numbers and colours to class indices."""

from __future__ import annotations

import numpy as np

from edam_gui.core.arrays import BoolArray, Int32Array, UInt8Array
from edam_gui.core.label_set import BACKGROUND, IGNORE, LabelSet
from edam_gui.core.palette import voc_palette

WHITE = 0xFFFFFF
"""Plain white marks 'ignore' too, where no class has that colour."""

UNKNOWN = -1


def is_label(values: UInt8Array, label_set: LabelSet) -> BoolArray:
    """Tell which numbers are the background, a class or 'ignore'."""
    labels: BoolArray = (values <= len(label_set)) | (values == IGNORE)
    return labels


def pack_colors(colors: UInt8Array) -> Int32Array:
    """Pack (..., 3) uint8 RGB into (...) int32 0xRRGGBB."""
    red, green, blue = (colors[..., channel].astype(np.int32) for channel in range(3))
    return red << 16 | green << 8 | blue


def own_colors(label_set: LabelSet) -> dict[int, int]:
    """Return packed colour -> index for the label set's own colours."""
    return _color_table(label_set.palette, len(label_set))


def voc_colors(label_set: LabelSet) -> dict[int, int]:
    """Return packed colour -> index for the VOC palette, as far as the label set has classes."""
    return _color_table(voc_palette(), len(label_set))


def _color_table(palette: UInt8Array, count: int) -> dict[int, int]:
    packed = pack_colors(palette).tolist()
    table: dict[int, int] = {}
    for index in (BACKGROUND, *range(1, count + 1), IGNORE):
        # Two classes of one colour cannot be told apart by it.
        table[packed[index]] = UNKNOWN if packed[index] in table else index
    table.setdefault(WHITE, IGNORE)
    return {color: index for color, index in table.items() if index != UNKNOWN}


def map_colors(packed: Int32Array, table: dict[int, int]) -> Int32Array:
    """Look packed colours up.

    Parameters
    ----------
    packed
        Any shape, int32, as of `pack_colors`.
    table
        Packed colour -> index.

    Returns
    -------
    Int32Array
        Same shape: the index, or -1 where the table lacks the colour.
    """
    known = np.array(sorted(table), np.int32)
    indices = np.array([table[color] for color in known.tolist()], np.int32)
    position = np.minimum(np.searchsorted(known, packed), len(known) - 1)
    return np.where(known[position] == packed, indices[position], np.int32(UNKNOWN))
