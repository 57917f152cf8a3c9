"""Which files belong to an image, and reading them in a job."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeAlias, TypeVar

from edam_gui.core.activation_masks import ActivationMasks
from edam_gui.core.arrays import UInt8Array
from edam_gui.core.errors import EdamError
from edam_gui.core.label_set import LabelSet
from edam_gui.imaging.activation_file import MASK_SUFFIXES, read_activation_masks
from edam_gui.imaging.label_map_file import read_label_map
from edam_gui.imaging.onnx_saliency import OnnxSaliency
from edam_gui.imaging.photo import PHOTO_SUFFIXES, Photo, read_photo
from edam_gui.imaging.saliency import DEFAULT_METHOD, make_saliency
from edam_gui.imaging.saliency_file import read_saliency
from edam_gui.project.images import ImageEntry
from edam_gui.project.matching import FileIndex

T = TypeVar("T")

NO_SALIENCY: Final = "none"
AUTO_SALIENCY: Final = "auto"
FILES_ONLY: Final = "files"
_NO_SALIENCY: Final = "The image is shown without a saliency map."
_NO_MASKS: Final = "The model is asked for this image's masks instead."


class SaliencyOrigin(StrEnum):
    """Where a saliency map comes from."""

    NONE = "none"
    FILE = "file"
    MADE = "made"


@dataclass(frozen=True)
class Sources:
    """Folders and choices that decide what is read for an image.

    Parameters
    ----------
    label_set
        The classes.
    saliency, masks, ground_truth, base_maps
        Folders; `None`: there is none.
    saliency_choice
        `auto`: a map is made where no file has one; `files`: there is none then; `none`: no map at all; otherwise the
        path of an ONNX network that makes all maps.
    """

    label_set: LabelSet
    saliency: Path | None = None
    masks: Path | None = None
    ground_truth: Path | None = None
    base_maps: Path | None = None
    saliency_choice: str = AUTO_SALIENCY

    @property
    def onnx(self) -> Path | None:
        """The ONNX network that makes saliency maps."""
        known = (AUTO_SALIENCY, FILES_ONLY, NO_SALIENCY)
        return None if self.saliency_choice in known else Path(self.saliency_choice)


@dataclass(frozen=True, eq=False)
class ImageFiles:
    """What was read for an image.

    Parameters
    ----------
    photo
        The image.
    saliency, origin
        (H, W) uint8 or `None`, and where it comes from.
    masks
        From a file, else `None`.
    ground_truth, base_map
        (H, W) uint8 label maps or `None`.
    notices
        What the user should know: a map that was resized, a file that could not be used.
    """

    photo: Photo
    saliency: UInt8Array | None = None
    origin: SaliencyOrigin = SaliencyOrigin.NONE
    masks: ActivationMasks | None = None
    ground_truth: UInt8Array | None = None
    base_map: UInt8Array | None = None
    notices: tuple[str, ...] = field(default=())


_FoundSaliency: TypeAlias = tuple[UInt8Array | None, SaliencyOrigin]


class FileReader:
    """Finds and reads the files of images. Its methods are called in jobs, from several threads.

    Parameters
    ----------
    sources
        Folders and choices.
    entries
        Lists all images of the project: a file that could belong to two of them is an error.
    """

    def __init__(self, sources: Sources, entries: Callable[[], Sequence[ImageEntry]]) -> None:
        self.sources = sources
        self._entries = entries
        self._lock = threading.Lock()
        self._indices: dict[Path, FileIndex] = {}
        self._onnx: OnnxSaliency | None = None

    def close(self) -> None:
        """End the saliency network's process."""
        with self._lock:
            if self._onnx is not None:
                self._onnx.close()
                self._onnx = None

    def find(self, folder: Path | None, entry: ImageEntry, suffixes: frozenset[str] = PHOTO_SUFFIXES) -> Path | None:
        """Return an image's file in a folder, or `None`.

        Raises
        ------
        InputFileError
            The folder is unreadable, or the file is ambiguous.
        """
        if folder is None:
            return None
        with self._lock:
            if folder not in self._indices:
                self._indices[folder] = FileIndex(folder, suffixes, self._entries())
            return self._indices[folder].find(entry)

    def read(self, entry: ImageEntry) -> ImageFiles:
        """Read an image and what belongs to it; what is wrong with a companion file becomes a notice.

        Raises
        ------
        InputFileError
            The photo is unusable.
        """
        photo = read_photo(entry.path)
        notices: list[str] = []
        sources = self.sources
        nothing: _FoundSaliency = (None, SaliencyOrigin.NONE)
        saliency, origin = _attempt(lambda: self._saliency(entry, photo, notices), notices, nothing, _NO_SALIENCY)
        return ImageFiles(
            photo=photo,
            saliency=saliency,
            origin=origin,
            masks=_attempt(lambda: self._masks(entry, photo, notices), notices, None, _NO_MASKS),
            ground_truth=_attempt(lambda: self._label_map(sources.ground_truth, entry, photo), notices, None),
            base_map=_attempt(lambda: self._label_map(sources.base_maps, entry, photo), notices, None),
            notices=tuple(notices),
        )

    def _saliency(self, entry: ImageEntry, photo: Photo, notices: list[str]) -> _FoundSaliency:
        choice = self.sources.saliency_choice
        if choice == NO_SALIENCY:
            return None, SaliencyOrigin.NONE
        if self.sources.onnx is not None:
            return self._by_network(self.sources.onnx, photo), SaliencyOrigin.MADE
        path = self.find(self.sources.saliency, entry)
        if path is not None:
            found = read_saliency(path, photo)
            notices += found.notices
            return found.values, SaliencyOrigin.FILE
        if choice == AUTO_SALIENCY:
            return make_saliency(photo.pixels, DEFAULT_METHOD), SaliencyOrigin.MADE
        return None, SaliencyOrigin.NONE

    def _by_network(self, path: Path, photo: Photo) -> UInt8Array:
        with self._lock:
            if self._onnx is None:
                self._onnx = OnnxSaliency(path)
            return self._onnx.make(photo.pixels)

    def _masks(self, entry: ImageEntry, photo: Photo, notices: list[str]) -> ActivationMasks | None:
        path = self.find(self.sources.masks, entry, MASK_SUFFIXES)
        if path is None:
            return None
        loaded = read_activation_masks(path, photo, self.sources.label_set)
        notices += loaded.notices
        return loaded.masks

    def _label_map(self, folder: Path | None, entry: ImageEntry, photo: Photo) -> UInt8Array | None:
        path = self.find(folder, entry)
        return None if path is None else read_label_map(path, self.sources.label_set, photo)


def _attempt(read: Callable[[], T], notices: list[str], otherwise: T, instead: str = "") -> T:
    try:
        return read()
    except EdamError as error:
        notices.append(f"{error} {instead}".strip())
        return otherwise
