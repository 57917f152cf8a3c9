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

    def set_status(status: Status) -> None:
        navigator.set_status(status)
        tell(navigator.next(), _LAST)

    book.bind_all(
        {
            "image.next": lambda: tell(navigator.next(), "This is the last image of the list."),
            "image.previous": lambda: tell(navigator.previous(), "This is the first image of the list."),
            "image.next_unfinished": lambda: tell(
                navigator.next_of(Status.NEW, Status.IN_PROGRESS, Status.NEEDS_WORK), "Every image is finished."
            ),
            "image.accept_next": lambda: tell(session.accept_and_next(), _LAST),
            "image.accept": session.accept,
            "image.needs_work": lambda: set_status(Status.NEEDS_WORK),
            "image.skip": lambda: set_status(Status.SKIPPED),
        }
    )
