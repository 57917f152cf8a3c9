"""What a training was asked to learn from, resolved to a manifest."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from edam_gui.core.errors import InputFileError, OptionError
from edam_gui.core.label_set import PASCAL_VOC, LabelSet
from edam_gui.imaging.class_file import read_class_file
from edam_gui.imaging.image_labels import ImageLabels, read_image_labels
from edam_gui.project.images import ImageCollection, list_images
from edam_gui.project.matching import FileIndex
from edam_gui.training.manifest import Manifest, TrainingImage, ValidationImage

_MAP_SUFFIXES = frozenset({".png", ".bmp", ".tif", ".tiff"})
_PAIRS = (("images", "label_maps"), ("JPEGImages", "SegmentationClass"))


@dataclass(frozen=True)
class TrainDataRequest:
    """The data of a training as the user named them.

    Parameters
    ----------
    data, list_file, labels, classes
        As `label` takes images, list, image-level labels and class file.
    val_gt
        Folder of label maps, matched by name with `val_images`; or a folder that holds `images` and `label_maps`, or a
        VOC root.
    val_images
        The photos of the label maps; without it those of `val_gt`, if it holds any, else those of `data`.
    val_labels
        Image-level labels of the validation images; without them the classes of each label map.
    """

    data: Path
    list_file: Path | None = None
    labels: Path | None = None
    classes: Path | None = None
    val_gt: Path | None = None
    val_images: Path | None = None
    val_labels: Path | None = None


def resolve_data(request: TrainDataRequest) -> tuple[Manifest, tuple[str, ...]]:
    """Find the images, their classes and the validation images.

    Returns
    -------
    Manifest, tuple of str
        What to train on, and a sentence for everything that was left out.

    Raises
    ------
    EdamError
        A folder or file cannot be used, or there is nothing to learn from.
    """
    label_set = read_class_file(request.classes) if request.classes else PASCAL_VOC
    collection = list_images(request.data, request.list_file)
    source = request.labels or _annotations(collection)
    if source is None:
        raise OptionError("--labels is needed: training learns from image-level labels.")
    labels = read_image_labels(source, label_set, images=[entry.relative for entry in collection.entries])
    problems = [*collection.problems, *labels.problems]
    images: list[TrainingImage] = []
    unlabelled = 0
    for entry in collection.entries:
        try:
            classes = labels.lookup(entry.relative)
        except InputFileError as error:
            problems.append(str(error))
            continue
        if classes is None:
            unlabelled += 1
        else:
            images.append(TrainingImage(entry.path.absolute(), tuple(sorted(classes))))
    if not images:
        raise InputFileError(source, f"names none of the images in {request.data}")
    validation = _validation(request, label_set, problems)
    manifest = Manifest(label_set, tuple(images), validation, unlabelled, str(request.data.absolute()))
    return manifest, tuple(problems)


def _annotations(collection: ImageCollection) -> Path | None:
    """Return the XML folder of a VOC root."""
    if collection.voc_root is None:
        return None
    folder = collection.voc_root / "Annotations"
    return folder if folder.is_dir() else None


def _validation(request: TrainDataRequest, label_set: LabelSet, problems: list[str]) -> tuple[ValidationImage, ...]:
    if request.val_gt is None:
        return ()
    photos, maps = request.val_images or request.data, request.val_gt
    for images, label_maps in _PAIRS:
        if (request.val_gt / images).is_dir() and (request.val_gt / label_maps).is_dir():
            photos, maps = request.val_images or request.val_gt / images, request.val_gt / label_maps
    collection = list_images(photos)
    index = FileIndex(maps, _MAP_SUFFIXES, collection.entries)
    problems.extend(index.problems)
    labels: ImageLabels | None = None
    if request.val_labels is not None:
        labels = read_image_labels(request.val_labels, label_set, images=[e.relative for e in collection.entries])
    found: list[ValidationImage] = []
    for entry in collection.entries:
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
        raise InputFileError(request.val_gt, f"holds no label map of an image in {photos}")
    return tuple(found)
