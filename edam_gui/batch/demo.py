"""A small project from real photos: runs everything there is and shows it on one sheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Final

import numpy as np

from edam_gui.batch.folder_run import Progress
from edam_gui.batch.label_options import LabelRequest, RuleOptions
from edam_gui.batch.label_run import LabelReport, LabelRun
from edam_gui.batch.label_writer import Written
from edam_gui.batch.saliency_run import SaliencyRequest, SaliencyRun
from edam_gui.core.label_set import PASCAL_VOC
from edam_gui.core.options import ScoreSource
from edam_gui.core.palette import voc_palette
from edam_gui.imaging.activation_file import read_activation_masks
from edam_gui.imaging.atomic import write_bytes
from edam_gui.imaging.contact_sheet import SheetRow, contact_sheet
from edam_gui.imaging.label_map_file import read_label_map
from edam_gui.imaging.overlay import blend_labels, blend_mask
from edam_gui.imaging.photo import read_photo
from edam_gui.imaging.png import encode_png
from edam_gui.imaging.saliency_file import read_saliency
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
class Step:
    """One step of the method.

    Parameters
    ----------
    caption
        On the contact sheet.
    folder
        Of its label maps.
    """

    caption: str
    folder: str


STEPS: Final = (
    Step("masks only", "steps/masks_only"),
    Step("+ saliency, thresholds", "steps/with_saliency"),
    Step("+ dense CRF", "label_maps"),
)


@dataclass(frozen=True)
class DemoResult:
    """Where the demo's files are.

    Parameters
    ----------
    folder
        The project.
    sheet
        The contact sheet; `None` if the demo was stopped.
    report
        Of the last labelling run.
    """

    folder: Path
    sheet: Path | None
    report: LabelReport


def run_demo(out: Path, token: CancelToken, progress: Callable[[Progress], None]) -> DemoResult:
    """Write the demo photos, label them step by step, and draw the contact sheet.

    Parameters
    ----------
    out
        Folder to write into; files of an earlier demo are replaced.
    token, progress
        As for `LabelRun.run`; the progress is that of the network's run, which takes the time.

    Raises
    ------
    OutputError
        A file could not be written.
    """
    write_demo_photos(out)
    network = LabelRequest(
        images=out / "images", out=out / STEPS[0].folder, labels=out / "labels.csv", save_masks=out / "masks"
    )
    report = LabelRun(network).run(token, progress)
    if report.cancelled or not report.written:
        return DemoResult(out, None, report)
    SaliencyRun(SaliencyRequest(images=out / "images", out=out / "saliency")).run(token, lambda _: None)
    from_masks = replace(network, masks=out / "masks", save_masks=None, saliency=out / "saliency")
    LabelRun(replace(from_masks, out=out / STEPS[1].folder)).run(token, lambda _: None)
    final = replace(
        from_masks,
        out=out / STEPS[2].folder,
        rule=RuleOptions(scores=ScoreSource.CRF),
        save_overlays=out / "overlays",
    )
    report = LabelRun(final).run(token, lambda _: None)
    sheet = out / "contact_sheet.png"
    heading = "EDAM GUI demo: from image-level labels to pixel label maps"
    write_bytes(sheet, encode_png(contact_sheet(heading, [_row(out, written) for written in report.written], 260)))
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
    loaded = read_activation_masks((out / "masks" / written.image).with_suffix(".npz"), photo, PASCAL_VOC).masks
    strongest = int(np.argmax([c.sum() if k else -1 for k, c in zip(loaded.classes, loaded.values, strict=True)]))
    name = PASCAL_VOC.names[loaded.classes[strongest]]
    saliency = read_saliency((out / "saliency" / written.image).with_suffix(".png"), photo).values
    panels = [
        ("photo", photo.pixels),
        (f"activation mask: {name}", blend_mask(photo.pixels, loaded.values[strongest])),
        ("saliency map, made here", np.repeat(saliency[:, :, None], 3, axis=2)),
    ]
    for step in STEPS:
        labels = read_label_map((out / step.folder / written.image).with_suffix(".png"), PASCAL_VOC)
        share = f"{(labels != 0).mean():.0%}"
        panels.append((f"{step.caption}: {share}", blend_labels(photo.pixels, labels, voc_palette())))
    return SheetRow(f"{written.image}   (image-level label: {', '.join(written.classes)})", panels)
