"""A small project from real photos: runs everything there is and shows it on one sheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

import numpy as np

from edam_gui.batch.label_options import LabelRequest
from edam_gui.batch.label_run import LabelReport, LabelRun, Progress
from edam_gui.batch.label_writer import Written
from edam_gui.core.activation_masks import Scores
from edam_gui.core.label_set import PASCAL_VOC
from edam_gui.core.palette import voc_palette
from edam_gui.imaging.activation_file import read_activation_masks
from edam_gui.imaging.atomic import write_bytes
from edam_gui.imaging.contact_sheet import SheetRow, contact_sheet
from edam_gui.imaging.label_map_file import read_label_map
from edam_gui.imaging.overlay import blend_labels, blend_mask
from edam_gui.imaging.photo import read_photo
from edam_gui.imaging.png import encode_png
from edam_gui.jobs import CancelToken


@dataclass(frozen=True)
class DemoPhoto:
    """A photo that the scikit-image wheel ships.

    Parameters
    ----------
    file
        Its name in `skimage.data`.
    classes
        Image-level labels.
    source
        Who made it, and its licence.
    """

    file: str
    classes: tuple[str, ...]
    source: str


DEMO_PHOTOS: Final = (
    DemoPhoto("chelsea.png", ("cat",), "Chelsea the cat, Stefan van der Walt, CC0"),
    DemoPhoto("astronaut.png", ("person",), "Eileen Collins, NASA Great Images, public domain"),
    DemoPhoto(
        "motorcycle_left.png", ("motorbike",), "Motorcycle scene, Middlebury 2014 stereo benchmark (Scharstein et al.)"
    ),
    DemoPhoto("coffee.png", ("diningtable",), "Coffee cup on a table, Rachel Michetti / Pikolo Espresso Bar, CC0"),
)


@dataclass(frozen=True)
class DemoResult:
    """Where the demo's files are.

    Parameters
    ----------
    folder
        The project.
    sheet
        The contact sheet.
    report
        Of the labelling run.
    """

    folder: Path
    sheet: Path
    report: LabelReport


def run_demo(out: Path, token: CancelToken, progress: Callable[[Progress], None]) -> DemoResult:
    """Write the demo photos, label them, and draw the contact sheet.

    Parameters
    ----------
    out
        Folder to write into; files of an earlier demo are replaced.
    token, progress
        As for `LabelRun.run`.

    Raises
    ------
    OutputError
        A file could not be written.
    """
    write_demo_photos(out)
    request = LabelRequest(
        images=out / "images",
        out=out / "label_maps",
        labels=out / "labels.csv",
        save_masks=out / "masks",
        save_overlays=out / "overlays",
    )
    report = LabelRun(request).run(token, progress)
    sheet = out / "contact_sheet.png"
    if report.written:
        rows = [_row(out, written) for written in report.written]
        heading = "EDAM GUI demo: from image-level labels to pixel label maps"
        write_bytes(sheet, encode_png(contact_sheet(heading, rows)))
    return DemoResult(out, sheet, report)


def write_demo_photos(out: Path) -> None:
    """Write the photos, their image-level labels and where they come from."""
    shipped = files("skimage.data")
    for photo in DEMO_PHOTOS:
        write_bytes(out / "images" / photo.file, shipped.joinpath(photo.file).read_bytes())
    labels = "".join(",".join((photo.file, *photo.classes)) + "\n" for photo in DEMO_PHOTOS)
    write_bytes(out / "labels.csv", labels.encode())
    sources = "".join(f"- `{photo.file}`: {photo.source}\n" for photo in DEMO_PHOTOS)
    write_bytes(out / "SOURCES.md", f"# Photos of this demo, from the scikit-image package\n\n{sources}".encode())


def _row(out: Path, written: Written) -> SheetRow:
    photo = read_photo(out / "images" / written.image)
    labels = read_label_map(written.label_map, PASCAL_VOC)
    mask_file = (out / "masks" / written.image).with_suffix(".npz")
    loaded = read_activation_masks(mask_file, photo, PASCAL_VOC).masks
    scores = Scores(loaded.values, loaded.classes)
    strongest = int(np.argmax([c.sum() if k else -1 for k, c in zip(scores.classes, scores.values, strict=True)]))
    name = PASCAL_VOC.names[scores.classes[strongest]]
    total = labels.size
    shares = ", ".join(f"{n} {count / total:.0%}" for n, count in written.pixels.items())
    return SheetRow(
        f"{written.image}   (image-level label: {', '.join(written.classes)})",
        (
            ("photo", photo.pixels),
            (f"activation mask: {name}", blend_mask(photo.pixels, scores.values[strongest])),
            ("label map over the photo", blend_labels(photo.pixels, labels, voc_palette())),
            (f"label map: {shares}", voc_palette()[labels]),
        ),
    )
