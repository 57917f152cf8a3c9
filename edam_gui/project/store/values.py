"""What a project says of its images, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Any

from edam_gui.core.label_set import MAX_CLASSES
from edam_gui.project.thresholds import ThresholdScopes


class Status(StrEnum):
    """How far the work on an image is."""

    NEW = "new"
    IN_PROGRESS = "in_progress"
    ACCEPTED = "accepted"
    NEEDS_WORK = "needs_work"
    SKIPPED = "skipped"


class Role(StrEnum):
    """What a folder (or a file of image-level labels) is for."""

    PHOTOS = "photos"
    SALIENCY = "saliency"
    MASKS = "masks"
    LABELS = "labels"
    GROUND_TRUTH = "ground_truth"
    BASE_MAPS = "base_maps"


class Sort(StrEnum):
    """Orders of the image list."""

    NATURAL = "natural"
    POSITION = "position"
    STATUS = "status"
    CORRECTED = "corrected"
    CHANGED = "changed"


@dataclass(frozen=True)
class Ticks:
    """Image-level label of an image of which something is known; where nothing is, there is `None` instead.

    Parameters
    ----------
    classes
        Class indices 1..K; empty: no class, all background.
    suggested
        Those of them that the model named and nobody has confirmed.
    """

    classes: frozenset[int]
    suggested: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        if not self.suggested <= self.classes:
            raise ValueError("a suggested class must be among the classes")
        if any(not 1 <= index <= MAX_CLASSES for index in self.classes):
            raise ValueError(f"class indices go from 1 to {MAX_CLASSES}")

    @property
    def confirmed(self) -> frozenset[int]:
        """The classes that somebody has confirmed."""
        return self.classes - self.suggested


@dataclass(frozen=True)
class Root:
    """A folder that paths of the project are relative to.

    Parameters
    ----------
    id
        Its number in the project.
    name
        Shown to the user; unique in the project.
    folder
        Where it is now, absolute, links not yet resolved.
    inside
        Whether it is kept relative to the project's folder, so that both move together.
    """

    id: int
    name: str
    folder: Path
    inside: bool


@dataclass(frozen=True)
class Location:
    """A path below a root; `.` is the root itself."""

    root: int
    path: PurePosixPath


@dataclass(frozen=True)
class ImageRow:
    """One image, as a list shows it.

    Parameters
    ----------
    id
        Never given to another image.
    location
        Where the photo is; `ProjectStore.path_of` makes a path of it.
    status, note, annotator, ticks
        See there; the annotator is who changed the image last.
    history
        Number of the last edit step that holds; 0: none, not edited.
    corrected
        Share of corrected pixels, 0..1; `None`: not known.
    changed
        Seconds since the epoch of the last change; `None`: never.
    """

    id: int
    location: Location
    status: Status
    note: str
    annotator: str
    ticks: Ticks | None
    history: int
    corrected: float | None
    changed: float | None

    @property
    def relative(self) -> PurePosixPath:
        """Path below its root, with extension."""
        return self.location.path


@dataclass(frozen=True)
class Step:
    """One step of an image's history.

    Parameters
    ----------
    seq
        From 1, without gaps.
    kind, name
        What the session calls it, and what the history panel shows.
    payload
        The session's.
    time
        Seconds since the epoch.
    """

    seq: int
    kind: str
    name: str
    payload: bytes
    time: float


@dataclass(frozen=True)
class StepInfo:
    """A step without its payload, of which `size` is the number of bytes; see `Step`."""

    seq: int
    kind: str
    name: str
    size: int
    time: float


@dataclass(frozen=True)
class Snapshot:
    """A layer of an image as it was after step `seq` (0: before the first)."""

    kind: str
    seq: int
    payload: bytes


@dataclass(frozen=True)
class ImageRecord:
    """All that a project says of one image.

    Parameters
    ----------
    row
        What lists show.
    thresholds
        Of the image and the project; see `resolve_rule`.
    view
        What `SetView` kept; empty: nothing.
    steps, snapshots
        In order of their numbers; steps after ``row.history`` have been undone.
    """

    row: ImageRow
    thresholds: ThresholdScopes
    view: dict[str, Any]
    steps: tuple[Step, ...]
    snapshots: tuple[Snapshot, ...]


@dataclass(frozen=True)
class Query:
    """Which images, in which order.

    Parameters
    ----------
    text
        Words, each of which must occur in the path or the note, whatever the case; empty: all images.
    statuses
        Empty: any.
    classes
        Images ticked with one of them; empty: any.
    labelled
        `True`: an image-level label is known, `False`: it is not.
    edited
        Whether there are edit steps that hold.
    changed_since
        Images changed at or after this time, in seconds since the epoch.
    sort, descending
        The order; within it natural order.
    """

    text: str = ""
    statuses: frozenset[Status] = frozenset()
    classes: frozenset[int] = frozenset()
    labelled: bool | None = None
    edited: bool | None = None
    changed_since: float | None = None
    sort: Sort = Sort.NATURAL
    descending: bool = False


@dataclass(frozen=True)
class Counts:
    """How many images there are of each kind.

    Parameters
    ----------
    total, labelled, edited
        All images; those whose image-level label is known; those with edits.
    by_status
        Every status is there.
    by_class
        Class index -> images ticked with it, suggested ticks included; classes without images are left out.
    """

    total: int
    labelled: int
    edited: int
    by_status: dict[Status, int]
    by_class: dict[int, int]
