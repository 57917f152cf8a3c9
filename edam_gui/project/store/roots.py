"""Folders of a project: where they are, and which of them may be read."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from edam_gui.core.errors import InputFileError
from edam_gui.project.store.paths import UngrantedError, check_relative
from edam_gui.project.store.values import Location, Root


def place_of(folder: Path, home: Path) -> str:
    """Return how a root is kept: relative to the project's folder where it is inside it, else absolute."""
    absolute = folder.absolute()
    for way in (absolute, _real(folder)):
        if way.is_relative_to(home) and ".." not in way.parts:
            return way.relative_to(home).as_posix()
    return str(absolute if ".." not in absolute.parts else _real(folder))


def root_from(number: int, name: str, place: str, home: Path) -> Root:
    """Return a root of a project whose folder is `home`.

    Raises
    ------
    InputFileError
        The place is neither an absolute path nor one below the project's folder.
    """
    if not name.strip(". ") or any(character in name for character in "/\\\0"):
        name = f"folder {number}"  # names of roots become folders of exports
    path = Path(place)
    if path.is_absolute() and ".." not in path.parts and "\0" not in place:
        return Root(number, name, path, inside=False)
    check_relative(place)
    return Root(number, name, home / place, inside=True)


def moved_place(root: Root, old_home: Path, new_home: Path) -> Path | None:
    """Guess where a missing root went when the project moved: as far from the project as before.

    Returns
    -------
    Path or None
        A folder that exists, or nothing.
    """
    shared = 0
    for old, part in zip(old_home.parts, root.folder.parts, strict=False):
        if old != part:
            break
        shared += 1
    up = len(old_home.parts) - shared
    if shared <= 1 or up > len(new_home.parts) - 1:
        return None
    base = new_home.parents[up - 1] if up else new_home
    guess = base.joinpath(*root.folder.parts[shared:])
    return guess if guess.is_dir() and guess != root.folder else None


class Grants:
    """The folders that a project may read: its own, and those that the user has allowed.

    Parameters
    ----------
    home
        The project's folder.
    allowed
        Allowed folders, from the settings.
    """

    def __init__(self, home: Path, allowed: Iterable[Path] = ()) -> None:
        self._named: frozenset[Path] = frozenset()
        self._real: frozenset[Path] = frozenset()
        self.allow((home, *allowed))

    def allow(self, folders: Iterable[Path]) -> None:
        """Allow more folders."""
        named = frozenset(folder.absolute() for folder in folders)
        self._real |= frozenset(_real(folder) for folder in named)
        self._named |= named

    @property
    def folders(self) -> frozenset[Path]:
        """All of them, as they were named and with links resolved."""
        return self._named | self._real

    def covers(self, path: Path) -> bool:
        """Whether a path, links resolved, lies in an allowed folder.

        A path that does not even by its name is not looked at: on Windows `//server/share` would call that server.
        """
        if not any(path.is_relative_to(folder) for folder in self.folders):
            return False
        real = _real(path)
        return any(real.is_relative_to(folder) for folder in self._real)

    def resolve(self, root: Root, relative: PurePosixPath) -> Path:
        """Return the path of a file or folder of the project, which need not exist.

        Raises
        ------
        UngrantedError
            It lies, or a link leads, outside the allowed folders.
        InputFileError
            The relative path is none.
        """
        check_relative(relative.as_posix())
        path = root.folder / relative
        if self.covers(path):
            return path
        # The root itself may be read, so that it is a link in it that leads away.
        raise UngrantedError(path, _real(path).parent if self.covers(root.folder) else root.folder)


def _real(path: Path) -> Path:
    # Unlike Path.resolve, it has an answer for a loop of links; reading that fails later, with a sentence.
    return Path(os.path.realpath(path))


def location_of(path: Path, roots: Iterable[Root]) -> Location:
    """Return a path as a location below one of the roots, the deepest.

    Raises
    ------
    InputFileError
        It is below none.
    """
    known = list(roots)
    for way in (Path.absolute, _real):
        target = way(path)
        fitting = [(root, way(root.folder)) for root in known if target.is_relative_to(way(root.folder))]
        if fitting:
            root, folder = max(fitting, key=lambda pair: len(pair[1].parts))
            return Location(root.id, PurePosixPath(target.relative_to(folder).as_posix()))
    raise InputFileError(path, "is in no folder of the project")
