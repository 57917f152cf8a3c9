"""What happens in a run, as JSON lines: the only source for whoever watches it.

Each line is an object with `kind` and the fields of that kind's class below. Kinds that a reader does not know are
left out, so that newer runs can be read. A run that goes on after it was killed repeats some steps: a `started` event
with `step` = n takes back all that was said of later steps (see `History`).
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Final, Self, TypeVar

from edam_gui.core.errors import OutputError
from edam_gui.imaging.atomic import write_cause


class Outcome(StrEnum):
    """How a run ended; the first two leave nothing to explain."""

    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"


class Level(StrEnum):
    """How much a message matters."""

    NOTE = "note"
    WARNING = "warning"


@dataclass(frozen=True)
class Event:
    """One line.

    Parameters
    ----------
    time
        Seconds since 1970.
    step
        Optimizer steps done.
    """

    kind: ClassVar[str] = ""
    time: float
    step: int


@dataclass(frozen=True)
class Started(Event):
    """A process took the run up, for the first time or again.

    Parameters
    ----------
    epoch, epochs, max_steps
        Where it is and where it will end; `epochs` is 0 if `max_steps` decides.
    resumed
        Whether it goes on from a checkpoint.
    pid, host, device, processes
        Who computes.
    classes, images_per_class
        Class balance; `images` is the number of all training images, `negatives` those without a class.
    """

    kind: ClassVar[str] = "started"
    epoch: int
    epochs: int
    max_steps: int
    resumed: bool
    pid: int
    host: str
    device: str
    processes: int
    classes: tuple[str, ...]
    images_per_class: tuple[int, ...]
    images: int
    negatives: int
    validation_images: int


@dataclass(frozen=True)
class StepDone(Event):
    """An optimizer step.

    Parameters
    ----------
    epoch
        Counts from 0.
    loss, cma_loss, pool_loss
        The weighted sum, and the parts without weights.
    lr
        Of pretrained weights.
    grad_norm
        L2 norm over all gradients, before clipping.
    images_per_second
        Over all processes, of this step.
    memory_mb
        Peak on the GPU, or what the process holds on the CPU.
    eta_s
        Seconds to the end at the present speed, validations included.
    """

    kind: ClassVar[str] = "step"
    epoch: int
    loss: float
    cma_loss: float
    pool_loss: float
    lr: float
    grad_norm: float
    images_per_second: float
    memory_mb: float
    eta_s: float


@dataclass(frozen=True)
class Validated(Event):
    """A validation.

    Parameters
    ----------
    epoch
        Epochs done.
    miou_masks, background
        mIoU of the masks alone at the best constant background score, and that score.
    miou_rule, theta, alpha, beta
        mIoU after Algorithm 1 (`paper`) at the best thresholds, and these.
    iou
        Per class of the masks alone, background first; `null` where undefined.
    images, seconds
        How many in how long.
    best
        Whether no validation before was better (`miou_masks`).
    """

    kind: ClassVar[str] = "validated"
    epoch: int
    miou_masks: float
    background: float
    miou_rule: float
    theta: float
    alpha: float
    beta: float
    iou: tuple[float | None, ...]
    images: int
    seconds: float
    best: bool


@dataclass(frozen=True)
class SampleSaved(Event):
    """A photo drawn with its label map; `path` is relative to the run folder, `name` the photo's."""

    kind: ClassVar[str] = "sample"
    epoch: int
    name: str
    path: str


@dataclass(frozen=True)
class CheckpointSaved(Event):
    """A checkpoint was written; `path` is relative to the run folder."""

    kind: ClassVar[str] = "saved"
    path: str


@dataclass(frozen=True)
class Paused(Event):
    """The run waits."""

    kind: ClassVar[str] = "paused"


@dataclass(frozen=True)
class Continued(Event):
    """The run goes on after a pause of `seconds`."""

    kind: ClassVar[str] = "continued"
    seconds: float


@dataclass(frozen=True)
class Message(Event):
    """A sentence for the log."""

    kind: ClassVar[str] = "message"
    level: Level
    text: str


@dataclass(frozen=True)
class Ended(Event):
    """The last line of a process; `sentence` says why it failed, else it is empty."""

    kind: ClassVar[str] = "ended"
    outcome: Outcome
    sentence: str


