"""Going from image to image, in the order and under the filter of the list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from edam_gui.jobs import JobContext
from edam_gui.project.store import ImageRow, Query, Status
from edam_gui.project.store.changes import SetStatus
from edam_gui.session.context import Context

_LIST: Final = "list-images"
_FIRST_S: Final = 0.3
_NEXT_S: Final = 1.0
"""How long a list, and the same list made anew, waits for what is being saved: images are added in many steps."""


@dataclass(frozen=True, eq=False)
class _Listing:
    ids: list[int]
    places: dict[int, int]
    complete: bool


class Navigator:
    """The list of images and the place in it.

    Listing is a job, as a data set may have a hundred thousand images; until it is done the list before it stands.

    Parameters
    ----------
    context
        The session's state.
    show
        Brings an image to the desk.
    """

    def __init__(self, context: Context, show: Callable[[ImageRow], None]) -> None:
        self._context = context
        self._show = show
        self.query = Query()
        self.ids: Sequence[int] = ()
        self._places: dict[int, int] = {}
        self._forward = True
        self._then: Callable[[], None] | None = None
        self._listed: Query | None = None
        self._again = False
        self._wanted: int | None = None
        self._gap = 0
        self.on_status: Callable[[Status, Status], None] = lambda _before, _after: None

    def refresh(self, then: Callable[[], None] | None = None) -> None:
        """List the images anew, in a job: the filter, the order or the images have changed.

        Parameters
        ----------
        then
            Called when the new list stands, or a newer one in its place.
        """
        project, query = self._context.project, self.query
        self._then = then or self._then
        if project is None:
            self.clear()
            return
        if self.is_listing and query == self._listed:
            self._again = True  # what has changed may have come too late for the list that is being made
            return
        patience = _NEXT_S if self.ids and query == self._listed else _FIRST_S
        self._listed, self._again = query, False

        def work(_: JobContext) -> _Listing:
            complete = project.store.flush(patience) or project.store.trouble is not None
            ids = project.store.ids(query)
            return _Listing(ids, {image: place for place, image in enumerate(ids)}, complete)

        def take(listing: _Listing) -> None:
            self._gap = self._gap_in(listing)
            self.ids, self._places = listing.ids, listing.places
            self._context.events.images_changed.emit()
            if self._again or not listing.complete:
                self.refresh()
            if listing.ids or listing.complete:
                waiting, self._then = self._then, None
                if waiting is not None:
                    waiting()

        self._context.jobs.start(_LIST, work, done=take, lane="list", urgent=True)

    @property
    def is_listing(self) -> bool:
        """Whether a new list is being made."""
        return self._context.jobs.is_busy(_LIST)

    def clear(self) -> None:
        """List nothing: the project is being closed."""
        self._context.jobs.cancel(_LIST)
        self._then = self._listed = self._wanted = None
        self.query = Query()
        self.ids, self._places = (), {}
        self._context.events.images_changed.emit()

    def set_query(self, query: Query) -> None:
        """List other images, or in another order."""
        if query != self.query:
            self.query = query
            self.refresh()

    @property
    def place(self) -> int | None:
        """Where the current image stands in the list; `None` if it is not in it."""
        current = self._context.current
        return self._places.get(current.id) if current is not None else None

    def place_of(self, image: int) -> int | None:
        """Return where an image stands in the list."""
        return self._places.get(image)

    def go_to(self, image: int) -> None:
        """Show an image."""
        project = self._context.project
        if project is not None:
            self._wanted = image
            self._show(project.store.row(image))

    def again(self) -> None:
        """Show the image that was wanted last, and could not be shown; the first one without that."""
        if self._wanted in self._places:
            self.go_to(self._wanted)
        else:
            self.next()

    def next(self) -> bool:
        """Show the next image; `False` at the end of the list."""
        return self._step(1)

    def previous(self) -> bool:
        """Show the image before; `False` at the beginning of the list."""
        return self._step(-1)

    def _step(self, by: int) -> bool:
        self._forward = by > 0
        target = self._target(by)
        if not 0 <= target < len(self.ids):
            return False
        self.go_to(self.ids[target])
        return True

    def _target(self, by: int) -> int:
        """Return the place one step on (1) or back (-1)."""
        current = self._context.current
        # What could not be shown is stepped over too.
        place = self.place if current is not None else self._places.get(self._wanted or 0)
        if place is not None:
            return place + by
        if current is None:
            return 0
        return self._gap if by > 0 else self._gap - 1

    def _gap_in(self, listing: _Listing) -> int:
        """Return between which images of a new list the current one stood that is not in it: before this place."""
        current = self._context.current
        if current is None or current.id in listing.places:
            return 0
        before = self._places.get(current.id)
        if before is None:
            return min(self._gap, len(listing.ids))
        return sum(image in listing.places for image in self.ids[:before])

    def next_of(self, *statuses: Status) -> bool:
        """Show the next image of a status, from here to the end and on from the beginning; `False` if there is none."""
        if self._context.project is None or not self.ids:
            return False
        current = self._context.current
        place = self.find(self._target(1), *statuses, but=current.id if current is not None else None)
        if place is not None:
            self.go_to(self.ids[place])
        return place is not None

    def find(self, start: int, *statuses: Status, but: int | None = None) -> int | None:
        """Return the place of an image of a status, from `start` to the end and on from the beginning; `None`: none.

        Parameters
        ----------
        start
            Place where to begin.
        statuses
            Any of these.
        but
            An image that is not meant.
        """
        project = self._context.project
        if project is None:
            return None
        project.store.flush(1.0)
        wanted = set(project.store.ids(replace(self.query, statuses=frozenset(statuses)))) - {but}
        count = len(self.ids)
        return next((p for p in (*range(start, count), *range(min(start, count))) if self.ids[p] in wanted), None)

    def set_status(self, status: Status) -> None:
        """Set the current image's status."""
        current = self._context.current
        if current is None or status is current.status or not self._context.may_change():
            return
        before = current.status
        self.put_status(status)
        self.on_status(before, status)

    def put_status(self, status: Status) -> None:
        """Write the status, without a step in the history."""
        current, project = self._context.current, self._context.project
        if current is None or project is None:
            return
        current.status = status
        project.submit(SetStatus(current.id, status))
        self._context.events.status_changed.emit()

    def neighbours(self) -> list[ImageRow]:
        """Return the images that are likely next: in the direction of the last step first."""
        place, project = self.place, self._context.project
        if place is None or project is None:
            return []
        order = (1, -1) if self._forward else (-1, 1)
        wanted = [self.ids[place + by] for by in order if 0 <= place + by < len(self.ids)]
        return project.store.rows(wanted)
