"""How far the work is: counts of the project, and what was done today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from edam_gui.jobs import JobContext
from edam_gui.project.store import Counts, Query, Status
from edam_gui.session.context import Context

_COUNT: Final = "count-images"


@dataclass(frozen=True)
class Progress:
    """How far the work is.

    Parameters
    ----------
    counts
        Of the whole project.
    accepted_today
        Accepted images that were changed last since midnight, local time.
    """

    counts: Counts
    accepted_today: int

    @property
    def accepted(self) -> int:
        """Number of accepted images."""
        return self.counts.by_status[Status.ACCEPTED]

    @property
    def sentence(self) -> str:
        """As it is shown: "12 of 340 accepted, 3 today"."""
        today = f", {self.accepted_today:,} today" if self.accepted_today else ""
        return f"{self.accepted:,} of {self.counts.total:,} accepted{today}"


class Sitting:
    """Counts anew, in a job, after what is counted has changed and is saved; `Events.counts_changed` tells.

    Parameters
    ----------
    context
        The session's state.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._stale = False
        self.progress: Progress | None = None
        events = context.events
        events.images_changed.connect(self.refresh)
        events.status_changed.connect(self.note_change)
        events.ticks_changed.connect(self.note_change)
        events.saved_changed.connect(self._saved)

    def note_change(self) -> None:
        """Count anew once all is saved."""
        self._stale = True

    def refresh(self) -> None:
        """Count anew, in a job."""
        self._stale = False
        project = self._context.project
        if project is None:
            self._take(None)
            return
        midnight = datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
        today = Query(statuses=frozenset({Status.ACCEPTED}), changed_since=midnight)

        def work(_: JobContext) -> Progress:
            project.store.flush(1.0)
            return Progress(project.store.counts(), project.store.count(today))

        self._context.jobs.start(_COUNT, work, done=self._take, lane="list")

    def close(self) -> None:
        """Forget the counts: the project is being closed."""
        self._context.jobs.cancel(_COUNT)
        self._stale = False
        self._take(None)

    def _saved(self) -> None:
        project = self._context.project
        if self._stale and project is not None and not project.store.pending():
            self.refresh()

    def _take(self, progress: Progress | None) -> None:
        if progress != self.progress:
            self.progress = progress
            self._context.events.counts_changed.emit()
