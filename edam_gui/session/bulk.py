"""Doing one thing to many images: each gets a step in its own history, and the whole can be taken back."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Generic, TypeVar

from psygnal import Signal

from edam_gui.project.store import ImageRow
from edam_gui.project.store.changes import AppendStep, Change, MoveHistory
from edam_gui.session.context import Context
from edam_gui.session.history_keeper import HistoryKeeper
from edam_gui.session.image_rows import ImageRows
from edam_gui.session.messages import Level

T = TypeVar("T")
MOST: Final = 5_000
"""Images that one action may change: more are chosen by accident."""

_BATCH: Final = 500
_KEPT: Final = 100
_TOPIC: Final = "bulk"


@dataclass(frozen=True)
class Field(Generic[T]):
    """Something of an image that lists show and that can be changed.

    Parameters
    ----------
    kind
        Of the step; the session has a `StateKind` of that name.
    read, put
        From a row, and into one.
    to_state
        As a JSON value.
    change
        For the project.
    set_current
        Does it to the image on the desk, as one step of its history.
    """

    kind: str
    read: Callable[[ImageRow], T]
    put: Callable[[ImageRow, T], ImageRow]
    to_state: Callable[[T], Any]
    change: Callable[[int, T], Change]
    set_current: Callable[[str, T], None]


@dataclass(frozen=True)
class _Done(Generic[T]):
    """What was done to one image: its step, and the values around it."""

    image: int
    seq: int
    before: T
    after: T


@dataclass(frozen=True)
class _Action(Generic[T]):
    name: str
    field: Field[T]
    images: tuple[_Done[T], ...]


class Bulk:
    """Changes many images.

    Parameters
    ----------
    context, rows, history
        The session's state, what is known of the images, and the history of the one on the desk.

    Attributes
    ----------
    changed
        Signal: something can be taken back or done again that could not before.
    """

    changed = Signal()

    def __init__(self, context: Context, rows: ImageRows, history: HistoryKeeper) -> None:
        self._context = context
        self._rows = rows
        self._history = history
        self._undone: list[_Action[Any]] = []
        self._done: deque[_Action[Any]] = deque(maxlen=_KEPT)

    def apply(self, name: str, field: Field[T], images: Iterable[int], change: Callable[[T], T]) -> int:
        """Change images; return how many have changed.

        Parameters
        ----------
        name
            Of the step in the histories.
        field
            What is changed.
        images
            Ids.
        change
            Returns the new value for an old one.
        """
        if not self._context.may_change():
            return 0
        pairs = [(row, change(field.read(row))) for row in self.rows_of(images)]
        done = self._write(name, field, [(row, value) for row, value in pairs if field.read(row) != value])
        if done:
            self._done.append(_Action(name, field, tuple(done)))
            self._undone.clear()
            self.changed.emit()
        return len(done)

    def rows_of(self, images: Iterable[int]) -> list[ImageRow]:
        """Return the rows of images that are to be changed; none, with a message, if there are too many."""
        wanted = list(dict.fromkeys(images))
        if len(wanted) > MOST:
            self._context.say(
                Level.WARNING, f"{len(wanted):,} images are selected; change at most {MOST:,} at a time.", _TOPIC
            )
            return []
        self._context.say(Level.INFO, "", _TOPIC)
        return self._rows.many(wanted)

    @property
    def undo_name(self) -> str:
        """Name of what `undo` would take back; empty: nothing."""
        return self._done[-1].name if self._done else ""

    @property
    def redo_name(self) -> str:
        """Name of what `redo` would do again; empty: nothing."""
        return self._undone[-1].name if self._undone else ""

    def undo(self) -> bool:
        """Take the last action back on every image whose last step it still is; `False` if there is none."""
        return self._turn(self._done, self._undone, backwards=True)

    def redo(self) -> bool:
        """Do the action taken back last again; `False` if there is none."""
        return self._turn(self._undone, self._done, backwards=False)

    def forget(self) -> None:
        """Take nothing back any more: the project is being closed."""
        self._done.clear()
        self._undone.clear()
        self.changed.emit()

    def _write(self, name: str, field: Field[T], pairs: Sequence[tuple[ImageRow, T]]) -> list[_Done[T]]:
        current = self._context.current
        done: list[_Done[T]] = []
        others: list[tuple[ImageRow, list[Change]]] = []
        for row, value in pairs:
            before = field.read(row)
            if current is not None and current.id == row.id:
                field.set_current(name, value)
                done.append(_Done(row.id, HistoryKeeper.seq(current), before, value))
                continue
            seq = row.history + 1
            payload = json.dumps({"before": field.to_state(before), "after": field.to_state(value)}).encode()
            changes = [field.change(row.id, value), AppendStep(row.id, seq, field.kind, name, payload)]
            others.append((replace(field.put(row, value), history=seq), changes))
            done.append(_Done(row.id, seq, before, value))
        self.submit(others)
        return done

    def _turn(self, source: Any, target: Any, *, backwards: bool) -> bool:
        if not source or not self._context.may_change():
            return False
        action: _Action[Any] = source.pop()
        current = self._context.current
        rows = {row.id: row for row in self._rows.many(done.image for done in action.images)}
        others: list[tuple[ImageRow, list[Change]]] = []
        turned: list[_Done[Any]] = []
        for done in action.images:
            row = rows.get(done.image)
            if row is None or row.history != (done.seq if backwards else done.seq - 1):
                continue
            turned.append(done)
            if current is not None and current.id == done.image:
                self._history.undo() if backwards else self._history.redo()
                continue
            value = done.before if backwards else done.after
            seq = done.seq - 1 if backwards else done.seq
            changes = [action.field.change(done.image, value), MoveHistory(done.image, seq)]
            others.append((replace(action.field.put(row, value), history=seq), changes))
        self.submit(others)
        left = len(action.images) - len(turned)
        if left:
            self._context.say(Level.INFO, f"{left:,} images were changed since and stay as they are.", _TOPIC)
        if turned:
            target.append(replace(action, images=tuple(turned)))
        self.changed.emit()
        return True

    def submit(self, others: Sequence[tuple[ImageRow, list[Change]]]) -> None:
        """Write changes of images that are not on the desk, and show the rows as they will be."""
        project = self._context.project
        if project is None or not others:
            return
        for start in range(0, len(others), _BATCH):
            project.submit(*(change for _, changes in others[start : start + _BATCH] for change in changes))
        self._rows.put(row for row, _ in others)
