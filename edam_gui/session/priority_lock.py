"""A lock that the user's own work gets before work in the background."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_LOOK_S = 0.05


class PriorityLock:
    """One holder at a time; background work waits as long as anyone else wants the lock, or as it is held back."""

    def __init__(self) -> None:
        self._free = threading.Condition()
        self._held = False
        self._waiting = 0
        self._held_back = False

    @contextmanager
    def first(self) -> Iterator[None]:
        """Hold the lock for work that the user waits for."""
        with self._free:
            self._waiting += 1
            self._free.wait_for(lambda: not self._held)
            self._waiting -= 1
            self._held = True
        try:
            yield
        finally:
            self._release()

    @contextmanager
    def background(self, check: Callable[[], None]) -> Iterator[None]:
        """Hold the lock for work nobody waits for.

        Parameters
        ----------
        check
            Called now and then while waiting; may raise to give up.
        """
        with self._free:
            while self._held or self._waiting or self._held_back:
                check()
                self._free.wait(_LOOK_S)
            self._held = True
        try:
            yield
        finally:
            self._release()

    def hold_back(self, held_back: bool) -> None:
        """Let background work wait (`True`), e.g. while a stroke is painted, or go on."""
        with self._free:
            self._held_back = held_back
            self._free.notify_all()

    def _release(self) -> None:
        with self._free:
            self._held = False
            self._free.notify_all()
