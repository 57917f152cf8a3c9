"""An export as a job: cancellable, resumable, one failure does not stop the others."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import PurePosixPath
from typing import Any, Final, TypeVar

import edam_gui
from edam_gui.core.errors import Cancelled, EdamError
from edam_gui.imaging.atomic import make_folder, remove_quietly, write_bytes
from edam_gui.imaging.label_rows_writer import write_image_labels
from edam_gui.imaging.own_output import PROVENANCE
from edam_gui.jobs import CancelToken, Failure, Street
from edam_gui.project.export.files import ExportFiles, photo_stamp
from edam_gui.project.export.journal import Entry, Journal, earlier_entries
from edam_gui.project.export.report import ExportProgress, ExportReport
from edam_gui.project.export.request import ExportFormat, ExportImage, ExportRequest, Labelled
from edam_gui.project.export.voc_tree import write_lists

CLASSES: Final = "classes.json"
CLS_LABELS: Final = "cls_labels.npy"
LABEL_CSV: Final = "cls_labels.csv"
ReadT = TypeVar("ReadT")


def export_images(
    request: ExportRequest,
    images: Sequence[ExportImage],
    read: Callable[[ExportImage], ReadT],
    label: Callable[[ReadT], Labelled],
    *,
    token: CancelToken | None = None,
    progress: Callable[[ExportProgress], None] = lambda _: None,
) -> ExportReport:
    """Export images; those that fail are named in the report, and the others are exported.

    Parameters
    ----------
    request
        What is wanted.
    images
        The images, in order.
    read
        Reads what the label map of an image needs; called in a thread of its own, ahead of `label`.
    label
        Makes the label map; called in this thread. Both may raise `EdamError`, which fails that image only.
    token
        Stops the export; the report then says so, and what is there is whole.
    progress
        Called in this thread after each image.

    Raises
    ------
    OptionError
        The folder lies among the photos, or holds files of others, or an export with other options is resumed.
    OutputError
        The folder cannot be written to.
    """
    started = time.monotonic()
    token = token or CancelToken()
    files = ExportFiles(request, images)
    report = ExportReport(request.out, total=len(images))
    earlier = earlier_entries(request)
    for form in request.formats:
        make_folder(request.folder(form))
    run = _Run(request, files, report, len(images), progress)
    try:
        waiting = run.keep(images, earlier, token)
    except Cancelled:  # before anything was changed
        report.cancelled = True
        return report
    try:
        run.make(waiting, read, label, token)
    except Cancelled:
        report.cancelled = True
    run.finish(images)
    report.seconds = time.monotonic() - started
    return report


class _Run:
    """One export while it runs."""

    def __init__(
        self,
        request: ExportRequest,
        files: ExportFiles,
        report: ExportReport,
        total: int,
        progress: Callable[[ExportProgress], None],
    ) -> None:
        self._request = request
        self._files = files
        self._report = report
        self._total = total
        self._progress = progress
        self._journal: Journal | None = None
        self._entries: dict[str, Entry] = {}

    def keep(self, images: Sequence[ExportImage], earlier: dict[str, Entry], token: CancelToken) -> list[ExportImage]:
        """Find what an earlier export has done; return the images that are to be made."""
        good: set[str] = set()
        for image in images:
            token.check()
            entry = earlier.get(self._name(image))
            if entry is not None and entry.key == _key(image) and self._files.are_good(image):
                good.add(self._name(image))
        # A contact sheet is made as a whole.
        spoilt = {self._files.page(image) for image in images if self._name(image) not in good} - {None}
        kept = [image for image in images if self._name(image) in good and self._files.page(image) not in spoilt]
        self._entries = {self._name(image): earlier[self._name(image)] for image in kept}
        self._journal = Journal(self._request, self._entries)
        for image in kept:
            self._report.kept.append(image.entry.relative)
            self._tell(image, None)
        return [image for image in images if self._name(image) not in self._entries]

    def make(
        self,
        images: Sequence[ExportImage],
        read: Callable[[ExportImage], ReadT],
        label: Callable[[ReadT], Labelled],
        token: CancelToken,
    ) -> None:
        """Make and write the images, in order."""
        street: Street[ExportImage, tuple[ExportImage, ReadT], tuple[ExportImage, Labelled], Entry] = Street(
            read=lambda image: (image, read(image)),
            compute=lambda pair: (pair[0], label(pair[1])),
            write=lambda pair: self._write(*pair),
        )
        last_of_page = {self._files.page(image): image for image in images}
        for image, result in street.run(images, token):
            sentence = None
            if isinstance(result, Failure):
                sentence = self._failure(image, result.sentence)
                self._report.failed.append((image.entry.relative, sentence))
            else:
                self._entries[self._name(image)] = result
                self._report.written.append(image.entry.relative)
            page = self._files.page(image)
            if page is not None and last_of_page[page] is image:
                self._try(partial(self._files.pages.finish, page))
            self._tell(image, sentence)

    def finish(self, images: Sequence[ExportImage]) -> None:
        """Write what is made of all images together; what fails is a problem in the report."""
        done = [image for image in images if self._name(image) in self._entries]
        splits: dict[str, str] = {}

        def lists() -> None:
            ids = {self._files.ids[image.entry]: image.status for image in done}
            splits.update(write_lists(self._request.out, ids, self._request.split))

        if ExportFormat.VOC in self._request.formats:
            self._try(lists)
        if self._request.labels:
            self._try(lambda: self._write_tables(images))
        out, classes = self._request.out, self._request.label_set.to_json()
        self._try(lambda: write_bytes(out / CLASSES, classes.encode("utf-8", "surrogateescape")))
        self._try(lambda: write_bytes(out / PROVENANCE, _json_bytes(self._provenance(done, splits))))

    def _write(self, image: ExportImage, labelled: Labelled) -> Entry:
        files = self._files.write(image, labelled)
        provenance = {"image": str(image.entry.relative), "files": list(files), **labelled.provenance}
        entry = Entry(_key(image), files, json.loads(json.dumps(provenance, default=str)))
        if self._journal is not None:
            self._journal.add(self._name(image), entry)
        return entry

    def _failure(self, image: ExportImage, sentence: str) -> str:
        older = next((path for path in self._files.targets(image).values() if path.exists()), None)
        return sentence if older is None else f"{sentence} (an older {older} is still there)"

    def _write_tables(self, images: Sequence[ExportImage]) -> None:
        voc = ExportFormat.VOC in self._request.formats
        table: dict[PurePosixPath, frozenset[int]] = {}
        for image in images:
            classes = _known_classes(image, self._request)
            if classes is not None:
                name = PurePosixPath(f"{self._files.ids[image.entry]}.jpg") if voc else image.entry.relative
                table[name] = classes
        for path in (self._request.out / CLS_LABELS, self._request.out / LABEL_CSV):
            if table:
                write_image_labels(path, table, self._request.label_set)
            else:
                remove_quietly(path)  # an earlier export's

    def _provenance(self, done: Sequence[ExportImage], splits: dict[str, str]) -> dict[str, Any]:
        return {
            "format_version": 1,
            "program": f"edam-gui {edam_gui.__version__}",
            "written": datetime.now(UTC).isoformat(timespec="seconds"),
            "state": "cancelled" if self._report.cancelled else "done",
            "options": self._request.options(),
            "project": dict(self._request.about),
            "images": {self._name(image): self._image_provenance(image, splits) for image in done},
            "failed": {str(path): sentence for path, sentence in self._report.failed},
        }

    def _image_provenance(self, image: ExportImage, splits: dict[str, str]) -> dict[str, Any]:
        content = {"status": image.status.value, **self._entries[self._name(image)].provenance}
        if splits:
            voc_id = self._files.ids[image.entry]
            content |= {"voc_id": voc_id, "split": splits[voc_id]}
        return content

    def _name(self, image: ExportImage) -> str:
        return self._files.names[image.entry]

    def _tell(self, image: ExportImage, failure: str | None) -> None:
        self._progress(ExportProgress(self._report.done, self._total, image.entry, failure))

    def _try(self, action: Callable[[], None]) -> None:
        try:
            action()
        except EdamError as error:
            self._report.problems.append(str(error))


def _key(image: ExportImage) -> str:
    return f"{image.key}|{photo_stamp(image)}"


def _known_classes(image: ExportImage, request: ExportRequest) -> frozenset[int] | None:
    """Return the classes of an image for the tables; `None`: no row, which readers take for unknown."""
    ticks = image.ticks
    if ticks is None or (ticks.suggested and not request.suggested):
        return None
    return frozenset(index for index in ticks.classes if index <= len(request.label_set))


def _json_bytes(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, indent=1) + "\n").encode()
