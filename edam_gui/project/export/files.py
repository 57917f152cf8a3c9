"""The files of one exported image: where they go, writing them, and whether they are still good."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from edam_gui.core.arrays import UInt8Array
from edam_gui.core.errors import InputFileError, OptionError
from edam_gui.imaging.atomic import write_bytes
from edam_gui.imaging.label_map_file import read_label_map, write_label_map
from edam_gui.imaging.overlay import blend_labels
from edam_gui.imaging.photo import probe_photo_size, read_photo
from edam_gui.project.export.request import ExportFormat, ExportImage, ExportRequest, Labelled
from edam_gui.project.export.sheets import ROWS, SheetPages, encode_jpeg
from edam_gui.project.export.voc_tree import LABELS, PHOTOS, voc_ids, write_photo
from edam_gui.project.names import output_names
from edam_gui.project.store.paths import check_relative

_OVERLAY_QUALITY: Final = 90


class ExportFiles:
    """Where the files of an export go.

    Parameters
    ----------
    request
        What is wanted.
    images
        All images, in order.

    Raises
    ------
    OptionError
        Files would come to lie among the photos.
    InputFileError
        An image's name leads out of the folder.
    """

    def __init__(self, request: ExportRequest, images: Sequence[ExportImage]) -> None:
        self._request = request
        entries = [image.entry for image in images]
        self.names = {entry: str(path) for entry, path in output_names(entries, "").items()}
        self.ids = voc_ids(entries)
        self._position = {entry: number for number, entry in enumerate(entries)}
        self.pages = SheetPages(request.folder(ExportFormat.SHEET), request.label_set, len(entries))
        self._refuse_photo_folders(images)

    def targets(self, image: ExportImage) -> dict[str, Path]:
        """Return the image's own files by kind: `label_map`, `voc_label_map`, `voc_photo`, `overlay`."""
        request, entry = self._request, image.entry
        targets: dict[str, Path] = {}
        if ExportFormat.PNG in request.formats:
            targets["label_map"] = request.folder(ExportFormat.PNG) / f"{self.names[entry]}.png"
        if ExportFormat.VOC in request.formats:
            targets["voc_label_map"] = request.out / LABELS / f"{self.ids[entry]}.png"
            targets["voc_photo"] = request.out / PHOTOS / f"{self.ids[entry]}.jpg"
        if ExportFormat.OVERLAY in request.formats:
            targets["overlay"] = request.folder(ExportFormat.OVERLAY) / f"{self.names[entry]}.jpg"
        return targets

    def page(self, image: ExportImage) -> int | None:
        """Return the contact sheet that shows the image."""
        return self._position[image.entry] // ROWS if ExportFormat.SHEET in self._request.formats else None

    def write(self, image: ExportImage, labelled: Labelled) -> tuple[str, ...]:
        """Write an image's files; return them, relative to the export's folder.

        Raises
        ------
        InputFileError, OutputError
            The photo cannot be read, the label map does not have its size, a file cannot be written.
        """
        source, labels, photo = image.entry.path, labelled.labels, labelled.photo
        targets, page = self.targets(image), self.page(image)
        if photo is None and ("overlay" in targets or page is not None):
            photo = read_photo(source)
        size = photo.size if photo is not None else probe_photo_size(source)
        if (labels.shape[1], labels.shape[0]) != size:
            cause = f"is {size[0]} x {size[1]}, but its label map {labels.shape[1]} x {labels.shape[0]}"
            raise InputFileError(source, cause)
        for kind, target in targets.items():
            if kind == "voc_photo":
                write_photo(source, target, self._request.photos, photo)
            elif kind == "overlay" and photo is not None:
                overlay = blend_labels(photo.pixels, labels, self._request.label_set.palette)
                write_bytes(target, encode_jpeg(overlay, _OVERLAY_QUALITY))
            else:
                write_label_map(target, labels)
        if page is not None and photo is not None:
            self.pages.add(page, self.names[image.entry], photo, labels)
        return tuple(target.relative_to(self._request.out).as_posix() for target in targets.values())

    def are_good(self, image: ExportImage) -> bool:
        """Whether all files of an image are there and can be read: label maps with its size."""
        page = self.page(image)
        try:
            size = probe_photo_size(image.entry.path)
            good = all(self._is_good(kind, path, size) for kind, path in self.targets(image).items())
        except InputFileError:
            return False  # made again, and what is wrong is reported then
        return good and (page is None or self.pages.path(page).is_file())

    def _is_good(self, kind: str, path: Path, size: tuple[int, int]) -> bool:
        if kind in ("voc_photo", "overlay"):
            return probe_photo_size(path) == size
        labels: UInt8Array = read_label_map(path, self._request.label_set)
        return (labels.shape[1], labels.shape[0]) == size

    def _refuse_photo_folders(self, images: Sequence[ExportImage]) -> None:
        photos = {folder.resolve() for folder in {image.entry.path.parent for image in images}}
        for image in images:
            check_relative(str(image.entry.relative))
        written = {path.parent for image in images for path in self.targets(image).values()}
        written |= {self._request.out, *(self._request.folder(form) for form in self._request.formats)}
        for folder in written:
            real = folder.resolve()
            for mine in (real, *real.parents):
                if mine in photos:
                    raise OptionError(
                        f"{folder} lies among the photos in {mine}, and nothing is written there; choose a folder "
                        "outside it."
                    )


def photo_stamp(image: ExportImage) -> str:
    """Return what changes when the photo's file does."""
    try:
        status = image.entry.path.stat()
    except OSError:
        return "missing"  # reported when it is read
    return f"{status.st_size}:{status.st_mtime_ns}"
