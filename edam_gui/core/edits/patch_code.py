"""An undo step as bytes, and back."""

from __future__ import annotations

from typing import Final

from edam_gui.core.edits.errors import EditDataError
from edam_gui.core.edits.patch import EditPatch, TileChange
from edam_gui.core.edits.plane_code import PlaneReader, PlaneWriter

_MAGIC: Final = b"EDMP"


def patch_to_bytes(patch: EditPatch) -> bytes:
    """Return a change as compressed bytes, lossless."""
    writer = PlaneWriter()
    for tile in patch.tiles:
        writer.rect(tile.rect)
        writer.content(tile.before)
        writer.content(tile.after)
    return writer.finish(_MAGIC, patch.size, len(patch.tiles))


def patch_from_bytes(data: bytes, size: tuple[int, int]) -> EditPatch:
    """Return the change that `patch_to_bytes` wrote; the bytes may be hostile.

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
    reader = PlaneReader(data, _MAGIC, size, contents=2)
    if not reader.count:
        raise EditDataError("Stored edits are damaged and cannot be read: they change nothing.")
    tiles = []
    for _ in range(reader.count):
        rect = reader.rect()
        tiles.append(TileChange(rect, reader.content(rect), reader.content(rect)))
    reader.finish()
    return EditPatch(size, tuple(tiles))
