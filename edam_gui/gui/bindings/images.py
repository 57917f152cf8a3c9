"""What the Image menu does."""

from __future__ import annotations

from typing import Final

from edam_gui.gui.shell.action_book import ActionBook
from edam_gui.project.store import Status
from edam_gui.session.messages import Level, Message
from edam_gui.session.session import Session

_LAST: Final = "That was the last image of the list."


def bind_images(book: ActionBook, session: Session) -> None:
    """Bind going from image to image, and the status of images."""
    navigator = session.navigator

    def tell(moved: bool, sentence: str) -> None:
        session.events.message.emit(Message(Level.INFO, "" if moved else sentence, "navigation"))

    def accept_next() -> None:
        finishing, current = session.finishing, session.current
        moved = finishing.accept_and_next()
        tell(moved or current is None or current.status is not Status.ACCEPTED, _LAST)

    book.bind_all(
        {
            "image.next": lambda: tell(navigator.next(), "This is the last image of the list."),
            "image.previous": lambda: tell(navigator.previous(), "This is the first image of the list."),
            "image.next_unfinished": lambda: tell(
                navigator.next_of(Status.NEW, Status.IN_PROGRESS, Status.NEEDS_WORK), "Every image is finished."
            ),
            "image.accept_next": accept_next,
            "image.accept": lambda: session.finishing.accept(),
            "image.needs_work": lambda: tell(session.finishing.set_status_and_next(Status.NEEDS_WORK), _LAST),
            "image.skip": lambda: tell(session.finishing.set_status_and_next(Status.SKIPPED), _LAST),
        }
    )
