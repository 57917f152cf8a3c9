"""What a training was asked to learn from, resolved to a manifest."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from edam_gui.batch.train_validation import ValidationRequest, find_validation
from edam_gui.core.errors import InputFileError, OptionError
from edam_gui.core.label_set import PASCAL_VOC
from edam_gui.imaging.class_file import read_class_file
from edam_gui.imaging.image_labels import read_image_labels
from edam_gui.project.images import ImageCollection, list_images
from edam_gui.training.manifest import Manifest, TrainingImage, ValidationImage


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
            if str(error) not in problems:
                problems.append(str(error))
            continue
        if classes is None:
            unlabelled += 1
        else:
            images.append(TrainingImage(entry.path.absolute(), tuple(sorted(classes))))
    if not images and len(problems) > len(collection.problems):
        more = len(problems) - len(collection.problems) - 1
        raise OptionError(problems[len(collection.problems)] + (f" There are {more} more such rows." if more else ""))
    if not images:
        raise InputFileError(source, f"names none of the images in {request.data}")
    validation: tuple[ValidationImage, ...] = ()
    if request.val_gt is not None:
        wanted = ValidationRequest(request.val_gt, request.val_images, request.val_labels)
        validation = find_validation(wanted, label_set, problems, collection=request.data)
    manifest = Manifest(label_set, tuple(images), validation, unlabelled, str(request.data.absolute()))
    return manifest, tuple(problems)


def _annotations(collection: ImageCollection) -> Path | None:
    """Return the XML folder of a VOC root."""
    if collection.voc_root is None:
        return None
    folder = collection.voc_root / "Annotations"
    return folder if folder.is_dir() else None
