"""Files of one folder that belong to the images of another: saliency maps, activation masks, label maps."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from edam_gui.core.errors import InputFileError
from edam_gui.imaging.name_index import NameIndex
from edam_gui.imaging.walk import walk_files
from edam_gui.project.images import ImageEntry


class FileIndex:
    """The files of a folder, found by image: by relative path first, then by stem.

    Parameters
    ----------
    folder
        Where the files are, sub-folders included.
    suffixes
        Which files count; lower case, with the dot.
    images
        The images that will be looked up. If two of them have one stem, a file that matches by stem alone could
        belong to either, which is an error; without `images` this cannot be noticed.

    Raises
    ------
    InputFileError
        The folder is missing or unreadable.
    """

    def __init__(self, folder: Path, suffixes: Collection[str], images: Iterable[ImageEntry] = ()) -> None:
        listing = walk_files(folder, suffixes)
        self.folder = folder
        self.problems = listing.problems
        self._count = len(listing.files)
        self._index = NameIndex(
            ((file, file) for file in listing.files), (entry.relative.as_posix() for entry in images), derived=True
        )

    def __len__(self) -> int:
        return self._count

    def find(self, entry: ImageEntry) -> Path | None:
        """Return the file of an image, or `None`.

        `a/x.jpg` finds `a/x.png`, or our `a/x.jpg.png`; if there is neither, `x.png` in any folder.

        Raises
        ------
        InputFileError
            Two files match equally well, or the file could belong to two images.
        """
        matches = self._index.find(entry.relative.as_posix())
        if not matches.items:
            return None
        path = self.folder / matches.items[0]
        if len(matches.items) > 1:
            raise InputFileError(
                path, f"matches {entry.relative} by name, and so does {self.folder / matches.items[1]}"
            )
        if matches.rivals:
            raise InputFileError(path, f"could belong to {entry.relative} or to {matches.rivals[0]}")
        return path
