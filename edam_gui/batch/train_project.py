"""A labelling project's images and ticked classes as a manifest: the one place where training meets projects."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from edam_gui.batch.train_validation import MAP_SUFFIXES, ValidationRequest, find_validation
from edam_gui.core.errors import EdamError, InputFileError, OptionError
from edam_gui.project.images import ImageEntry
from edam_gui.project.matching import FileIndex
from edam_gui.project.opening import open_project
from edam_gui.project.store import ImageRow, ProjectStore, Role, Status, UngrantedError
from edam_gui.training.manifest import Manifest, TrainingImage, ValidationImage

_AT_ONCE: Final = 2000


def resolve_project(
    project: Path,
    *,
    accepted_only: bool = False,
    granted: Iterable[Path] = (),
    validation: ValidationRequest | None = None,
) -> tuple[Manifest, tuple[str, ...]]:
    """Return what a project's ticks say, and a sentence for everything that is left out.

    Parameters
    ----------
    project
        The project file, or its folder; it may be open in a window.
    accepted_only
        Whether only accepted images count.
    granted
        Folders outside the project's that it may read.
    validation
        Label maps to validate on instead of the project's ground truth.

    Raises
    ------
    EdamError
        The project cannot be used, wants to read folders that nobody allowed, or has no confirmed ticks.
    """
    with open_project(project, granted=granted) as store:
        wanted = [root.folder for root in store.ungranted_roots()]
        if wanted:
            names = " ".join(f"--allow {folder}" for folder in wanted)
            raise OptionError(f"{store.path} wants to read folders outside its own; allow it with {names}")
        return manifest_of(store, accepted_only=accepted_only, validation=validation)


def manifest_of(
    store: ProjectStore, *, accepted_only: bool = False, validation: ValidationRequest | None = None
) -> tuple[Manifest, tuple[str, ...]]:
    """Return what the ticks of an open project say, and a sentence for everything that is left out.

    Only confirmed ticks count: an image with nothing but suggestions is as unknown as one without ticks. Skipped
    images are left out. Images with ground truth in the project serve for validation; those with ticks are learned from
    all the same, by their ticks, for the label maps of these very images are what a project is about.

    Parameters
    ----------
    store
        The project.
    accepted_only
        Whether only accepted images count.
    validation
        Label maps to validate on instead of the project's ground truth.

    Raises
    ------
    EdamError
        The label maps cannot be used.
    OptionError
        No image has a confirmed tick, or none is accepted.
    """
    store.flush()
    images: list[TrainingImage] = []
    entries: list[ImageEntry] = []
    problems: list[str] = []
    unlabelled = 0
    top = len(store.label_set)
    for row in _rows(store):
        try:
            entry = store.entry(row)
        except UngrantedError as error:
            problems.append(f"{row.relative} is left out: the project may not read {error.folder} yet.")
            continue
        except EdamError as error:
            problems.append(f"{row.relative} is left out: {error}")
            continue
        entries.append(entry)
        if row.status is Status.SKIPPED or (accepted_only and row.status is not Status.ACCEPTED):
            continue
        ticks = row.ticks
        if ticks is None or (ticks.suggested and not ticks.confirmed):
            unlabelled += 1
            continue
        images.append(TrainingImage(entry.path.absolute(), tuple(sorted(c for c in ticks.confirmed if c <= top))))
    if not any(image.classes for image in images):
        which = "accepted image" if accepted_only else "image"
        raise OptionError(
            f"{store.path}: no {which} has a confirmed class; tick classes, or confirm suggestions, first."
        )
    if validation is not None:
        truths = find_validation(validation, store.label_set, problems, collection=entries)
    else:
        truths = _validation(store, entries, problems)
    source = f"{store.path}{' (accepted images)' if accepted_only else ''}"
    return Manifest(store.label_set, tuple(images), truths, unlabelled, source), tuple(problems)


def _rows(store: ProjectStore) -> Iterable[ImageRow]:
    ids = store.ids()
    for start in range(0, len(ids), _AT_ONCE):
        yield from store.rows(ids[start : start + _AT_ONCE])


def _validation(store: ProjectStore, entries: list[ImageEntry], problems: list[str]) -> tuple[ValidationImage, ...]:
    """Return the images that have ground truth."""
    place = store.roles().get(Role.GROUND_TRUTH)
    if place is None:
        return ()
    try:
        index = FileIndex(store.path_of(place), MAP_SUFFIXES, entries)
    except (InputFileError, UngrantedError) as error:
        problems.append(f"There is no validation: {error}")
        return ()
    problems.extend(index.problems)
    found: list[ValidationImage] = []
    for entry in entries:
        try:
            label_map = index.find(entry)
        except InputFileError as error:
            problems.append(str(error))
            continue
        if label_map is not None:
            found.append(ValidationImage(entry.path.absolute(), label_map.absolute()))
    return tuple(found)
