"""Which labels stored edits hold, without the image they belong to."""

from __future__ import annotations

from typing import Final

import numpy as np

from edam_gui.core.edits.errors import EditDataError
from edam_gui.core.edits.layer_code import layer_from_bytes
from edam_gui.core.edits.patch_code import patch_from_bytes
from edam_gui.core.edits.plane_code import stored_size

_MOST_PIXELS: Final = 1 << 28
"""Of an image that is unpacked only to be counted; larger ones cannot be opened either."""


def labels_of_patch(data: bytes) -> frozenset[int]:
    """Return the labels that a stored undo step writes or takes away; the bytes may be hostile.

    Raises
    ------
    EditDataError
        The bytes are damaged, or from a newer program.
    """
    patch = patch_from_bytes(data, _checked_size(data))
    found: set[int] = set()
    for tile in patch.tiles:
        for content in (tile.before, tile.after):
            found.update(np.unique(content.values[content.mask]).tolist())
    return frozenset(found)


def labels_of_layer(data: bytes) -> frozenset[int]:
    """Return the labels in a stored edit layer; raises as `labels_of_patch`."""
    layer = layer_from_bytes(data, _checked_size(data))
    return frozenset(np.unique(layer.values[layer.mask]).tolist())


def _checked_size(data: bytes) -> tuple[int, int]:
    height, width = stored_size(data)
    if height * width > _MOST_PIXELS:
        raise EditDataError("Stored edits are damaged and cannot be read: they claim to be of a gigantic image.")
    return height, width
