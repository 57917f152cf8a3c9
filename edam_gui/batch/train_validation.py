"""Photos with label maps, to validate a training on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from edam_gui.core.errors import InputFileError
from edam_gui.core.label_set import LabelSet
from edam_gui.imaging.image_labels import ImageLabels, read_image_labels
from edam_gui.project.images import ImageEntry, list_images
from edam_gui.project.matching import FileIndex
from edam_gui.training.manifest import ValidationImage

MAP_SUFFIXES: Final = frozenset({".png", ".bmp", ".tif", ".tiff"})
_PAIRS: Final = (("images", "label_maps"), ("JPEGImages", "SegmentationClass"))


@dataclass(frozen=True)
class ValidationRequest:
    """Validation data as the user named them; see `TrainDataRequest` for the fields."""

    maps: Path
    photos: Path | None = None
    labels: Path | None = None


def find_validation(
    request: ValidationRequest,
    label_set: LabelSet,
    problems: list[str],
    *,
    collection: Path | Sequence[ImageEntry],
) -> tuple[ValidationImage, ...]:
    """Find the label maps of photos by name.

    Parameters
    ----------
    request
        What was named.
    label_set
        The classes.
    problems
        Sentences about what was left out are added.
    collection
        Folder of the training photos, or these themselves: the photos of the label maps, if no others are named.

    Raises
    ------
    EdamError
        A folder or file cannot be used, or no photo has a label map.
    """
    photos: Path | Sequence[ImageEntry] = request.photos or collection
    maps = request.maps
    for image_folder, map_folder in _PAIRS:
        if (request.maps / image_folder).is_dir() and (request.maps / map_folder).is_dir():
            photos, maps = request.photos or request.maps / image_folder, request.maps / map_folder
    entries = list_images(photos).entries if isinstance(photos, Path) else photos
    index = FileIndex(maps, MAP_SUFFIXES, entries)
    problems.extend(index.problems)
    labels: ImageLabels | None = None
    if request.labels is not None:
        labels = read_image_labels(request.labels, label_set, images=[e.relative for e in entries])
    found: list[ValidationImage] = []
    for entry in entries:
        try:
            label_map = index.find(entry)
            classes = labels.lookup(entry.relative) if labels and label_map else None
        except InputFileError as error:
            problems.append(str(error))
            continue
        if label_map is not None:
            own = None if classes is None else tuple(sorted(classes))
            found.append(ValidationImage(entry.path.absolute(), label_map.absolute(), own))
    if not found:
        where = photos if isinstance(photos, Path) else "the project"
        raise InputFileError(request.maps, f"holds no label map of an image in {where}")
    return tuple(found)
