"""How long a job will still take, in words."""

from __future__ import annotations

from collections import deque
from typing import Final

_WINDOW_S: Final = 60.0
"""Only the last minute counts: the first image of a run is slow, and a laptop slows down."""


class RemainingTime:
    """Estimates the rest of a job from its latest progress.

    Parameters
    ----------
    start
        When the job began, in seconds of any clock.
    """

    def __init__(self, start: float) -> None:
        self._marks: deque[tuple[float, float]] = deque([(start, 0.0)])

    def update(self, now: float, done: float) -> None:
        """Note that `done` units are done now."""
        while len(self._marks) > 1 and now - self._marks[1][0] > _WINDOW_S:
            self._marks.popleft()
        self._marks.append((now, done))

    def seconds(self, total: float) -> float | None:
        """Return how many seconds are left until `total` units are done; None while that cannot be said."""
        (began, first), (now, last) = self._marks[0], self._marks[-1]
        if last <= first or now <= began:
            return None
        return max(total - last, 0.0) * (now - began) / (last - first)


def in_words(seconds: float) -> str:
    """Return a duration roughly: "8 s", "about 3 min", "about 2 h 10 min"."""
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"about {minutes} min"
    hours, rest = divmod(round(minutes / 10) * 10, 60)
    return f"about {hours} h {rest} min" if rest else f"about {hours} h"
