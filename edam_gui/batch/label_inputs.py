"""Everything that belongs to one image, found and read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from edam_gui.batch.input_images import list_input_images
from edam_gui.batch.label_options import LabelRequest
from edam_gui.core.activation_masks import ActivationMasks
from edam_gui.core.arrays import UInt8Array
from edam_gui.core.errors import InputFileError
from edam_gui.core.label_set import LabelSet
from edam_gui.imaging.activation_file import MASK_SUFFIXES, read_activation_masks
from edam_gui.imaging.image_labels import ImageLabels, read_image_labels
from edam_gui.imaging.photo import PHOTO_SUFFIXES, Photo, read_photo
from edam_gui.imaging.saliency import check_method, make_saliency
from edam_gui.imaging.saliency_file import read_saliency
from edam_gui.project.images import ImageCollection, ImageEntry
from edam_gui.project.matching import FileIndex


@dataclass(frozen=True, eq=False)
class LabelInputs:
    """One image, ready to be labelled.

    Parameters
    ----------
    entry, photo
        The image.
    saliency
        (H, W) uint8 or `None`.
    present
        Classes from image-level labels; `None` = unknown.
    masks
        From a file, else `None`.
    notices
        What the user should know, e.g. a resized saliency map.
    """

    entry: ImageEntry
    photo: Photo
    saliency: UInt8Array | None
    present: frozenset[int] | None
    masks: ActivationMasks | None
    notices: tuple[str, ...]


class InputReader:
    """Finds and reads the inputs of a run.

    Parameters
    ----------
    request
        What was asked for.
    label_set
        The classes in use.

    Raises
    ------
    InputFileError, OptionError
        A folder or file that the whole run needs cannot be used.
    """

    def __init__(self, request: LabelRequest, label_set: LabelSet) -> None:
        self._request = request
        self._label_set = label_set
        if request.saliency_method is not None:
            check_method(request.saliency_method)
        overlays = [request.save_overlays] if request.save_overlays else []
        self.collection = list_input_images(request.images, request.list_file, request.out, overlays)
        entries = self.collection.entries
        self.labels_source = request.labels or _voc_annotations(self.collection)
        self._labels: ImageLabels | None = None
        if self.labels_source is not None:
            self._labels = read_image_labels(self.labels_source, label_set, images=[e.relative for e in entries])
            if not any(self._labels.knows(entry.relative) for entry in entries):
                raise InputFileError(self.labels_source, f"names none of the images in {request.images}")
        self._saliency = FileIndex(request.saliency, PHOTO_SUFFIXES, entries) if request.saliency else None
        self._masks = FileIndex(request.masks, MASK_SUFFIXES, entries) if request.masks else None

    @property
    def unlabelled(self) -> int:
        """Number of images that nothing is said of."""
        if self._labels is None:
            return len(self.collection.entries)
        return sum(not self._labels.knows(entry.relative) for entry in self.collection.entries)

    @property
    def problems(self) -> tuple[str, ...]:
        """What was wrong with lists and label files, besides single images."""
        parts = (self.collection, self._labels, self._saliency, self._masks)
        return tuple(problem for part in parts if part is not None for problem in part.problems)

    def read(self, entry: ImageEntry) -> LabelInputs:
        """Read one image and what belongs to it.

        Raises
        ------
        InputFileError
            A file is missing or unusable.
        """
        present = self._labels.lookup(entry.relative) if self._labels else None
        photo = read_photo(entry.path)
        notices: list[str] = []
        saliency = None
        if self._request.saliency_method is not None:
            saliency = make_saliency(photo.pixels, self._request.saliency_method)
        elif self._saliency is not None:
            saliency_map = read_saliency(
                _required(self._saliency, entry, "saliency map", self._request.saliency), photo
            )
            saliency = saliency_map.values
            notices += saliency_map.notices
        masks = None
        if self._masks is not None:
            path = _required(self._masks, entry, "file of activation maps", self._request.masks)
            loaded = read_activation_masks(
                path,
                photo,
                self._label_set,
                mask_keys=self._request.mask_keys,
                score_form=self._request.rule.score_form,
                present=present,
            )
            masks = loaded.masks
            notices += loaded.notices
        return LabelInputs(entry, photo, saliency, present, masks, tuple(notices))


def _voc_annotations(collection: ImageCollection) -> Path | None:
    """Return the XML folder of a VOC root, which is what its user means by image-level labels."""
    if collection.voc_root is None:
        return None
    folder = collection.voc_root / "Annotations"
    return folder if folder.is_dir() else None


def _required(index: FileIndex, entry: ImageEntry, what: str, folder: Path | None) -> Path:
    path = index.find(entry)
    if path is None:
        raise InputFileError(entry.path, f"there is no {what} of this name in {folder}")
    return path
