"""What a user opens, and the project that is made of it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Final

import platformdirs

from edam_gui.core.errors import InputFileError
from edam_gui.core.label_set import LabelSet
from edam_gui.imaging.image_labels import ImageLabels, read_image_labels
from edam_gui.imaging.walk import is_folder
from edam_gui.jobs import CancelToken
from edam_gui.project.images import ImageCollection, ImageEntry, list_images, voc_root_of
from edam_gui.project.roles import find_roles
from edam_gui.project.store import Location, ProjectStore, Role, Root, Sort, Ticks
from edam_gui.project.store.changes import AddImages, ImportTicks, SetRole, SetSetting

PROJECT_NAME: Final = "project.edam"
PROJECT_SUFFIX: Final = ".edam"
ORDER_SETTING: Final = "order"
"""Setting that holds the `Sort` in which the images were opened: a list's own order, or natural order."""

_CHUNK: Final = 2000
_CHOSEN: Final = (Role.SALIENCY, Role.MASKS, Role.LABELS, Role.GROUND_TRUTH)


@dataclass(frozen=True)
class Opening:
    """What was found where the user pointed; nothing is written yet.

    Parameters
    ----------
    source
        Folder, VOC root, list or image.
    collection
        The images; those in folders with another role are left out.
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
    ordered
        Whether the images have an order of their own (a list's).
    """

    source: Path
    collection: ImageCollection
    project_file: Path
    exists: bool
    notice: str | None
    roles: Mapping[Role, Path] = field(default_factory=lambda: MappingProxyType({}))
    candidates: Mapping[Role, tuple[Path, ...]] = field(default_factory=lambda: MappingProxyType({}))
    ordered: bool = False

    @property
    def entries(self) -> tuple[ImageEntry, ...]:
        """The images."""
        return self.collection.entries

    def with_role(self, role: Role, path: Path | None) -> Opening:
        """Return the same with another folder or file for a role; `None`: none."""
        others = {known: place for known, place in self.roles.items() if known is not role}
        return replace(self, roles=others if path is None else {**others, role: path})


def is_project(source: Path) -> bool:
    """Whether a path names a project file, rather than images."""
    return source.suffix.lower() == PROJECT_SUFFIX


def existing_project(source: Path) -> Path | None:
    """Return the project file of a folder or VOC root that was opened before, without listing the images."""
    if not is_folder(source):
        return None
    home = (voc_root_of(source) or source).absolute()
    return next((path for path in (home / PROJECT_NAME, fallback_file(home)) if path.exists()), None)


