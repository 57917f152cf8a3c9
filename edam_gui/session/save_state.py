"""Whether everything is on the disk: heard from the store's writer thread, told on the owner's."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from psygnal import Signal

from edam_gui.jobs import Deliver


class Saved(StrEnum):
    """How safe the work is."""

    SAVED = "saved"
    SAVING = "saving"
    TROUBLE = "trouble"


class SaveState:
    """Follows the writer of the open project.

    Parameters
    ----------
    deliver
        How a call reaches the owner's thread.
    pending
        How many changes wait at the moment.
    """

    changed = Signal()
    edit_saved = Signal(int)
    trouble = Signal(str)
    recovered = Signal()
    """What could not be written for a while is on the disk."""

    def __init__(self, deliver: Deliver, pending: Callable[[], int]) -> None:
        self._deliver = deliver
        self._pending = pending
        self._trouble = ""
        self._waits = False
        self._closed = False

    def close(self) -> None:
        """Tell nobody any more: the session has ended."""
        self._closed = True

    def forget(self) -> None:
        """Forget the trouble of a project that was closed."""
        self._trouble = ""
        self._waits = False

    @property
    def state(self) -> Saved:
        """How safe the work is now."""
        if self._trouble:
            return Saved.TROUBLE
        return Saved.SAVING if self._pending() else Saved.SAVED

    @property
    def sentence(self) -> str:
        """What keeps changes from being saved; empty if nothing does."""
        return self._trouble

    def submitted(self) -> None:
        """Note that changes were handed to the writer."""
        self.changed.emit()

    def on_saved(self, number: int) -> None:
        """Listen to the writer; called in its thread."""
        self._deliver(lambda: None if self._closed else self._saved(number))

    def on_trouble(self, sentence: str) -> None:
        """Listen to the writer; called in its thread."""
        self._deliver(lambda: None if self._closed else self._in_trouble(sentence))

    def _saved(self, number: int) -> None:
        recovered = bool(self._trouble) and self._waits
        self.forget()
        self.edit_saved.emit(number)
        self.changed.emit()
        if recovered:
            self.recovered.emit()

    def _in_trouble(self, sentence: str) -> None:
        self._trouble = sentence
        self._waits = self._pending() > 0  # else it is one change that can never be written
        self.trouble.emit(sentence)
        self.changed.emit()
