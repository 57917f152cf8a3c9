"""A thread that runs one call after the other."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable


class Lane:
    """A thread and its queue; the thread starts with the first call.

    Parameters
    ----------
    name
        Of the thread.
    """

    def __init__(self, name: str) -> None:
        self._calls: deque[Callable[[], None]] = deque()
        self._ready = threading.Condition()
        self._open = True
        self._thread = threading.Thread(target=self._work, name=f"lane-{name}", daemon=True)
        self._thread.start()

    def put(self, call: Callable[[], None], *, urgent: bool = False) -> None:
        """Queue a call, at the front if it is urgent."""
        with self._ready:
            if urgent:
                self._calls.appendleft(call)
            else:
                self._calls.append(call)
            self._ready.notify()

    def close(self) -> None:
        """Drop what waits and wait for the call that runs."""
        with self._ready:
            self._open = False
            self._calls.clear()
            self._ready.notify()
        self._thread.join()

    def _work(self) -> None:
        while True:
            with self._ready:
                while self._open and not self._calls:
                    self._ready.wait()
                if not self._open:
                    return
                call = self._calls.popleft()
            call()
