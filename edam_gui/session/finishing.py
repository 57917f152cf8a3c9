"""Ending the work on an image: accepting it, or setting another status, and going on; undo comes back to it."""

from __future__ import annotations

from dataclasses import dataclass

from edam_gui.project.store import Status
from edam_gui.session.context import Context
from edam_gui.session.history_keeper import HistoryKeeper
from edam_gui.session.messages import Level
from edam_gui.session.navigator import Navigator
from edam_gui.session.ticks import TickBook

_TOPIC = "finishing"


@dataclass(frozen=True)
class _Left:
    """An image that was left by one action.

    Parameters
    ----------
    image, steps, name
        Which, how many steps of its history the action was, and what it was.
    shown, seq
        Serial number of the showing that followed, and the last step of that image's history.
    """

    image: int
    steps: int
    name: str
    shown: int
    seq: int


class Finishing:
    """Accepts and goes on.

    Parameters
    ----------
    context, ticks, navigator, history
        The session's state and the parts that it uses.
    """

    def __init__(self, context: Context, ticks: TickBook, navigator: Navigator, history: HistoryKeeper) -> None:
        self._context = context
        self._ticks = ticks
        self._navigator = navigator
        self._history = history
        self._left: _Left | None = None

    def accept(self) -> bool:
        """Accept the image: what the model suggested and was looked at counts as confirmed.

        Returns
        -------
        bool
            `False`, and a message: its label map is not there yet, so that nobody has looked at it.
        """
        current = self._context.current
        if current is None:
            return False
        if current.files is None or self._context.masks_coming:
            name = current.entry.relative.name
            self._context.say(Level.INFO, f"{name} is not shown yet; accept it once you have seen its labels.", _TOPIC)
            return False
        self._context.say(Level.INFO, "", _TOPIC)
        self._ticks.confirm_all()
        self._navigator.set_status(Status.ACCEPTED)
        return True

    def accept_and_next(self) -> bool:
        """Accept the image and show the next one; `False` at the end of the list, or if it cannot be accepted yet."""
        before = self._seq()
        return self.accept() and self._go_on(before, "Accept")

    def set_status_and_next(self, status: Status) -> bool:
        """Set the image's status and show the next one; `False` at the end of the list."""
        before = self._seq()
        self._navigator.set_status(status)
        return self._go_on(before, status.value.replace("_", " ").capitalize())

    def _seq(self) -> int:
        current = self._context.current
        return HistoryKeeper.seq(current) if current is not None else 0

    def _go_on(self, before: int, name: str) -> bool:
        done, steps = self._context.current, self._seq() - before
        moved = self._navigator.next()
        shown = self._context.current
        self._left = None
        if moved and done is not None and shown is not None and steps > 0:
            name = f"{name} {done.entry.relative.name}"
            self._left = _Left(done.id, steps, name, shown.number, HistoryKeeper.seq(shown))
        return moved

    @property
    def undo_name(self) -> str:
        """Name of what `undo` takes back; empty: something else was done since the last image was left."""
        left, current = self._left, self._context.current
        if left is None or current is None or (current.number, self._seq()) != (left.shown, left.seq):
            return ""
        return left.name

    def undo(self) -> bool:
        """Go back to the image that was left last and take back what ended the work on it; `False`: there is none."""
        left = self._left if self.undo_name else None
        self._left = None
        if left is None:
            return False
        self._navigator.go_to(left.image)
        for _ in range(left.steps):
            self._history.undo()
        self._context.say(Level.INFO, f"Taken back: {left.name}.", _TOPIC)
        return True
