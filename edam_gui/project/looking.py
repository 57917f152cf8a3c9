"""What a user points at: which images, where its project is, what belongs to it; nothing is written."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Final

import platformdirs

from edam_gui.core.errors import InputFileError
from edam_gui.imaging.own_output import iter_photos
from edam_gui.imaging.photo import PHOTO_SUFFIXES
from edam_gui.imaging.walk import is_folder, iter_files
from edam_gui.project.images import IMAGE_FOLDER, ImageCollection, ImageEntry, list_images
from edam_gui.project.roles import find_roles
from edam_gui.project.store import Role

PROJECT_NAME: Final = "project.edam"
PROJECT_SUFFIX: Final = ".edam"
_CHOSEN: Final = (Role.SALIENCY, Role.MASKS, Role.LABELS, Role.GROUND_TRUTH)


@dataclass(frozen=True)
class Opening:
    """What was found where the user pointed; nothing is written yet.

    Parameters
    ----------
    source, list_file
        Folder, VOC root, list or image, and the list that chooses among its images.
    root
        The folder that the images' names are relative to.
    project_file
        Where the project is, or will be.
    exists
        Whether that file is there: then it is opened (`open_project`), not made.
    notice
        A sentence, if the project cannot be in the images' folder.
    roles
        Role -> folder or file, to be changed by `with_role`.
    candidates
        Role -> everything that has a usual name.
    """

    source: Path
    list_file: Path | None
    root: Path
    project_file: Path
    exists: bool
    notice: str | None
    roles: Mapping[Role, Path] = field(default_factory=lambda: MappingProxyType({}))
    candidates: Mapping[Role, tuple[Path, ...]] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def ordered(self) -> bool:
        """Whether the images have an order of their own (a list's)."""
        return self.list_file is not None or self.source.suffix.lower() == ".txt"

    @cached_property
    def collection(self) -> ImageCollection:
        """The images, in order; those in folders with another role are left out. Large folders take seconds."""
        return without(list_images(self.source, self.list_file), self._others)

    @property
    def entries(self) -> tuple[ImageEntry, ...]:
        """The images of `collection`."""
        return self.collection.entries

    def relatives(self, problems: list[str]) -> Iterator[str]:
        """Yield the images' paths below `root`, at once and one by one; in order only if they are `ordered`.

        Parameters
        ----------
        problems
            Gets a sentence for each sub-folder, line or file that cannot be used.
        """
        if not is_folder(self.source) or self.list_file is not None:
            problems += self.collection.problems
            yield from (str(entry.relative) for entry in self.entries)
        else:
            yield from photos_in(self.root, self._others, problems)

    def with_role(self, role: Role, path: Path | None) -> Opening:
        """Return the same with another folder or file for a role; `None`: none."""
        others = {known: place for known, place in self.roles.items() if known is not role}
        return replace(self, roles=others if path is None else {**others, role: path})

    @property
    def _others(self) -> list[Path]:
        """Folders whose pictures are no photos."""
        return [path for paths in self.candidates.values() for path in paths]


def is_project(source: Path) -> bool:
    """Whether a path names a project file, rather than images."""
    return source.suffix.lower() == PROJECT_SUFFIX


def project_of(source: Path) -> Path | None:
    """Return the project file of a folder or VOC root that has one: what `look_at` finds, without its other looks.

    Raises
    ------
    InputFileError
        The folder cannot be read, or holds no images.
    """
    if not is_folder(source):
        return None
    root, home = _root_and_home(source.absolute())
    file = next((file for file in (home / PROJECT_NAME, fallback_file(home)) if file.exists()), None)
    if file is not None:
        _refuse_empty(source, root)
    return file


def look_at(source: Path, list_file: Path | None = None) -> Opening:
    """Look at what the user opens: a folder, a VOC root, a list or an image. No image is opened.

    Takes a moment, however large the folder: its images are listed when they are asked for.

    Parameters
    ----------
    source
        See `list_images`.
    list_file
        A list that chooses and orders the images of `source`.

    Raises
    ------
    InputFileError
        It cannot be read, or holds no images.
    """
    if is_folder(source):
        root, home = _root_and_home(source.absolute())
        _refuse_empty(source, root)
        places = [home, source.absolute(), root, root.parent]
    else:
        collection = list_images(source)
        root = collection.root.absolute()
        home = root if collection.voc_root is None else collection.voc_root.absolute()
        places = [home, source.absolute().parent, root, root.parent]
    candidates = find_roles(dict.fromkeys(places))
    roles: dict[Role, Path] = {role: candidates[role][0] for role in _CHOSEN if role in candidates}
    here, elsewhere = home / PROJECT_NAME, fallback_file(home)
    notice = None
    project_file = here
    if not here.exists() and (elsewhere.exists() or not _writable(home)):
        project_file = elsewhere
        notice = f"{home} is read-only, so the project is kept in {elsewhere.parent}."
    return Opening(source, list_file, root, project_file, project_file.exists(), notice, roles, candidates)


def fallback_file(home: Path) -> Path:
    """Return where the project of a folder is kept that cannot be written to."""
    key = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:12]
    base = platformdirs.user_data_path("edam-gui", appauthor=False)
    return base / "projects" / f"{home.name or 'root'}-{key}" / PROJECT_NAME


def photos_in(root: Path, others: list[Path], problems: list[str]) -> Iterator[str]:
    """Yield the photos of a folder, as the disk gives them.

    Parameters
    ----------
    root
        The folder.
    others
        Folders in it that have another role; they are left out with exports and runs, unless no photos are left.
    problems
        Gets a sentence for each sub-folder that cannot be read.
    """
    base = root.absolute()
    skipped = {folder.relative_to(base).as_posix() + "/" for folder in others if folder.is_relative_to(base)}

    yield from iter_photos(base, problems, enter=lambda folder: folder not in skipped)


def without(collection: ImageCollection, others: list[Path]) -> ImageCollection:
    """Leave out pictures that lie in folders with another role, unless no others are left."""
    root = collection.root.absolute()
    prefixes = tuple(
        folder.relative_to(root).as_posix() + "/" for folder in others if folder != root and folder.is_relative_to(root)
    )
    kept = tuple(entry for entry in collection.entries if not str(entry.relative).startswith(prefixes))
    return replace(collection, entries=kept) if prefixes and kept else collection


def _root_and_home(source: Path) -> tuple[Path, Path]:
    """Return the images' folder and the project's: they differ for a VOC root, whether it or `JPEGImages` is opened."""
    if is_folder(source / IMAGE_FOLDER):
        return source / IMAGE_FOLDER, source
    return source, source.parent if source.name == IMAGE_FOLDER else source


def _refuse_empty(source: Path, root: Path) -> None:
    if next(iter_files(root, PHOTO_SUFFIXES, []), None) is None:
        list_images(source)  # says what is missing
        raise InputFileError(source, "holds no images")


def _writable(folder: Path) -> bool:
    return os.access(folder, os.W_OK | os.X_OK)
