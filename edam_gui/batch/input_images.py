"""The images of a run, without what the run itself wrote among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from edam_gui.core.errors import OptionError
from edam_gui.project.images import ImageCollection, list_images


def list_input_images(images: Path, list_file: Path | None, out: Path, others: Sequence[Path] = ()) -> ImageCollection:
    """List the images of a run.

    Parameters
    ----------
    images, list_file
        See `list_images`.
    out, others
        Folders that the run writes pictures to; what an earlier run wrote there is no image.

    Raises
    ------
    InputFileError
        There are no images.
    OptionError
        `out` is the folder of the images itself.
    """
    collection = list_images(images, list_file)
    root = collection.root.resolve()
    if out.resolve() == root:
        raise OptionError(f"{out}: what is written would lie among the images; choose another --out folder.")
    folders = [folder.resolve() for folder in (out, *others)]
    inside = [folder.relative_to(root) for folder in folders if folder.is_relative_to(root) and folder != root]
    if not inside:
        return collection
    entries = tuple(e for e in collection.entries if not any(e.relative.is_relative_to(folder) for folder in inside))
    return replace(collection, entries=entries)
