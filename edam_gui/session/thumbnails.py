"""Thumbnails of what is on the screen, made in a lane of their own; what scrolled away is not made."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from psygnal import Signal

from edam_gui.core.arrays import UInt8Array
from edam_gui.core.errors import EdamError
from edam_gui.imaging.thumbnail import read_thumbnail
from edam_gui.imaging.thumbnail_cache import ThumbnailCache
from edam_gui.jobs import Deliver, JobContext
from edam_gui.jobs.street import failure_sentence
from edam_gui.project.store import ImageRow
from edam_gui.session.context import Context

SIDE: Final = 256
"""Pixels of the longer side of every thumbnail; lists show them smaller."""

_MEMORY_BYTES: Final = 48 << 20
_KEY: Final = "thumbnails"
_NICE: Final = 10


@dataclass(frozen=True, eq=False)
class Thumbnail:
    """A small picture, or why there is none.

    Parameters
    ----------
    pixels
        (h, w, 3) uint8 RGB, upright, the longer side at most `SIDE`; `None`: the photo cannot be shown.
    problem
        The sentence that says so.
    """

    pixels: UInt8Array | None
    problem: str = ""

    @property
    def nbytes(self) -> int:
        """Memory it takes."""
        return 200 + (self.pixels.nbytes if self.pixels is not None else 0)


class Thumbnails:
    """Makes what is wanted, newest wish first.

    Parameters
    ----------
    context, deliver
        The session's state, and how a call reaches the owner's thread.
    cache
        Where thumbnails are kept; the user's cache folder by default.

    Attributes
    ----------
    ready
        Signal: the thumbnail of this image (its id) can be had from `get`.
    """

    ready = Signal(int)

    def __init__(self, context: Context, deliver: Deliver, cache: ThumbnailCache | None = None) -> None:
        self._context = context
        self._deliver = deliver
        self.cache = cache or ThumbnailCache()
        self._memory: OrderedDict[int, Thumbnail] = OrderedDict()
        self._bytes = 0
        self._wishes: dict[str, list[tuple[int, Path]]] = {}
        self._lock = threading.Lock()
        self._generation = 0

    def get(self, image: int) -> Thumbnail | None:
        """Return the thumbnail of an image if it is there."""
        found = self._memory.get(image)
        if found is not None:
            self._memory.move_to_end(image)
        return found

    def want(self, owner: str, rows: Sequence[ImageRow]) -> None:
        """Say what a view shows now, in the order in which it is needed; its wishes before this are dropped.

        Parameters
        ----------
        owner
            Name of the view.
        rows
            The images; what is in memory is not made again.
        """
        project = self._context.project
        tasks: list[tuple[int, Path]] = []
        for row in rows if project is not None else ():
            if row.id in self._memory:
                continue
            try:
                tasks.append((row.id, project.store.path_of(row)))  # type: ignore[union-attr]
            except EdamError as error:
                self._keep(row.id, Thumbnail(None, str(error)))
        with self._lock:
            self._wishes[owner] = tasks
        if tasks and not self._context.jobs.is_busy(_KEY):
            self._start()

    def clear(self) -> None:
        """Forget everything: the project is being closed, or photos have changed."""
        with self._lock:
            self._wishes.clear()
            self._generation += 1
        self._context.jobs.cancel(_KEY)
        self._memory.clear()
        self._bytes = 0

    def _start(self) -> None:
        generation = self._generation

        def work(context: JobContext) -> None:
            _be_nice()
            while not context.token.cancelled() and (task := self._next()) is not None:
                image, path = task
                thumbnail = self._make(path)
                self._deliver(self._arrival(generation, image, thumbnail))

        self._context.jobs.start(_KEY, work, done=lambda _: self._go_on(), lane="thumbnails")

    def _arrival(self, generation: int, image: int, thumbnail: Thumbnail) -> Callable[[], None]:
        return lambda: self._keep(image, thumbnail) if generation == self._generation else None

    def _go_on(self) -> None:
        """Begin again if something was wished for while the job was ending."""
        with self._lock:
            more = any(self._wishes.values())
        if more:
            self._start()

    def _next(self) -> tuple[int, Path] | None:
        """Take the next wish; called in the lane's thread."""
        with self._lock:
            for tasks in self._wishes.values():
                if tasks:
                    return tasks.pop(0)
        return None

    def _make(self, path: Path) -> Thumbnail:
        """Fetch or make a thumbnail; called in the lane's thread."""
        try:
            key = self.cache.key(path, SIDE)
            pixels = self.cache.get(key)
            if pixels is None:
                pixels = read_thumbnail(path, SIDE)
                self.cache.put(key, pixels)
        except (EdamError, MemoryError) as error:
            return Thumbnail(None, failure_sentence(error))
        return Thumbnail(pixels)

    def _keep(self, image: int, thumbnail: Thumbnail) -> None:
        old = self._memory.pop(image, None)
        self._bytes += thumbnail.nbytes - (old.nbytes if old is not None else 0)
        self._memory[image] = thumbnail
        while self._bytes > _MEMORY_BYTES and len(self._memory) > 1:
            _, dropped = self._memory.popitem(last=False)
            self._bytes -= dropped.nbytes
        self.ready.emit(image)


def _be_nice() -> None:
    """Let every other thread go first, where the system knows priorities of threads."""
    if hasattr(os, "setpriority"):
        try:
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
        except OSError:
            return  # not allowed here: it works all the same
