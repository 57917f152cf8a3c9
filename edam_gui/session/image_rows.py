"""What lists show of images: read in pages from the project, with what has changed since on top."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from psygnal import Signal

from edam_gui.core.errors import InputFileError
from edam_gui.project.store import ImageRow
from edam_gui.session.context import Context
from edam_gui.session.history_keeper import HistoryKeeper
from edam_gui.session.navigator import Navigator

PAGE: Final = 128
_PAGES: Final = 64


class ImageRows:
    """Rows of the navigator's list.

    The project's lists show what is on the disk; what was done a moment ago is kept here until it is there too.

    Parameters
    ----------
    context, navigator
        The session's state and its list.

    Attributes
    ----------
    changed
        Signal: the rows of these images (a frozenset of ids) have changed. When the list itself changes,
        `Events.images_changed` tells.
    """

    changed = Signal(object)

    def __init__(self, context: Context, navigator: Navigator) -> None:
        self._context = context
        self._navigator = navigator
        self._pages: OrderedDict[int, dict[int, ImageRow]] = OrderedDict()
        self._unsaved: dict[int, ImageRow] = {}
        events = context.events
        events.images_changed.connect(self.forget)
        events.status_changed.connect(self._current_changed)
        events.ticks_changed.connect(self._current_changed)
        events.history_changed.connect(self._current_changed)
        events.saved_changed.connect(self._saved)

    def at(self, place: int) -> ImageRow | None:
        """Return the image at a place of the list; `None` if it is gone. Reads a page if need be."""
        ids = self._navigator.ids
        if not 0 <= place < len(ids):
            return None
        image = ids[place]
        return self._unsaved.get(image) or self._page(place // PAGE).get(image)

    def many(self, images: Iterable[int]) -> list[ImageRow]:
        """Return images by id, in that order, as they are now; ids of no image are left out."""
        wanted = list(images)
        known = {image: row for image in wanted if (row := self._known(image)) is not None}
        missing = [image for image in wanted if image not in known]
        if missing:
            known |= {row.id: row for row in self._read(missing)}
        return [known[image] for image in wanted if image in known]

    def put(self, rows: Iterable[ImageRow]) -> None:
        """Show images as they will be once what was submitted is saved."""
        changed = {row.id: row for row in rows if self._known(row.id) != row}
        self._unsaved |= changed
        if changed:
            self.changed.emit(frozenset(changed))

    def forget(self) -> None:
        """Read everything anew; what is not yet saved stays."""
        self._pages.clear()
        if self._context.project is None:
            self._unsaved.clear()

    def _read(self, images: Sequence[int]) -> list[ImageRow]:
        project = self._context.project
        if project is None:
            return []
        try:
            return project.store.rows(images)
        except InputFileError as error:
            self._context.complain(str(error), "list")
            return []

    def _known(self, image: int) -> ImageRow | None:
        if image in self._unsaved:
            return self._unsaved[image]
        place = self._navigator.place_of(image)
        page = self._pages.get(place // PAGE) if place is not None else None
        return page.get(image) if page is not None else None

    def _page(self, number: int) -> dict[int, ImageRow]:
        page = self._pages.get(number)
        if page is None:
            ids = self._navigator.ids[number * PAGE : (number + 1) * PAGE]
            page = {row.id: row for row in self._read(ids)}
            self._pages[number] = page
            while len(self._pages) > _PAGES:
                self._pages.popitem(last=False)
        self._pages.move_to_end(number)
        return page

    def _current_changed(self) -> None:
        current = self._context.current
        if current is None:
            return
        rows = self.many([current.id])
        if not rows:
            return
        values: dict[str, Any] = {
            "status": current.status,
            "ticks": current.ticks,
            "history": HistoryKeeper.seq(current),
        }
        if current.edits is not None:  # before that, the layers have not been brought back
            share = current.edits.share
            values["corrected"] = share if share or rows[0].corrected is not None else None
        row = replace(rows[0], **values)
        if row != rows[0]:
            self.put([row])

    def _saved(self) -> None:
        project = self._context.project
        if not self._unsaved or project is None or project.read_only is not None or project.store.pending():
            return
        before, self._unsaved = self._unsaved, {}
        changed = set()
        for row in self._read(list(before)):
            place = self._navigator.place_of(row.id)
            page = self._pages.get(place // PAGE) if place is not None else None
            if page is not None:
                page[row.id] = row
            if row != before[row.id]:
                changed.add(row.id)
        if changed:
            self.changed.emit(frozenset(changed))
