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

    def __init__(self, deliver: Deliver, pending: Callable[[], int]) -> None:
        self._deliver = deliver
        self._pending = pending
        self._trouble = ""
        self._closed = False

    def close(self) -> None:
        """Tell nobody any more: the session has ended."""
        self._closed = True

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
        self._trouble = ""
        self.edit_saved.emit(number)
        self.changed.emit()

    def _in_trouble(self, sentence: str) -> None:
        self._trouble = sentence
        self.trouble.emit(sentence)
        self.changed.emit()
