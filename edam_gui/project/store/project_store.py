"""A project file that is open."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing, nullcontext
from pathlib import Path

from edam_gui.core.errors import OutputError
from edam_gui.core.label_set import LabelSet
from edam_gui.project.store.changes import Change, set_label_set
from edam_gui.project.store.checks import find_damage
from edam_gui.project.store.connection import choose_journal, open_reader, open_updater
from edam_gui.project.store.copying import copy_project
from edam_gui.project.store.creating import new_project
from edam_gui.project.store.folders import ProjectFolders
from edam_gui.project.store.lock import ProjectLock
from edam_gui.project.store.prepare import check_exists, open_same, prepare, take
from edam_gui.project.store.trouble import DatabaseErrors
from edam_gui.project.store.writer import Listener, Writer

CLOSE_TIMEOUT_S = 5.0


def _ignore(_: object) -> None:
    """Listen to nothing."""


class ProjectStore(ProjectFolders):
    """An open project; made by `create` and `open`.

    Changes are values (`edam_gui.project.store.changes`) given to `submit`, from any thread; a thread of the store
    writes them. Reading is described at `ProjectReads`. To be closed, also by ``with``.

    Parameters
    ----------
    path
        The file, links resolved.
    read_only
        Why nothing can be changed, as a sentence; `None`: it can.
    notices
        Sentences for the user on what was found when it was opened.
    """

    read_only: str | None
    notices: tuple[str, ...]
    check_later: bool = False
    """Whether `find_damage` should still look through the file."""

    def __init__(
        self,
        path: Path,
        lock: ProjectLock | None,
        listener: Listener,
        granted: Iterable[Path],
        *,
        read_only: str | None,
        notices: tuple[str, ...],
    ) -> None:
        self.read_only = read_only
        self.notices = notices
        self._lock = lock
        self._listener = listener
        self._writer: Writer | None = None
        super().__init__(path, granted)
        if read_only is None:
            self._writer = Writer(path, self._connector(path), listener)
            self._note_home()

    @classmethod
    def create(
        cls,
        path: Path,
        label_set: LabelSet,
        *,
        on_saved: Callable[[int], None] = _ignore,
        on_trouble: Callable[[str], None] = _ignore,
    ) -> ProjectStore:
        """Make a project without images and open it.

        Parameters
        ----------
        path
            A file that does not exist; its folder is made.
        label_set
            The classes.
        on_saved, on_trouble
            See `Listener`.

        Raises
        ------
        OutputError
            It cannot be written.
        """
        new_project(path, (set_label_set(label_set),))
        return cls.open(path, on_saved=on_saved, on_trouble=on_trouble)

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        granted: Iterable[Path] = (),
        on_saved: Callable[[int], None] = _ignore,
        on_trouble: Callable[[str], None] = _ignore,
        check_at_once: bool = True,
    ) -> ProjectStore:
        """Open a project; only for reading if another window has it, or if it cannot be written to.

        A damaged one is copied aside and what is readable recovered, which `notices` tells.

        Parameters
        ----------
        path
            The file.
        granted
            Folders outside the project's that the user has allowed, from the settings.
        on_saved, on_trouble
            See `Listener`.
        check_at_once
            Look through the whole file first. Otherwise of a large one only what takes little time is looked at, and
            where `check_later` says so, `find_damage` is to follow.

        Raises
        ------
        InputFileError
            It is no project, is newer than this program, or holds what no project holds.
        OutputError
            It is damaged, and cannot be recovered where it is.
        """
        real = path.resolve()
        check_exists(real)
        lock = ProjectLock(real)
        read_only = take(lock, real)
        try:
            ready = prepare(real, writable=read_only is None, at_once=check_at_once)
            store = cls(real, lock, Listener(on_saved, on_trouble), granted, read_only=read_only, notices=ready.notices)
            store.check_later = ready.check_later
            return store
        except BaseException:
            lock.release()
            raise

    def find_damage(self, cancelled: Callable[[], bool] = lambda: False) -> str | None:
        """Look through the whole file, in any thread; return what is wrong, as a sentence.

        A project that is found to be damaged is to be closed and opened again, to recover what is readable.

        Parameters
        ----------
        cancelled
            Asked every now and then whether to stop; the answer is `None` then.
        """
        return find_damage(self.path, cancelled)

    # Writing

    def submit(self, *changes: Change) -> int:
        """Queue changes that are written together or not at all; return their number, for `on_saved`.

        Returns at once; the changes are on the disk within 100 ms unless there is trouble.

        Raises
        ------
        OutputError
            The project is open only for reading, or closed.
        """
        if self._writer is None:
            raise OutputError(self.path, self.read_only or "is closed")
        return self._writer.submit(changes)

    def pending(self) -> int:
        """Return how many calls of `submit` are not yet on the disk."""
        return self._writer.pending() if self._writer else 0

    @property
    def trouble(self) -> str | None:
        """Why nothing can be written at the moment, as a sentence, if so."""
        return self._writer.trouble if self._writer else None

    def retry(self) -> None:
        """Try again to write, now."""
        if self._writer:
            self._writer.retry()

    def flush(self, timeout: float | None = None) -> bool:
        """Wait until all that was submitted is on the disk; `False` if that did not happen in time (seconds)."""
        return self._writer.flush(timeout) if self._writer else True

    def save_elsewhere(self, path: Path) -> None:
        """Write a full copy with all that is pending; this store goes on as before, in its own file.

        Raises
        ------
        OutputError
            The copy cannot be written, or this project cannot be read any more.
        """
        self._copy(path.absolute(), self._pending_batches())

    def move_to(self, path: Path) -> None:
        """Write a full copy with all that is pending and go on in the copy; what is submitted meanwhile goes there too.

        The way out of trouble, and out of `read_only`. The old file stays as it is; `path` and `folder` are the new
        ones then. Takes as long as copying the file does.

        Raises
        ------
        OutputError
            The copy cannot be written, or this project cannot be read any more; the store goes on as before.
        """
        target = path.parent.resolve() / path.name
        if self._writer is None and self.read_only is None:
            raise OutputError(self.path, "is closed")
        with self._writer.paused() if self._writer else nullcontext():
            written = self._pending_batches()
            self._copy(target, written)
            lock = ProjectLock(target)
            lock.take()
            with closing(open_updater(target)) as connection:
                choose_journal(connection, target)
            connect = self._connector(target)
            self._reopen(target)
            if self._writer:
                self._writer.redirect(target, connect, len(written))
        if self._lock is not None:
            self._lock.release()
        self._lock = lock
        if self._writer is None:
            self._writer = Writer(target, connect, self._listener)
            self.read_only = None
        self._note_home()

    def close(self, timeout: float | None = CLOSE_TIMEOUT_S) -> bool:
        """Write what is left and close; `False` if something could not be written in time (seconds) and is lost."""
        self.close_reader()
        saved = self._writer.close(timeout) if self._writer else True
        self._writer = None
        if self._lock is not None:
            self._lock.release()
        return saved

    def __enter__(self) -> ProjectStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _pending_batches(self) -> tuple[tuple[Change, ...], ...]:
        return self._writer.pending_batches() if self._writer else ()

    def _connector(self, path: Path) -> Callable[[], sqlite3.Connection]:
        project = self.setting("project")
        return lambda: open_same(path, project)

    def _copy(self, target: Path, batches: tuple[tuple[Change, ...], ...]) -> None:
        try:
            reader = open_reader(self.path)
        except DatabaseErrors:
            with self._open() as still_open:  # of a deleted file this may be all that is left
                copy_project(still_open, target, self.roots(), batches)
            return
        with closing(reader):
            copy_project(reader, target, self.roots(), batches)
