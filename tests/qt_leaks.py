"""Finds timers and threads of Qt's that a test started and left running."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, QThread, QTimer


@contextmanager
def watch_qt() -> Iterator[Callable[[], list[str]]]:
    """Remember every QTimer and QThread started meanwhile; the result tells which are still active."""
    started: list[weakref.ref[QObject]] = []
    originals = {QTimer: QTimer.start, QThread: QThread.start}

    def remember(kind: type) -> Callable[..., object]:
        def start(self: QObject, *args: object) -> object:
            started.append(weakref.ref(self))
            return originals[kind](self, *args)

        return start

    for kind in originals:
        kind.start = remember(kind)
    try:
        yield lambda: [str(o) for ref in started if (o := ref()) is not None and _active(o)]
    finally:
        for kind, original in originals.items():
            kind.start = original


def _active(o: QObject) -> bool:
    from shiboken6 import isValid

    if not isValid(o):
        return False
    return o.isActive() if isinstance(o, QTimer) else o.isRunning()
