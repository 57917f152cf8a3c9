"""What the Image menu does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from edam_gui.gui.annotate.image_list.grid_view import GridView
from edam_gui.gui.shell.action_book import ActionBook
from edam_gui.project.store import Status
from edam_gui.session.messages import Level, Message
from edam_gui.session.session import Session

_UNFINISHED: Final = (Status.NEW, Status.IN_PROGRESS, Status.NEEDS_WORK)
_LAST_ONE: Final = "This is the last image of the list."
_LAST: Final = "That was the last image of the list."


def bind_images(book: ActionBook, session: Session, grid: Callable[[], GridView | None] = lambda: None) -> None:
    """Bind going from image to image, and the status of images.

    Parameters
    ----------
    book, session
        The actions, and what they act on.
    grid
        Returns the grid while it is shown: everything is then done to the images selected there.
    """
    navigator = session.navigator
    tiles = _InGrid(session)

    def tell(moved: bool, sentence: str) -> None:
        session.events.message.emit(Message(Level.INFO, "" if moved else sentence, "navigation"))

    def accept_next() -> None:
        finishing, current = session.finishing, session.current
        moved = finishing.accept_and_next()
        tell(moved or current is None or current.status is not Status.ACCEPTED, _LAST)

    def bind(name: str, here: Callable[[], object], there: Callable[[GridView], object]) -> None:
        def run() -> None:
            view = grid()
            if view is None:
                here()
            else:
                there(view)

        book.bind(name, run)

    last, first, finished = _LAST_ONE, "This is the first image of the list.", "Every image is finished."
    bind("image.next", lambda: tell(navigator.next(), last), lambda view: tell(view.step(1), last))
    bind("image.previous", lambda: tell(navigator.previous(), first), lambda view: tell(view.step(-1), first))
    bind(
        "image.next_unfinished",
        lambda: tell(navigator.next_of(*_UNFINISHED), finished),
        lambda view: tell(tiles.next_unfinished(view), finished),
    )
    bind("image.accept_next", accept_next, lambda view: tell(tiles.accept_next(view), _LAST))
    bind("image.accept", session.finishing.accept, tiles.accept)
    for name, status in (("image.needs_work", Status.NEEDS_WORK), ("image.skip", Status.SKIPPED)):
        bind(
            name,
            lambda status=status: tell(session.finishing.set_status_and_next(status), _LAST),  # type: ignore[misc]
            lambda view, status=status: tell(tiles.judge(view, status), _LAST),  # type: ignore[misc]
        )


class _InGrid:
    """Does to the images selected in the grid what keys do to the one on the desk."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def accept(self, view: GridView) -> None:
        self._session.bulk_status.accept(view.selected_images())

    def accept_next(self, view: GridView) -> bool:
        self.accept(view)
        return view.step(1)

    def judge(self, view: GridView, status: Status) -> bool:
        self._session.bulk_status.set(view.selected_images(), status)
        return view.step(1)

    def next_unfinished(self, view: GridView) -> bool:
        rows = view.selected_rows()
        alone = view.selected_images()[0] if len(rows) == 1 else None
        place = self._session.navigator.find(rows[-1] + 1 if rows else 0, *_UNFINISHED, but=alone)
        return place is not None and view.go_to(place)
