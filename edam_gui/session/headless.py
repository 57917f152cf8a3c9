"""A project without a window: the same label maps, for commands and scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from edam_gui.core.errors import EdamError, OptionError
from edam_gui.jobs import CancelToken, JobContext, JobRunner
from edam_gui.jobs.delivery import DeliveryQueue
from edam_gui.project.export import ExportReport, ExportRequest
from edam_gui.project.opening import open_project
from edam_gui.project.store import Query, Role
from edam_gui.session.class_match import match_classes
from edam_gui.session.exporting import ProjectExporter
from edam_gui.session.image_labeller import ImageLabeller
from edam_gui.session.model_host import ModelHost, model_choice
from edam_gui.session.opened import OpenedProject
from edam_gui.session.pass_cache import PassCache

_NEEDED: Final = (Role.SALIENCY, Role.MASKS, Role.BASE_MAPS)
"""Roles without which label maps would differ from the window's; images that may not be read are named one by one."""


@contextmanager
def opened_project(path: Path, granted: list[Path]) -> Iterator[OpenedProject]:
    """Open a project for the block.

    Raises
    ------
    EdamError
        It cannot be opened, or wants to read folders that nobody allowed.
    """
    store = open_project(path, granted=granted)
    project = OpenedProject(store)
    try:
        needed = {place.root for role, place in store.roles().items() if role in _NEEDED}
        wanted = [root.folder for root in store.ungranted_roots() if root.id in needed]
        if wanted:
            raise _not_allowed(store.path, wanted)
        yield project
    finally:
        project.close()


def _not_allowed(project: Path, wanted: list[Path]) -> OptionError:
    names = " ".join(f"--allow {path}" for path in wanted)
    return OptionError(f"{project} wants to read what is outside its own folder; allow it with {names}")


def export_project(
    path: Path,
    request: ExportRequest,
    query: Query,
    *,
    token: CancelToken,
    progress: Callable[[int, int], None],
    model: str | None = None,
    device: str | None = None,
    granted: list[Path] | None = None,
) -> ExportReport:
    """Export a project's images, exactly as the window does.

    Parameters
    ----------
    path
        The project file, or its folder.
    request, query
        What is wanted, of which images.
    token, progress
        Stops it; hears (done, total).
    model, device
        In place of the project's.
    granted
        Folders outside the project's that it may read.

    Raises
    ------
    EdamError
        The project or the model cannot be used, or nothing can be written.
    """
    jobs = JobRunner(DeliveryQueue())
    host = ModelHost(jobs, PassCache())
    with opened_project(path, granted or []) as project:
        wanted = [file for file in project.ungranted_files() if model is None or file != project.model_file()]
        if wanted:
            raise _not_allowed(project.store.path, wanted)
        choice = model_choice(project.choices)
        choice = replace(choice, name=model or choice.name, device=device or choice.device)
        try:
            host.load_now(choice, lambda known: match_classes(project.label_set, project.known_as, known))
        except EdamError:
            if project.sources().masks is None:
                raise
        exporter = ProjectExporter(project, ImageLabeller(project, host), host.describe())
        return exporter.run(request, query, JobContext(token, progress))