def look_at(source: Path, list_file: Path | None = None) -> Opening:
    """Look at what the user opens: a folder, a VOC root, a list or an image. No image is opened.

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
    collection = list_images(source, list_file)
    home = _home(source, collection)
    candidates = find_roles(_places(source, collection))
    roles: dict[Role, Path] = {role: candidates[role][0] for role in _CHOSEN if role in candidates}
    inside = [path for paths in candidates.values() for path in paths if path != collection.root]
    collection = _without(collection, inside)
    here, elsewhere = home / PROJECT_NAME, fallback_file(home)
    notice = None
    project_file = here
    if not here.exists() and (elsewhere.exists() or not _writable(home)):
        project_file = elsewhere
        notice = f"{home} is read-only, so the project is kept in {elsewhere.parent}."
    return Opening(
        source=source,
        collection=collection,
        project_file=project_file,
        exists=project_file.exists(),
        notice=notice,
        roles=roles,
        candidates=candidates,
        ordered=list_file is not None or not (is_folder(source) or len(collection.entries) == 1),
    )


def fallback_file(home: Path) -> Path:
    """Return where the project of a folder is kept that cannot be written to."""
    key = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:12]
    base = platformdirs.user_data_path("edam-gui", appauthor=False)
    return base / "projects" / f"{home.name or 'root'}-{key}" / PROJECT_NAME


def create_project(
    opening: Opening,
    label_set: LabelSet,
    *,
    path: Path | None = None,
    token: CancelToken | None = None,
    on_saved: Callable[[int], None] = lambda _: None,
    on_trouble: Callable[[str], None] = lambda _: None,
    wait: bool = True,
) -> ProjectStore:
    """Make the project of an opening: images, roles, image-level labels.

    The images come in several changes, so that the first are there soon. What was wrong with lists and labels is
    added to the store's `notices`.

    Parameters
    ----------
    path
        The project file, if not the suggested one.
    token
        Stops the work; the project then holds what it got so far.
    wait
        Until all is on the disk, so that lists are complete.

    Raises
    ------
    OutputError
        The file exists or cannot be written.
    InputFileError
        The image-level labels cannot be read at all.
    Cancelled
        As asked; the project is closed.
    """
    store = ProjectStore.create(path or opening.project_file, label_set, on_saved=on_saved, on_trouble=on_trouble)
    try:
        token = token or CancelToken()
        root = store.add_root(opening.collection.root)
        store.submit(SetSetting(ORDER_SETTING, (Sort.POSITION if opening.ordered else Sort.NATURAL).value))
        for role, place in opening.roles.items():
            set_role(store, role, place)
        _add(store, root, opening.entries, token)
        problems = list(opening.collection.problems)
        if Role.LABELS in opening.roles:
            problems += import_labels(store, root, opening.roles[Role.LABELS], opening.entries, token)
        if wait:
            store.flush()
        store.notices += tuple(problems)
    except BaseException:
        store.close()
        raise
    return store


def open_project(
    path: Path,
    *,
    granted: Iterable[Path] = (),
    on_saved: Callable[[int], None] = lambda _: None,
    on_trouble: Callable[[str], None] = lambda _: None,
) -> ProjectStore:
    """Open a project file, or the one in a folder; see `ProjectStore.open`."""
    file = path / PROJECT_NAME if is_folder(path) else path
    return ProjectStore.open(file, granted=granted, on_saved=on_saved, on_trouble=on_trouble)


@dataclass(frozen=True)
class Added:
    """What adding images did: how many are new, and one sentence per problem."""

    new: int
    problems: tuple[str, ...]


def add_images(
    store: ProjectStore, source: Path, list_file: Path | None = None, token: CancelToken | None = None
) -> Added:
    """Add images to a project; those that it holds already stay as they are.

    Raises
    ------
    InputFileError
        The source holds no images.
    OutputError
        The project is open only for reading.
    """
    collection = list_images(source, list_file)
    before = store.count()
    roles = [store.path_of(location) for location in store.roles().values()]
    collection = _without(collection, [path for path in roles if path != collection.root])
    locations = [_known_location(store, entry) for entry in collection.entries]
    if all(location is not None for location in locations):
        # Below a root that is there: the same file must not become a second image.
        by_root: dict[int, list[ImageEntry]] = {}
        for entry, location in zip(collection.entries, locations, strict=True):
            if location is not None:
                by_root.setdefault(location.root, []).append(ImageEntry(entry.path, location.path))
    else:
        by_root = {store.add_root(collection.root).id: list(collection.entries)}
    roots = {root.id: root for root in store.roots()}
    for number, entries in by_root.items():
        _add(store, roots[number], entries, token or CancelToken())
    store.flush()
    return Added(store.count() - before, collection.problems)


def set_role(store: ProjectStore, role: Role, place: Path | None) -> None:
    """Give a folder or file a role in a project; `None`: none has it."""
    if place is None:
        store.submit(SetRole(role, None))
        return
    try:
        location = store.location_of(place)
    except InputFileError:
        store.add_root(place if is_folder(place) else place.parent)
        location = store.location_of(place)
    store.submit(SetRole(role, location))


def import_labels(
    store: ProjectStore, root: Root, source: Path, entries: Iterable[ImageEntry], token: CancelToken | None = None
) -> tuple[str, ...]:
    """Tick the classes that a file or folder of image-level labels names.

    Parameters
    ----------
    root
        What the entries are relative to.

    Returns
    -------
    tuple of str
        One sentence per image or row whose label cannot be used.

    Raises
    ------
    InputFileError
        The source cannot be read at all.
    """
    images = list(entries)
    labels = read_image_labels(source, store.label_set, images=[entry.relative for entry in images])
    problems = list(labels.problems)
    for start in range(0, len(images), _CHUNK):
        if token is not None:
            token.check()
        store.submit(ImportTicks(root.id, tuple(_ticks(labels, images[start : start + _CHUNK], problems))))
    return tuple(dict.fromkeys(problems))


def _ticks(labels: ImageLabels, entries: list[ImageEntry], problems: list[str]) -> list[tuple[PurePosixPath, Ticks]]:
    found: list[tuple[PurePosixPath, Ticks]] = []
    for entry in entries:
        try:
            classes = labels.lookup(entry.relative)
        except InputFileError as error:
            problems.append(str(error))
            continue
        if classes is not None:
            found.append((entry.relative, Ticks(classes)))
    return found


def _add(store: ProjectStore, root: Root, entries: Iterable[ImageEntry], token: CancelToken) -> None:
    relatives = [entry.relative for entry in entries]
    for start in range(0, len(relatives), _CHUNK):
        token.check()
        store.submit(AddImages(root.id, tuple(relatives[start : start + _CHUNK])))


def _known_location(store: ProjectStore, entry: ImageEntry) -> Location | None:
    try:
        return store.location_of(entry.path)
    except InputFileError:
        return None


def _home(source: Path, collection: ImageCollection) -> Path:
    """Return the folder that the project belongs to."""
    if collection.voc_root is not None:
        return collection.voc_root.absolute()
    return (source if is_folder(source) else collection.root).absolute()


def _places(source: Path, collection: ImageCollection) -> list[Path]:
    """Return where folders with a role are looked for: inside the images' folder first, then beside it."""
    root = collection.root.absolute()
    first = [collection.voc_root.absolute()] if collection.voc_root is not None else []
    inside = [source.absolute()] if is_folder(source) else [source.absolute().parent]
    return list(dict.fromkeys([*first, *inside, root, root.parent]))


def _without(collection: ImageCollection, folders: list[Path]) -> ImageCollection:
    """Leave out pictures that lie in folders with another role, unless no others are left."""
    root = collection.root.absolute()
    prefixes = tuple(
        folder.absolute().relative_to(root).as_posix() + "/"
        for folder in folders
        if folder.absolute() != root and folder.absolute().is_relative_to(root)
    )
    kept = tuple(entry for entry in collection.entries if not str(entry.relative).startswith(prefixes))
    return replace(collection, entries=kept) if prefixes and kept else collection


def _writable(folder: Path) -> bool:
    return os.access(folder, os.W_OK | os.X_OK)
