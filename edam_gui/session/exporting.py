"""Exporting the project: the label maps of the screen, to the pixel, as a job."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from psygnal import Signal

from edam_gui.core.errors import OptionError
from edam_gui.imaging.label_map_file import write_label_map
from edam_gui.jobs import JobContext
from edam_gui.project.names import output_names
from edam_gui.project.store import ImageRow, Query, Status
from edam_gui.session.context import Context
from edam_gui.session.image_labeller import ImageLabeller
from edam_gui.session.messages import Level
from edam_gui.session.opened import OpenedProject

if TYPE_CHECKING:
    from edam_gui.project.export import ExportImage, ExportProgress, ExportReport, ExportRequest

EXPORT: Final = "export"
_PATIENCE_S: Final = 10.0
"""How long the last changes may take to be saved before the export goes on without them."""


class Exporting:
    """Writes label maps.

    Parameters
    ----------
    context
        The session's state.
    """

    finished = Signal(object)
    """An `ExportReport`: how it went."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @property
    def is_running(self) -> bool:
        """Whether an export is under way."""
        return self._context.jobs.is_busy(EXPORT)

    def suggested_name(self) -> str:
        """Return the file name that the current image's label map would have in an export of all."""
        current = self._context.current
        if current is None:
            return "label_map.png"
        return output_names([current.entry], ".png")[current.entry].name

    def export_current(self, path: Path) -> None:
        """Write the label map on the screen to a file, read back and verified.

        Raises
        ------
        OutputError
            It could not be written.
        """
        current, project = self._context.current, self._context.project
        if current is None or current.labels is None or project is None:
            return
        if _is_photo(path, project):
            self._context.complain(f"{path} is a photo of this project; choose another name.", EXPORT)
            return
        if self._context.masks_coming:
            text = "The label map is not there yet: the model is still at work on this photo. Export it in a moment."
            self._context.complain(text, EXPORT)
            return
        write_label_map(path, current.labels)
        self._context.say(Level.INFO, f"The label map was written to {path}.", EXPORT)

    def start(self, request: ExportRequest, query: Query) -> None:
        """Export images of the project in a job; `finished` tells how it went.

        Parameters
        ----------
        request
            What is wanted; label set and project are filled in.
        query
            Which images.
        """
        project, model = self._context.project, self._context.model
        if project is None:
            return
        labeller = ImageLabeller(project, model)
        exporter = ProjectExporter(project, labeller, model.describe())

        def work(context: JobContext) -> ExportReport:
            # What was painted last is in the file before it is exported from there.
            saved = project.store.flush(_PATIENCE_S)
            report = exporter.run(request, query, context)
            if not saved:
                report.problems.append(
                    "The project cannot be saved at the moment: status and ticks set since are missing."
                )
            return report

        self._context.jobs.start(
            EXPORT, work, done=self.finished.emit, stopped=self._stopped, title="Exporting", lane="batch"
        )

    def cancel(self) -> None:
        """Stop; what is written is whole, and can be resumed."""
        self._context.jobs.stop(EXPORT)

    def _stopped(self) -> None:
        text = "The export was stopped; what is written is whole. The export dialog can go on with it later."
        self._context.say(Level.INFO, text, EXPORT)


class ProjectExporter:
    """Exports images of a project; used in jobs of the window and by the command line alike.

    Parameters
    ----------
    project, labeller
        The project, and what makes its label maps.
    model
        What provenance says of the model.
    """

    def __init__(self, project: OpenedProject, labeller: ImageLabeller, model: dict[str, Any]) -> None:
        self._project = project
        self._labeller = labeller
        self._model = model

    def run(self, request: ExportRequest, query: Query, context: JobContext) -> ExportReport:
        """Export the images of a query; see `export_images`. The label set and the project are filled in."""
        from edam_gui.project.export import Labelled, export_images, select_images

        project = self._project
        about = {"project": project.name, "model": self._model, "choices": project.choices.to_data()}
        complete = replace(request, label_set=project.label_set, about=about)
        images, ids, problems = select_images(project.store, query, self._key)
        names = project.label_set.names

        def label(image: ExportImage) -> Labelled:
            made = self._labeller.label(ids[image], context)
            return Labelled(made.labels, made.provenance(self._model, names))

        def tell(progress: ExportProgress) -> None:
            context.progress(progress.done, progress.total)

        if not images:
            raise OptionError(_why_none(query, problems))
        context.progress(0, len(images))
        report = export_images(complete, images, lambda image: image, label, token=context.token, progress=tell)
        report.problems += problems
        return report

    def _key(self, row: ImageRow) -> str:
        """Name everything that decides the label map, so that a resumed export makes anew what has changed."""
        scopes = self._project.store.thresholds(row.id)
        ticks = None if row.ticks is None else sorted(row.ticks.classes)
        decisive = [repr(scopes), self._project.choices.to_data(), ticks, row.history, row.changed, self._model]
        return hashlib.sha256(json.dumps(decisive, sort_keys=True, default=str).encode()).hexdigest()


def _why_none(query: Query, problems: Sequence[str]) -> str:
    """Say why there is nothing to export."""
    if problems:
        more = f" (and {len(problems) - 1} more images)" if len(problems) > 1 else ""
        return f"Nothing is exported: {problems[0].rstrip('.')}{more}."
    statuses = query.statuses
    if not statuses or len(statuses) >= len(Status) - 1:
        return "Nothing is exported: the project has no such images."
    wanted = " or ".join(sorted(status.value.replace("_", " ") for status in statuses))
    return f"Nothing is exported: no image of the project has the status '{wanted}'."


def _is_photo(path: Path, project: OpenedProject) -> bool:
    """Whether writing there would replace one of the user's images."""
    target = path.resolve()
    return path.exists() and any(entry.path.resolve() == target for entry in project.entries())
