"""A project file that is open."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path

from edam_gui.core.errors import InputFileError, OutputError
from edam_gui.core.label_set import LabelSet
from edam_gui.project.images import ImageEntry
from edam_gui.project.store.changes import Change, PutRoot, SetSetting, set_label_set
from edam_gui.project.store.connection import open_reader
from edam_gui.project.store.copying import copy_project
from edam_gui.project.store.creating import new_project
from edam_gui.project.store.lock import ProjectLock
from edam_gui.project.store.prepare import check_exists, open_same, prepare, take
from edam_gui.project.store.reads import ProjectReads
from edam_gui.project.store.roots import Grants, location_of, moved_place, place_of, root_from
from edam_gui.project.store.values import ImageRow, Location, Root
from edam_gui.project.store.writer import Listener, Writer

CLOSE_TIMEOUT_S = 5.0


def _ignore(_: object) -> None:
    """Listen to nothing."""


class ProjectStore(ProjectReads):
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

    path: Path
    read_only: str | None
    notices: tuple[str, ...]

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
        self.path = path
        self.read_only = read_only
        self.notices = notices
        self._lock = lock
        self._grants = Grants(path.parent, granted)
        self._writer: Writer | None = None
        super().__init__(path, self._pending_batches)
        self._roots = {root.id: root for root in self._stored_roots()}
        if read_only is None:
            project = self.setting("project")
            self._writer = Writer(path, lambda: open_same(path, project), listener)
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
            notices = prepare(real, writable=read_only is None)
            return cls(real, lock, Listener(on_saved, on_trouble), granted, read_only=read_only, notices=notices)
        except BaseException:
            lock.release()
            raise

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
        """Write a full copy with all that is pending; this store goes on as before.

        To go on with the copy, close this store and open the copy.

        Raises
        ------
        OutputError
            The copy cannot be written, or this project cannot be read any more.
        """
        changes = [change for batch in self._pending_batches() for change in batch]
        target = path.absolute()
        try:
            reader = open_reader(self.path)
        except sqlite3.Error:
            with self._open() as still_open:  # of a deleted file this may be all that is left
                copy_project(still_open, target, self.roots(), changes)
            return
        with closing(reader):
            copy_project(reader, target, self.roots(), changes)

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

    # Folders

    @property
    def folder(self) -> Path:
        """The project's folder."""
        return self.path.parent

    def roots(self) -> tuple[Root, ...]:
        """Return the folders of the project."""
        return tuple(self._roots.values())

    def add_root(self, folder: Path, name: str | None = None) -> Root:
        """Add a folder, or return the root that is this folder; the user who names it here allows it."""
        absolute = folder.absolute()
        for root in self._roots.values():
            if root.folder == absolute:
                return root
        number = max(self._roots, default=0) + 1
        label = _free_name(name or folder.name or "root", {root.name for root in self._roots.values()})
        return self._put_root(number, label, absolute)

    def move_root(self, root: int, folder: Path) -> Root:
        """Say where a root is now; the user who names the folder here allows it."""
        return self._put_root(root, self._roots[root].name, folder.absolute())

    def missing_roots(self) -> dict[Root, Path | None]:
        """Return the allowed roots that are not where they were, each with the folder where it may be now, if any."""
        home = self.setting("home")
        old_home = Path(home) if isinstance(home, str) else self.folder
        gone = [root for root in self.roots() if self._grants.covers(root.folder) and not root.folder.is_dir()]
        return {root: moved_place(root, old_home, self.folder) for root in gone}

    def ungranted_roots(self) -> tuple[Root, ...]:
        """Return the roots that must not be read before the user allows them (`grant`)."""
        return tuple(root for root in self.roots() if not self._grants.covers(root.folder))

    def grant(self, *folders: Path) -> None:
        """Allow folders outside the project's, until it is closed; the caller's settings remember them."""
        self._grants.allow(folders)

    @property
    def granted(self) -> frozenset[Path]:
        """The folders that may be read, the project's own too: what the settings remember for the next time."""
        return self._grants.folders

    def path_of(self, where: ImageRow | Location) -> Path:
        """Return the path of an image, or of a role's folder or file.

        Raises
        ------
        UngrantedError
            It lies, or a link leads, outside the allowed folders; `folder` is what the user would have to allow.
        InputFileError
            The project names no usable path.
        """
        location = where.location if isinstance(where, ImageRow) else where
        root = self._roots.get(location.root)
        if root is None:
            raise InputFileError(self.path, f"has no folder for {location.path}")
        return self._grants.resolve(root, location.path)

    def location_of(self, path: Path) -> Location:
        """Return a path as a location below one of the roots; raises `InputFileError` if it is below none."""
        return location_of(path, self.roots())

    def entry(self, row: ImageRow) -> ImageEntry:
        """Return an image as the rest of the program names it; raises as `path_of`."""
        return ImageEntry(self.path_of(row), row.relative)

    def entries(self, rows: Sequence[ImageRow]) -> list[ImageEntry]:
        """Return several images; raises as `path_of`."""
        return [self.entry(row) for row in rows]

    def _put_root(self, number: int, name: str, folder: Path) -> Root:
        place = place_of(folder, self.folder)
        root = root_from(number, name, place, self.folder)
        self.submit(PutRoot(number, name, place))
        self._roots[number] = root
        self.grant(folder)
        self._note_home()
        return root

    def _note_home(self) -> None:
        """Keep where the project is while all its folders are in place: what has moved is guessed from that."""
        home = str(self.folder)
        if self.setting("home") != home and not self.missing_roots() and not self.ungranted_roots():
            self.submit(SetSetting("home", home))

    def _stored_roots(self) -> list[Root]:
        rows = self._read(lambda reader: reader.execute("SELECT id, name, place FROM root ORDER BY id").fetchall())
        try:
            return [root_from(number, name, place, self.folder) for number, name, place in rows]
        except InputFileError as error:
            raise InputFileError(self.path, f"names a folder that it must not ({error}); it was not opened") from error

    def _pending_batches(self) -> tuple[tuple[Change, ...], ...]:
        return self._writer.pending_batches() if self._writer else ()


def _free_name(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    number = 2
    while f"{name} {number}" in taken:
        number += 1
    return f"{name} {number}"
