"""The folders of an open project: where they are, and which may be read."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from pathlib import Path

from edam_gui.core.errors import InputFileError
from edam_gui.project.images import ImageEntry
from edam_gui.project.store.changes import Change, PutRoot, SetSetting
from edam_gui.project.store.reads import ProjectReads
from edam_gui.project.store.roots import Grants, location_of, moved_place, place_of, root_from
from edam_gui.project.store.values import ImageRow, Location, Root


class ProjectFolders(ProjectReads):
    """The part of `ProjectStore` that knows folders.

    Parameters
    ----------
    path
        The project file.
    granted
        Folders outside the project's that the user has allowed.
    """

    def __init__(self, path: Path, granted: Iterable[Path]) -> None:
        super().__init__(path)
        self._grants = Grants(path.parent, granted)
        try:
            self._roots = self._stored_roots()
        except BaseException:
            self.close_reader()
            raise

    @abstractmethod
    def submit(self, *changes: Change) -> int:
        """Queue changes; see `ProjectStore.submit`."""

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

    def may_read(self, path: Path) -> bool:
        """Return whether a path, links resolved, lies in an allowed folder, or is an allowed file."""
        return "\0" not in str(path) and self._grants.covers(path.absolute())

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

    def _reopen(self, path: Path) -> None:
        """Go on with a copy of the project in another place, whose roots are the same folders."""
        super()._reopen(path)
        self._grants.allow([path.parent])
        self._roots = self._stored_roots()

    def _stored_roots(self) -> dict[int, Root]:
        rows = self._read(lambda reader: reader.execute("SELECT id, name, place FROM root ORDER BY id").fetchall())
        try:
            return {number: root_from(number, name, place, self.folder) for number, name, place in rows}
        except InputFileError as error:
            raise InputFileError(self.path, f"names a folder that it must not ({error}); it was not opened") from error


def _free_name(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    number = 2
    while f"{name} {number}" in taken:
        number += 1
    return f"{name} {number}"
