"""A whole edit layer as bytes, and back: the snapshots of the project file."""

from __future__ import annotations

from typing import Final

from edam_gui.core.edits.layer import EditLayer
from edam_gui.core.edits.patch import Content
from edam_gui.core.edits.plane_code import PlaneReader, PlaneWriter
from edam_gui.core.edits.tiles import cells_of, part_of

_MAGIC: Final = b"EDML"


def layer_to_bytes(layer: EditLayer) -> bytes:
    """Return a layer as compressed bytes, lossless; an empty layer takes some 30 bytes."""
    writer = PlaneWriter()
    count = 0
    box = layer.box
    if box is not None:
        for cell in cells_of(box):
            part = part_of(cell, box)
            mask = layer.mask[part.slices]
            if mask.any():
                writer.rect(part)
                writer.content(Content(layer.values[part.slices], mask))
                count += 1
    return writer.finish(_MAGIC, layer.size, count)


def layer_from_bytes(data: bytes, size: tuple[int, int]) -> EditLayer:
    """Return the layer that `layer_to_bytes` wrote; the bytes may be hostile.

    Parameters
    ----------
    data
        The bytes.
    size
        (height, width) of the image, px.

    Raises
    ------
    EditDataError
        The bytes are damaged, from a newer program, or belong to an image of another size.
    """
    reader = PlaneReader(data, _MAGIC, size, contents=1)
    layer = EditLayer(size)
    for _ in range(reader.count):
        rect = reader.rect()
        content = reader.content(rect)
        layer.load(rect, content.values, content.mask)
    reader.finish()
    return layer
