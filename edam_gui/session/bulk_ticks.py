"""Image-level labels of any images: ticking classes on a selection, confirming what the model suggests."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import Final

from edam_gui.project.store import Status, Ticks
from edam_gui.project.store.changes import SetStatus, SetTicks
from edam_gui.session.bulk import Bulk, Field, Step
from edam_gui.session.context import Context
from edam_gui.session.image_rows import ImageRows
from edam_gui.session.navigator import Navigator
from edam_gui.session.sitting import Sitting
from edam_gui.session.tick_states import ticks_to_state
from edam_gui.session.ticks import TickBook


class BulkTicks:
    """Ticks on many images.

    Parameters
    ----------
    context, rows, bulk
        The session's state, what is known of the images, and what changes them.
    ticks
        For the image on the desk.
    sitting
        Counts anew.

    Attributes
    ----------
    field
        The ticks, for what changes them among other things.
    """

    def __init__(self, context: Context, rows: ImageRows, bulk: Bulk, ticks: TickBook, sitting: Sitting) -> None:
        self._context = context
        self._rows = rows
        self._bulk = bulk
        self._sitting = sitting
        self.field: Field[Ticks | None] = Field(
            kind="ticks",
            read=lambda row: row.ticks,
            put=lambda row, value: replace(row, ticks=value),
            to_state=ticks_to_state,
            change=SetTicks,
            set_current=ticks.change,
        )

    def toggle(self, images: Collection[int], class_index: int) -> bool:
        """Tick a class on all images, or untick it if it is ticked on all of them; return which."""
        rows = self._rows.many(images)
        on = not all(row.ticks is not None and class_index in row.ticks.confirmed for row in rows)
        self.set_class(images, class_index, on=on)
        return on

    def set_class(self, images: Iterable[int], class_index: int, *, on: bool) -> int:
        """Tick or untick a class on images; a suggested one is confirmed by ticking it. Return how many changed."""
        name = self._context.label_set.names[class_index]
        return self._change(
            f"{'Tick' if on else 'Untick'} {name}", images, _ticker(class_index) if on else _unticker(class_index)
        )

    def confirm(self, images: Iterable[int]) -> int:
        """Confirm every suggestion on images; return how many changed."""
        return self._change(_CONFIRM, images, _confirmed)

    def set_none(self, images: Iterable[int]) -> int:
        """Say that images hold no class at all; return how many changed."""
        return self._change("No class", images, lambda _: Ticks(frozenset()))

    def copy(self, source: int, images: Iterable[int]) -> int:
        """Give images the confirmed classes of another image; return how many changed."""
        rows = self._rows.many([source])
        if not rows or rows[0].ticks is None:
            return 0
        ticks = Ticks(rows[0].ticks.confirmed)
        return self._change("Copy classes", images, lambda _: ticks)

    def _change(self, name: str, images: Iterable[int], change: Callable[[Ticks | None], Ticks | None]) -> int:
        self._sitting.note_change()
        return self._bulk.apply(name, images, Step(name, self.field, change))


class BulkStatus:
    """The status of many images.

    Parameters
    ----------
    bulk, navigator, sitting
        What changes images, the image on the desk too, and counts anew.
    ticks
        The ticks: who accepts an image confirms what is suggested.
    """

    def __init__(self, bulk: Bulk, navigator: Navigator, sitting: Sitting, ticks: Field[Ticks | None]) -> None:
        self._bulk = bulk
        self._ticks = ticks
        self._sitting = sitting
        self._field: Field[Status] = Field(
            kind="status",
            read=lambda row: row.status,
            put=lambda row, value: replace(row, status=value),
            to_state=lambda status: status.value,
            change=SetStatus,
            set_current=lambda _, status: navigator.set_status(status),
        )

    def set(self, images: Iterable[int], status: Status) -> int:
        """Set the status of images; return how many changed."""
        self._sitting.note_change()
        step = self._step(status)
        return self._bulk.apply(step.name, images, step)

    def accept(self, images: Iterable[int]) -> int:
        """Accept images, as `Finishing.accept` does: suggestions count as confirmed. Return how many changed."""
        self._sitting.note_change()
        confirm = Step(_CONFIRM, self._ticks, _confirmed)
        return self._bulk.apply("Accept", images, confirm, self._step(Status.ACCEPTED))

    def _step(self, status: Status) -> Step[Status]:
        return Step(f"Status: {status.value.replace('_', ' ')}", self._field, lambda _: status)


_CONFIRM: Final = "Confirm classes"


def _confirmed(ticks: Ticks | None) -> Ticks | None:
    return None if ticks is None else Ticks(ticks.classes)


def _ticker(index: int) -> Callable[[Ticks | None], Ticks | None]:
    def tick(ticks: Ticks | None) -> Ticks:
        known = ticks or Ticks(frozenset())
        return Ticks(known.classes | {index}, known.suggested - {index})

    return tick


def _unticker(index: int) -> Callable[[Ticks | None], Ticks | None]:
    def untick(ticks: Ticks | None) -> Ticks | None:
        return None if ticks is None else Ticks(ticks.classes - {index}, ticks.suggested - {index})

    return untick
