"""From masks to files: scores, label map, and what else was asked for."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from PIL import Image

from edam_gui.batch.label_options import LabelRequest
from edam_gui.batch.labeller import Labeller
from edam_gui.batch.mask_source import MaskResult, MaskSource
from edam_gui.batch.recommendation_file import write_recommendations
from edam_gui.core.arrays import UInt8Array
from edam_gui.core.errors import InputFileError
from edam_gui.core.label_set import LabelSet
from edam_gui.imaging.activation_file import write_activation_masks
from edam_gui.imaging.atomic import make_folder, write_bytes
from edam_gui.imaging.label_map_file import read_label_map, write_label_map
from edam_gui.imaging.overlay import blend_labels
from edam_gui.imaging.photo import probe_photo_size
from edam_gui.project.images import ImageEntry
from edam_gui.project.names import output_names

_OVERLAY_QUALITY = 90


@dataclass(frozen=True)
class Written:
    """One labelled image.

    Parameters
    ----------
    image
        Relative path of the photo.
    label_map
        File that was written.
    size, working_size
        (W, H) of the label map, and the size masks were computed at.
    classes
        Names of the classes that might get pixels.
    suggested
        Whether the model named them.
    pixels
        Name -> number of pixels, background included, classes without pixels left out.
    notices
        What the user should know.
    """

    image: PurePosixPath
    label_map: Path
    size: tuple[int, int]
    working_size: tuple[int, int]
    classes: tuple[str, ...]
    suggested: bool
    pixels: dict[str, int]
    notices: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the entry of `--json`."""
        return {
            "image": str(self.image),
            "label_map": str(self.label_map),
            "size": list(self.size),
            "working_size": list(self.working_size),
            "classes": list(self.classes),
            "suggested": self.suggested,
            "pixels": self.pixels,
            "notices": list(self.notices),
        }


class LabelWriter:
    """Turns masks into label maps and writes them.

    Parameters
    ----------
    request
        Folders.
    entries
        All images of the run: two of one stem keep their extensions.
    label_set
        The classes.
    labeller
        What decides the label maps.
    """

    def __init__(
        self, request: LabelRequest, entries: Sequence[ImageEntry], label_set: LabelSet, labeller: Labeller
    ) -> None:
        self._label_set = label_set
        self._palette = label_set.palette
        self._labeller = labeller
        self._label_maps = _Place(request.out, output_names(entries, ".png"))
        self._masks = _Place(request.save_masks, output_names(entries, ".npz")) if request.save_masks else None
        self._overlays = _Place(request.save_overlays, output_names(entries, ".jpg")) if request.save_overlays else None

    def write(self, result: MaskResult) -> Written:
        """Label one image and write its files.

        Raises
        ------
        OutputError
            A file could not be written.
        """
        inputs = result.inputs
        masks = result.masks()
        if self._masks:
            write_activation_masks(self._masks.of(inputs.entry), masks, self._labeller.form(masks))
        labels, remarks = self._labeller.label(result, masks)
        target = self._label_maps.of(inputs.entry)
        write_label_map(target, labels)
        if self._overlays:
            overlay = blend_labels(inputs.photo.pixels, labels, self._palette)
            write_bytes(self._overlays.of(inputs.entry), encode_jpeg(overlay))
        counts = np.bincount(labels.reshape(-1), minlength=256)
        return Written(
            image=inputs.entry.relative,
            label_map=target,
            size=inputs.photo.size,
            working_size=result.working_size,
            classes=tuple(self._label_set.names[c] for c in sorted(result.present)),
            suggested=result.suggested,
            pixels={name: int(counts[i]) for i, name in enumerate(self._label_set.names) if counts[i]},
            notices=result.notices + remarks,
        )

    def target(self, entry: ImageEntry) -> Path:
        """Return the label map's file."""
        return self._label_maps.of(entry)

    def prepare(self, source: MaskSource) -> None:
        """Make the folders before anything is computed; beside masks goes what their model recommends.

        Raises
        ------
        OutputError
            A folder cannot be written to.
        """
        for place in (self._masks, self._overlays):
            if place is not None:
                make_folder(place.folder)
        if self._masks is not None:
            write_recommendations(self._masks.folder, source.recommendation)

    def is_done(self, entry: ImageEntry) -> bool:
        """Whether every file of an image is there, newer than the image, and a valid label map of its size."""
        places = [p for p in (self._label_maps, self._masks, self._overlays) if p]
        try:
            photo_time = entry.path.stat().st_mtime_ns
            if any(p.of(entry).stat().st_mtime_ns < photo_time for p in places):
                return False
            labels = read_label_map(self._label_maps.of(entry), self._label_set)
            return (labels.shape[1], labels.shape[0]) == probe_photo_size(entry.path)
        except (OSError, InputFileError):
            # Not there, or not usable: it is made again, and what is wrong with the photo is reported then.
            return False


@dataclass(frozen=True)
class _Place:
    folder: Path
    names: dict[ImageEntry, PurePosixPath]

    def of(self, entry: ImageEntry) -> Path:
        return self.folder / self.names[entry]


def encode_jpeg(pixels: UInt8Array) -> bytes:
    """Encode (H, W, 3) RGB as JPEG."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=_OVERLAY_QUALITY)
    return buffer.getvalue()
