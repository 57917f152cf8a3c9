"""What is to be exported, where to, in which form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from edam_gui.core.arrays import UInt8Array
from edam_gui.core.errors import OptionError
from edam_gui.core.label_set import LabelSet
from edam_gui.imaging.photo import Photo
from edam_gui.project.images import ImageEntry
from edam_gui.project.store.values import Status, Ticks


class ExportFormat(StrEnum):
    """What is written: label maps, a VOC tree, overlays, contact sheets."""

    PNG = "png"
    VOC = "voc"
    OVERLAY = "overlay"
    SHEET = "sheet"


class PhotoLink(StrEnum):
    """How an upright JPEG comes into `JPEGImages`; `auto` is a hard link, or a copy where there are none."""

    AUTO = "auto"
    SYMLINK = "symlink"
    COPY = "copy"


@dataclass(frozen=True)
class Split:
    """How the VOC lists are divided.

    Parameters
    ----------
    val_share
        Share of the images in `val.txt`, 0..1.
    seed
        Chooses which; an image's place in the draw depends on its name and the seed alone.
    """

    val_share: float = 0.2
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.val_share <= 1:
            raise OptionError(f"The share of validation images must lie between 0 and 1, not {self.val_share}.")


@dataclass(frozen=True)
class ExportRequest:
    """One export.

    Parameters
    ----------
    out
        Its folder: new, empty, or of an earlier export.
    label_set
        The classes.
    formats
        At least one. Of several, each but the VOC tree gets a folder of its own: `label_maps`, `overlays`, `sheets`.
    split, photos
        Of the VOC tree.
    labels
        Whether `cls_labels.npy` and `cls_labels.csv` are written.
    suggested
        Whether classes that the model suggested and nobody confirmed count in them; without, an image that has any gets
        no row.
    resume
        Go on with an earlier export: images whose files are there, valid and made of the same, are kept.
    overwrite
        Write into a folder of other files, or resume with other options (then nothing is kept).
    about
        What `provenance.json` says of the project as a whole: JSON.
    """

    out: Path
    label_set: LabelSet
    formats: frozenset[ExportFormat] = frozenset({ExportFormat.PNG})
    split: Split = Split()
    photos: PhotoLink = PhotoLink.AUTO
    labels: bool = True
    suggested: bool = False
    resume: bool = False
    overwrite: bool = False
    about: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.formats:
            raise OptionError("Nothing was chosen to be exported.")

    def folder(self, form: ExportFormat) -> Path:
        """Return the folder of a format."""
        if form is ExportFormat.VOC or len(self.formats) == 1:
            return self.out
        names = {ExportFormat.PNG: "label_maps", ExportFormat.OVERLAY: "overlays", ExportFormat.SHEET: "sheets"}
        return self.out / names[form]

    def options(self) -> dict[str, Any]:
        """Return what decides the files, as JSON."""
        return {
            "formats": sorted(form.value for form in self.formats),
            "split": {"val_share": self.split.val_share, "seed": self.split.seed},
            "photos": self.photos.value,
            "classes": [{"name": one.name, "color": list(one.color)} for one in self.label_set.classes],
        }


@dataclass(frozen=True)
class ExportImage:
    """One image to be exported.

    Parameters
    ----------
    entry
        Its file, and the name that its outputs mirror.
    status
        Decides the VOC list it goes to.
    ticks
        Its image-level label; `None`: unknown, it gets no row.
    key
        Anything that changes when the label map does (a hash of rule, model and edits): a resumed export keeps an
        image only if its key is what it was.
    """

    entry: ImageEntry
    status: Status = Status.NEW
    ticks: Ticks | None = None
    key: str = ""


@dataclass(frozen=True, eq=False)
class Labelled:
    """The label map of one image, as it is on the screen.

    Parameters
    ----------
    labels
        (H, W) uint8, the size of the upright photo; 255 = ignore.
    provenance
        What it was made with, for `provenance.json`: model hash, thresholds, dialect, share of corrected pixels.
    photo
        The photo, if it is in memory; it is read where it is needed otherwise.
    """

    labels: UInt8Array
    provenance: Mapping[str, Any] = field(default_factory=dict)
    photo: Photo | None = None
