"""A session with a project of tiny photos and no model: what lists need."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from edam_gui.jobs.delivery import DeliveryQueue
from edam_gui.project.store import ImageRow, Status, Ticks
from edam_gui.project.store.changes import SetStatus, SetTicks
from edam_gui.session.messages import Message
from edam_gui.session.pass_cache import PassCache
from edam_gui.session.session import Session


def write_photos(folder: Path, count: int) -> Path:
    """Write photos img0.png, img1.png, ... of one colour each."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        pixels = np.full((12, 16, 3), (number * 40 % 256, 90, 200), np.uint8)
        Image.fromarray(pixels).save(folder / f"img{number}.png")
    return folder


class QuietSession(Session):
    """Loads no model: lists do not need one."""

    def load_model(self) -> None:
        """Load nothing."""


@dataclass
class Listing:
    """A session, its queue, and what it said."""

    session: Session
    queue: DeliveryQueue
    messages: list[Message]

    def wait(self, condition: Callable[[], bool]) -> None:
        """Run what jobs deliver until the condition holds."""
        assert self.queue.run_until(condition, 20.0)

    def open(self, folder: Path) -> None:
        """Open a folder and wait for its list, its first image and its counts."""
        session = self.session
        session.open(folder)
        self.wait(lambda: session.project is not None and session.project.folder == folder)
        self.wait(lambda: session.current is not None and session.current.files is not None)
        self.wait(lambda: session.sitting.progress is not None)

    def settle(self) -> None:
        """Wait until all is saved and counted."""
        session = self.session
        assert session.project is not None
        self.wait(lambda: session.project is not None and not session.project.store.pending())
        session.events.saved_changed.emit()
        self.wait(lambda: not session.jobs.is_busy("count-images"))

    def put(self, image: int, ticks: Ticks | None = None, status: Status | None = None) -> None:
        """Write to the project as if it had been done in an earlier sitting."""
        project = self.session.project
        assert project is not None
        if ticks is not None:
            project.store.submit(SetTicks(image, ticks))
        if status is not None:
            project.store.submit(SetStatus(image, status))
        project.store.flush()

    def relist(self) -> None:
        """List the images anew."""
        self.session.navigator.refresh()
        self.wait(lambda: not self.session.navigator.is_listing)

    def row(self, place: int) -> ImageRow:
        """Return the image at a place of the list."""
        row = self.session.rows.at(place)
        assert row is not None
        return row

    def stored(self, image: int) -> ImageRow:
        """Return an image as the file has it."""
        project = self.session.project
        assert project is not None
        project.store.flush()
        return project.store.rows([image])[0]


@contextmanager
def open_listing(folder: Path, cache: Path) -> Iterator[Listing]:
    """Open a folder of photos in a session that is closed afterwards."""
    queue = DeliveryQueue()
    session = QuietSession(queue, PassCache(cache))
    messages: list[Message] = []
    session.events.message.connect(messages.append)
    listing = Listing(session, queue, messages)
    try:
        listing.open(folder)
        yield listing
    finally:
        session.close()
