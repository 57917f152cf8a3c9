"""Doing one thing to many images: each gets a step in its own history, and the whole can be taken back."""

from __future__ import annotations

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
from edam_gui.session.state_payload import state_payload

T = TypeVar("T")
MOST: Final = 5_000
"""Images that one action may change: more are chosen by accident."""

_BATCH: Final = 500
_KEPT: Final = 100
TOPIC: Final = "bulk"
"""Of the messages about what was done to many images."""
_CHANGED_SINCE: Final = ("was changed since and stays as it is.", "were changed since and stay as they are.")


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
class Step(Generic[T]):
    """What one action does to one thing of images.

    Parameters
    ----------
    name
        Of the step in the histories.
    field
        What is changed.
    change
        Returns the new value for an old one.
    """

    name: str
    field: Field[T]
    change: Callable[[T], T]


@dataclass(frozen=True)
class _Part(Generic[T]):
    field: Field[T]
    images: tuple[_Done[T], ...]


@dataclass(frozen=True)
class _Action:
    """Parts in the order in which they were done."""

    name: str
    parts: tuple[_Part[Any], ...]

    @property
    def images(self) -> list[int]:
        """Every image that it changed, once."""
        return list(dict.fromkeys(done.image for part in self.parts for done in part.images))


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
    turned
        Signal: an action was taken back or done again on these images (a tuple of ids).
    """

    changed = Signal()
    turned = Signal(object)

    def __init__(self, context: Context, rows: ImageRows, history: HistoryKeeper) -> None:
        self._context = context
        self._rows = rows
        self._history = history
        self._undone: list[_Action] = []
        self._done: deque[_Action] = deque(maxlen=_KEPT)

    def apply(self, name: str, images: Iterable[int], *steps: Step[Any]) -> int:
        """Change images; return how many have changed.

        Parameters
        ----------
        name
            Of the whole, which is taken back as one.
        images
            Ids.
        steps
            What is done to each, in this order; each is a step of the image's history where it changes something.
        """
        if not self._context.may_change():
            return 0
        wanted = [row.id for row in self.rows_of(images)]
        action = _Action(name, tuple(_Part(step.field, self._do(step, wanted)) for step in steps))
        changed = len(action.images)
        if changed:
            self._done.append(action)
            self._undone.clear()
            self.changed.emit()
        return changed

    def _do(self, step: Step[T], images: Sequence[int]) -> tuple[_Done[T], ...]:
        pairs = [(row, step.change(step.field.read(row))) for row in self._rows.many(images)]
        changes = [(row, value) for row, value in pairs if step.field.read(row) != value]
        return tuple(self._write(step.name, step.field, changes))

    def rows_of(self, images: Iterable[int]) -> list[ImageRow]:
        """Return the rows of images that are to be changed; none, with a message, if there are too many."""
        wanted = list(dict.fromkeys(images))
        if len(wanted) > MOST:
            self._context.say(
                Level.WARNING, f"{len(wanted):,} images are selected; change at most {MOST:,} at a time.", TOPIC
            )
            return []
        self._context.say(Level.INFO, "", TOPIC)
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
            payload = state_payload(field.to_state(before), field.to_state(value))
            changes = [field.change(row.id, value), AppendStep(row.id, seq, field.kind, name, payload)]
            others.append((replace(field.put(row, value), history=seq), changes))
            done.append(_Done(row.id, seq, before, value))
        self.submit(others)
        return done

    def _turn(self, source: Any, target: Any, *, backwards: bool) -> bool:
        if not source or not self._context.may_change():
            return False
        action: _Action = source.pop()
        order = reversed(action.parts) if backwards else iter(action.parts)
        turned = [_Part(part.field, self._turn_part(part, backwards=backwards)) for part in order]
        done = replace(action, parts=tuple(reversed(turned) if backwards else turned))
        images = done.images
        if images:
            target.append(done)
        self._tell(action.name, len(images), len(action.images) - len(images), backwards=backwards)
        self.changed.emit()
        self.turned.emit(tuple(images))
        return True

    def _turn_part(self, part: _Part[T], *, backwards: bool) -> tuple[_Done[T], ...]:
        """Turn what is still the last step of its image, or the next; return that."""
        current = self._context.current
        rows = {row.id: row for row in self._rows.many(done.image for done in part.images)}
        others: list[tuple[ImageRow, list[Change]]] = []
        turned: list[_Done[T]] = []
        for done in part.images:
            row = rows.get(done.image)
            if row is None or row.history != (done.seq if backwards else done.seq - 1):
                continue
            turned.append(done)
            if current is not None and current.id == done.image:
                self._history.undo() if backwards else self._history.redo()
                continue
            value = done.before if backwards else done.after
            seq = done.seq - 1 if backwards else done.seq
            changes = [part.field.change(done.image, value), MoveHistory(done.image, seq)]
            others.append((replace(part.field.put(row, value), history=seq), changes))
        self.submit(others)
        return tuple(turned)

    def _tell(self, name: str, turned: int, left: int, *, backwards: bool) -> None:
        what = f"{'Taken back' if backwards else 'Done again'}: {name}, {_images(turned)}." if turned else ""
        stays = f"{_images(left)} {_CHANGED_SINCE[left > 1]}" if left else ""
        self._context.say(Level.INFO, " ".join(part for part in (what, stays) if part), TOPIC)

    def submit(self, others: Sequence[tuple[ImageRow, list[Change]]]) -> None:
        """Write changes of images that are not on the desk, and show the rows as they will be."""
        project = self._context.project
        if project is None or not others:
            return
        for start in range(0, len(others), _BATCH):
            project.submit(*(change for _, changes in others[start : start + _BATCH] for change in changes))
        self._rows.put(row for row, _ in others)


def _images(count: int) -> str:
    return "1 image" if count == 1 else f"{count:,} images"