_KINDS: Final[Mapping[str, type[Event]]] = {
    cls.kind: cls
    for cls in (Started, StepDone, Validated, SampleSaved, CheckpointSaved, Paused, Continued, Message, Ended)
}
_ENUMS: Final[Mapping[str, type[StrEnum]]] = {"outcome": Outcome, "level": Level}
_LAST_TIME: Final = 1e11
"""Later than any clock; nothing can show it."""
EventT = TypeVar("EventT", bound=Event)


def to_line(event: Event) -> bytes:
    """Return an event as a line of JSON; numbers that are not finite become null."""
    data = {"kind": event.kind, **asdict(event)}
    finite = {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in data.items()}
    return (json.dumps(finite, ensure_ascii=True, allow_nan=False) + "\n").encode("ascii")


def from_line(line: bytes) -> Event | None:
    """Read a line; `None` if it is torn, of an unknown kind or without a time."""
    try:
        data: Any = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or data.get("kind") not in _KINDS:
        return None
    cls = _KINDS[data["kind"]]
    values = {f.name: _value(f.name, f.type, data.get(f.name)) for f in fields(cls)}
    event = cls(**values)
    return event if 0 <= event.time < _LAST_TIME else None


def _value(name: str, kind: Any, value: Any) -> Any:
    """Give a JSON value the field's type; what is missing or wrong becomes the type's nothing."""
    if name in _ENUMS:
        members = _ENUMS[name]
        return members(value) if value in [m.value for m in members] else next(iter(members))
    if str(kind).startswith("tuple"):
        return tuple(value) if isinstance(value, list) else ()
    if kind == "float":
        return (
            float(value) if isinstance(value, float) or (isinstance(value, int) and abs(value) < 1 << 60) else math.nan
        )
    if kind in ("int", "bool"):
        return value if isinstance(value, int) else 0
    return value if isinstance(value, str) else ""


class EventLog:
    """Appends events to a file; every line is on its way to the disk when `write` returns.

    Parameters
    ----------
    path
        Made if it is missing. A torn last line, of a process that was killed, is closed first.

    Raises
    ------
    OutputError
        The file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
            self._file = os.open(path, flags, 0o666)
            self._close_torn_line()
        except OSError as error:
            raise OutputError(path, write_cause(error)) from error

    def _close_torn_line(self) -> None:
        with self._path.open("rb") as file:
            if file.seek(0, os.SEEK_END) and file.seek(-1, os.SEEK_END) >= 0 and file.read(1) != b"\n":
                os.write(self._file, b"\n")

    def write(self, event: Event) -> None:
        """Append an event.

        Raises
        ------
        OutputError
            The disk is full, or the file cannot be written.
        """
        try:
            os.write(self._file, to_line(event))
        except OSError as error:
            raise OutputError(self._path, write_cause(error)) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        os.close(self._file)


class EventReader:
    """Reads events as they come.

    Parameters
    ----------
    path
        May not be there yet.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0

    def poll(self) -> list[Event]:
        """Return the events since the last call; a line that is still being written waits for the next one.

        Raises
        ------
        OSError
            The file is there but cannot be read.
        """
        try:
            with self._path.open("rb") as file:
                if file.seek(0, os.SEEK_END) < self._offset:
                    self._offset = 0  # another run in this folder
                file.seek(self._offset)
                content = file.read()
        except FileNotFoundError:
            return []
        whole, newline, _ = content.rpartition(b"\n")
        self._offset += len(whole) + len(newline)
        events = (from_line(line) for line in whole.split(b"\n"))
        return [event for event in events if event is not None]


def last_lifecycle_event(path: Path) -> Started | Ended | None:
    """Return the last `started` or `ended` event near the end of the file, without reading all of it."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _TAIL_BYTES))
            lines = file.read().split(b"\n")
    except FileNotFoundError:
        return None
    for line in reversed(lines):
        event = from_line(line) if b'"started"' in line or b'"ended"' in line else None
        if isinstance(event, Started | Ended):
            return event
    return None


_TAIL_BYTES: Final = 256 << 10


class History:
    """Events sorted by kind, with what a restart took back left out; grows as events come."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def add(self, events: list[Event]) -> None:
        """Add what a reader returned."""
        for event in events:
            if isinstance(event, Started):
                self.events = [e for e in self.events if e.step <= event.step or isinstance(e, Message | Ended)]
            self.events.append(event)

    def of(self, cls: type[EventT]) -> list[EventT]:
        """Return the events of a kind, in order."""
        return [event for event in self.events if isinstance(event, cls)]

    def last(self, cls: type[EventT]) -> EventT | None:
        """Return the last event of a kind."""
        return next((event for event in reversed(self.events) if isinstance(event, cls)), None)
