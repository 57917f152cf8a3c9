"""Accepted images and what changes them from afar: thresholds and methods of the whole project."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from edam_gui.jobs import JobContext
from edam_gui.project.store import ImageRow, Query, Status
from edam_gui.project.thresholds import ThresholdScopes, pinned
from edam_gui.session.bulk import Bulk
from edam_gui.session.bulk_thresholds import BulkThresholds
from edam_gui.session.context import Context
from edam_gui.session.messages import Level
from edam_gui.session.rules import Rules
from edam_gui.session.threshold_writes import OwnScopes, own_scopes

CHANGED: Final = "accepted-thresholds"
"""Topic of the message after which `AcceptedImages.keep` helps."""

_METHOD: Final = "accepted-method"
_FIND: Final = "find-"
_NAME: Final = "Keep thresholds"
_ACCEPTED: Final = Query(statuses=frozenset({Status.ACCEPTED}))


class AcceptedImages:
    """Says so when a change of the whole project also holds for accepted images, and can keep theirs as they were.

    Parameters
    ----------
    context, rules, bulk, thresholds
        The session's state, the thresholds, and what changes many images and their thresholds.
    reload
        Called when the image on the desk was changed in the project.
    """

    def __init__(
        self,
        context: Context,
        rules: Rules,
        bulk: Bulk,
        thresholds: BulkThresholds,
        reload: Callable[[], None],
    ) -> None:
        self._context = context
        self._rules = rules
        self._bulk = bulk
        self._thresholds = thresholds
        self._reload = reload
        self._before: dict[int, ThresholdScopes] = {}
        self._first: ThresholdScopes | None = None

    def thresholds_changed(self, before: ThresholdScopes) -> None:
        """Find the accepted images that follow the project; `before` is what held for the project until now."""
        self._first = self._first or before  # of changes so quick that only the last one's search ends

        def found(images: tuple[int, ...]) -> None:
            first, self._first = self._first or before, None
            for image in images:
                self._before.setdefault(image, first)
            text = f"The change also holds for {_count(len(images))}." if images else ""
            self._context.say(Level.WARNING, text, CHANGED)

        self._find(CHANGED, found)

    def method_changed(self) -> None:
        """Say that another method, model or saliency map also holds for the accepted images, if there are any."""

        def found(images: tuple[int, ...]) -> None:
            text = f"The change also holds for {_count(len(images))}: look at them again." if images else ""
            self._context.say(Level.WARNING, text, _METHOD)

        self._find(_METHOD, found)

    def keep(self) -> int:
        """Give accepted images, as own thresholds, those that they were accepted with; return how many got some."""
        project = self._context.project
        if project is None or not self._context.may_change():
            return 0
        known, self._before = self._before, {}
        choices, base = project.choices, self._rules.base()

        def wanted(row: ImageRow, now: ThresholdScopes) -> OwnScopes:
            kept = pinned(known[row.id], now, choices, base)
            return own_scopes(kept.image, kept.image_classes)

        accepted = [row for row in self._bulk.rows_of(known) if row.status is Status.ACCEPTED]
        changed = self._thresholds.give(_NAME, accepted, wanted)
        current = self._context.current
        if current is not None and current.id in changed:
            self._reload()
        self._context.say(Level.INFO, "", CHANGED)
        return len(changed)

    def forget(self) -> None:
        """Know of nothing: the project is being closed."""
        self._before.clear()
        self._first = None
        for topic in (CHANGED, _METHOD):
            self._context.jobs.cancel(_FIND + topic)
            self._context.say(Level.INFO, "", topic)

    def _find(self, topic: str, found: Callable[[tuple[int, ...]], None]) -> None:
        """Find accepted images besides the one on the desk, of which the user sees what happens to it."""
        project, current = self._context.project, self._context.current
        if project is None:
            return
        own = current.id if current is not None else None

        def work(_: JobContext) -> tuple[int, ...]:
            project.store.flush(1.0)
            return tuple(image for image in project.store.ids(_ACCEPTED) if image != own)

        self._context.jobs.start(_FIND + topic, work, done=found, lane="list")


def _count(images: int) -> str:
    return "one accepted image" if images == 1 else f"{images:,} accepted images"
