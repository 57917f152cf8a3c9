"""Delivery without an event loop: for scripts, headless commands and tests."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable


class DeliveryQueue:
    """Collects calls from any thread; the owner runs them."""

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    def __call__(self, call: Callable[[], None]) -> None:
        """Queue a call; this is the `Deliver` hop."""
        self._calls.put(call)

    def run_until(self, condition: Callable[[], bool], timeout_s: float = 60.0) -> bool:
        """Run calls as they come until the condition holds; return whether it does.

        Parameters
        ----------
        condition
            Looked at before waiting and after every call.
        timeout_s
            How long to wait in all, in seconds.
        """
        deadline = time.monotonic() + timeout_s
        while not condition():
            try:
                self._calls.get(timeout=max(0.0, deadline - time.monotonic()))()
            except queue.Empty:
                return condition()
        return True
