"""What the Image menu does."""

from __future__ import annotations

from edam_gui.gui.shell.action_book import ActionBook
from edam_gui.project.store import Status
from edam_gui.session.messages import Level, Message
from edam_gui.session.session import Session


def bind_images(book: ActionBook, session: Session) -> None:
    """Bind going from image to image, and the status of images."""
    navigator = session.navigator

    def tell(moved: bool, sentence: str) -> None:
        session.events.message.emit(Message(Level.INFO, "" if moved else sentence, "navigation"))

    def set_status(status: Status, *, go_on: bool) -> None:
        if status is Status.ACCEPTED:
            session.accept()
        else:
            navigator.set_status(status)
        if go_on:
            tell(navigator.next(), "That was the last image of the list.")

    book.bind_all(
        {
            "image.next": lambda: tell(navigator.next(), "This is the last image of the list."),
            "image.previous": lambda: tell(navigator.previous(), "This is the first image of the list."),
            "image.next_unfinished": lambda: tell(
                navigator.next_of(Status.NEW, Status.IN_PROGRESS, Status.NEEDS_WORK), "Every image is finished."
            ),
            "image.accept_next": lambda: set_status(Status.ACCEPTED, go_on=True),
            "image.accept": lambda: set_status(Status.ACCEPTED, go_on=False),
            "image.needs_work": lambda: set_status(Status.NEEDS_WORK, go_on=True),
            "image.skip": lambda: set_status(Status.SKIPPED, go_on=True),
        }
    )
