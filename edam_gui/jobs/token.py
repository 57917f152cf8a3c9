"""A request to stop."""

from __future__ import annotations

import threading

from edam_gui.core.errors import Cancelled


class CancelToken:
    """A request to stop, set from any thread and looked at by the work."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask the work to stop."""
        self._event.set()

    def cancelled(self) -> bool:
        """Whether the work was asked to stop."""
        return self._event.is_set()

    def check(self) -> None:
        """Raise `Cancelled` if the work was asked to stop."""
        if self.cancelled():
            raise Cancelled
