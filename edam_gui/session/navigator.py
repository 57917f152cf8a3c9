"""Going from image to image, in the order and under the filter of the list."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from edam_gui.project.store import ImageRow, Query, Status
from edam_gui.project.store.changes import SetStatus
from edam_gui.session.context import Context


class Navigator:
    """The list of images and the place in it.

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
        self.on_status: Callable[[Status, Status], None] = lambda _before, _after: None

    def refresh(self) -> None:
        """List the images anew: the filter, the order or the images have changed."""
        project = self._context.project
        self.ids = project.store.ids(self.query) if project is not None else ()
        self._places = {image: place for place, image in enumerate(self.ids)}
        self._context.events.images_changed.emit()

    def set_query(self, query: Query) -> None:
        """List other images, or in another order."""
        self.query = query
        project = self._context.project
        if project is not None:
            project.store.flush(1.0)
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
            self._show(project.store.row(image))

    def next(self) -> bool:
        """Show the next image; `False` at the end of the list."""
        return self._step(1)

    def previous(self) -> bool:
        """Show the image before; `False` at the beginning of the list."""
        return self._step(-1)

    def _step(self, by: int) -> bool:
        self._forward = by > 0
        place = self.place
        target = 0 if place is None else place + by
        if not 0 <= target < len(self.ids):
            return False
        self.go_to(self.ids[target])
        return True

    def next_of(self, *statuses: Status) -> bool:
        """Show the next image of a status, from here to the end and on from the beginning; `False` if there is none."""
        project = self._context.project
        if project is None or not self.ids:
            return False
        project.store.flush(1.0)
        start = self.place if self.place is not None else -1
        order = [*self.ids[start + 1 :], *self.ids[: max(start, 0)]]
        for first in range(0, len(order), 500):
            for row in project.store.rows(order[first : first + 500]):
                if row.status in statuses:
                    self._show(project.store.row(row.id))
                    return True
        return False

    def set_status(self, status: Status) -> None:
        """Set the current image's status."""
        current = self._context.current
        if current is None or status is current.status:
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

    def accept_and_next(self) -> bool:
        """Accept the image and show the next one that is not finished, else the next one."""
        self.set_status(Status.ACCEPTED)
        return self.next()

    def neighbours(self) -> list[ImageRow]:
        """Return the images that are likely next: in the direction of the last step first."""
        place, project = self.place, self._context.project
        if place is None or project is None:
            return []
        order = (1, -1) if self._forward else (-1, 1)
        wanted = [self.ids[place + by] for by in order if 0 <= place + by < len(self.ids)]
        return project.store.rows(wanted)
