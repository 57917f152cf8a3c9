"""Projects of what a user opens: made, opened, added to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from edam_gui.core.errors import InputFileError
from edam_gui.core.label_set import LabelSet
from edam_gui.imaging.image_labels import ImageLabels, read_image_labels
from edam_gui.imaging.walk import is_folder
from edam_gui.jobs import CancelToken
from edam_gui.project.images import list_images
from edam_gui.project.looking import PROJECT_NAME, Opening, fallback_file, is_project, look_at, project_of, without
from edam_gui.project.store import ImageRow, ProjectStore, Query, Role, Sort, Ticks
from edam_gui.project.store.changes import AddImages, Change, ImportTicks, SetRole, SetSetting
from edam_gui.project.store.natural import natural_bytes

__all__ = [
    "ORDER_SETTING",
    "PROJECT_NAME",
    "Added",
    "Opening",
    "add_images",
    "begin_project",
    "create_project",
    "end_listing",
    "fallback_file",
    "fill_project",
    "import_labels",
    "is_project",
    "look_at",
    "open_project",
    "project_of",
    "set_role",
    "unfinished",
]

ORDER_SETTING: Final = "order"
"""Setting that holds the `Sort` in which the images were opened: a list's own order, or natural order."""

_LISTING: Final = "listing"
"""Setting that names what is being listed: [folder or list, list that chooses among its images], until all is there."""
_CHUNK: Final = 2000


def create_project(
    opening: Opening,
    label_set: LabelSet,
    *,
    path: Path | None = None,
    token: CancelToken | None = None,
    on_saved: Callable[[int], None] = lambda _: None,
    on_trouble: Callable[[str], None] = lambda _: None,
) -> ProjectStore:
    """Make the project of an opening: images, roles, image-level labels; see `begin_project` and `fill_project`.

    What was wrong with lists and labels is added to the store's `notices`.

    Raises
    ------
    OutputError, InputFileError
        See there.
    Cancelled
        As asked; the project is closed, and holds what it got so far.
    """
    store = begin_project(opening, label_set, path=path, on_saved=on_saved, on_trouble=on_trouble)
    try:
        store.notices += fill_project(store, opening, token)
    except BaseException:
        store.close()
        raise
    return store


def begin_project(
    opening: Opening,
    label_set: LabelSet,
    *,
    path: Path | None = None,
    on_saved: Callable[[int], None] = lambda _: None,
    on_trouble: Callable[[str], None] = lambda _: None,
) -> ProjectStore:
    """Make the project of an opening with its roles and its first images, in a moment; `fill_project` goes on.

    Parameters
    ----------
    path
        The project file, if not the suggested one.

    Raises
    ------
    OutputError
        The file exists or cannot be written.
    """
    store = ProjectStore.create(path or opening.project_file, label_set, on_saved=on_saved, on_trouble=on_trouble)
    try:
        root = store.add_root(opening.root)
        store.submit(SetSetting(ORDER_SETTING, (Sort.POSITION if opening.ordered else Sort.NATURAL).value))
        chosen = None if opening.list_file is None else str(opening.list_file.absolute())
        store.submit(SetSetting(_LISTING, [str(opening.source.absolute()), chosen]))
        for role, place in opening.roles.items():
            set_role(store, role, place)
        store.submit(AddImages(root.id, next(_chunks(opening.relatives([]), ordered=opening.ordered), ())))
        store.flush()
    except BaseException:
        store.close()
        raise
    return store


def fill_project(
    store: ProjectStore,
    opening: Opening,
    token: CancelToken | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> tuple[str, ...]:
    """Add all images of an opening, and what its image-level labels say of them.

    Parameters
    ----------
    token
        Stops the work.
    progress
        Is told how many images there are, every now and then; they can be listed then.

    Returns
    -------
    tuple of str
        One sentence per folder, line, row or image that could not be used.

    Raises
    ------
    Cancelled
        As asked; the project holds what it got so far.
    OutputError
        The project is closed.
    """
    token = token or CancelToken()
    root = store.add_root(opening.root)
    problems: list[str] = []
    count = 0
    for chunk in _chunks(opening.relatives(problems), ordered=opening.ordered):
        token.check()
        store.submit(AddImages(root.id, chunk))
        # Not further ahead than this: strokes on the first images wait behind the others.
        store.flush()
        count += len(chunk)
        progress(count)
    if Role.LABELS in opening.roles:
        try:
            problems += import_labels(store, opening.roles[Role.LABELS], token, untouched=True)
        except InputFileError as error:
            problems.append(str(error))
    end_listing(store)
    return tuple(problems)


def end_listing(store: ProjectStore) -> None:
    """Note that all images are there that are wanted."""
    store.submit(SetSetting(_LISTING, None))


def unfinished(store: ProjectStore) -> Opening | None:
    """Return what was still being listed when the project was closed; `fill_project` goes on with it.

    Nothing that the project may not read is looked at: its file may be anybody's.
    """
    named = store.setting(_LISTING)
    if store.read_only is not None or not isinstance(named, list) or not all(isinstance(n, str) for n in named[:1]):
        return None
    paths = [Path(name) for name in named[:2] if isinstance(name, str)]
    if not paths or not all(store.may_read(path) for path in paths):
        return None
    try:
        opening = look_at(*paths)
    except InputFileError:
        return None  # it is gone: the images that are listed say so
    return opening if opening.project_file.resolve() == store.path else None


def open_project(
    path: Path,
    *,
    granted: Iterable[Path] = (),
    on_saved: Callable[[int], None] = lambda _: None,
    on_trouble: Callable[[str], None] = lambda _: None,
    check_at_once: bool = True,
) -> ProjectStore:
    """Open a project file, or the one in a folder; see `ProjectStore.open`."""
    file = path / PROJECT_NAME if is_folder(path) else path
    return ProjectStore.open(
        file, granted=granted, on_saved=on_saved, on_trouble=on_trouble, check_at_once=check_at_once
    )


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
    token = token or CancelToken()
    collection = without(list_images(source, list_file), _role_folders(store))
    before = store.count()
    by_root: dict[int, list[str]] = {}
    for entry in collection.entries:
        try:
            # Below a root that is there: the same file must not become a second image.
            location = store.location_of(entry.path)
        except InputFileError:
            root = store.add_root(collection.root)
            location = store.location_of(root.folder / entry.relative)
        by_root.setdefault(location.root, []).append(str(location.path))
    for number, relatives in by_root.items():
        for chunk in _chunks(iter(relatives), ordered=True):
            token.check()
            store.submit(AddImages(number, chunk))
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
    store: ProjectStore,
    source: Path,
    token: CancelToken | None = None,
    *,
    untouched: bool = False,
    step: Callable[[ImageRow, Ticks], Change] | None = None,
) -> tuple[str, ...]:
    """Tick the classes that a file or folder of image-level labels names; other images stay as they are.

    Parameters
    ----------
    store, source, token
        The project, what is read, and what stops the work.
    untouched
        Leave alone what somebody has worked on.
    step
        Makes the step of the history of an image whose known classes are replaced, so that this can be undone.

    Returns
    -------
    tuple of str
        One sentence per image or row whose label cannot be used.

    Raises
    ------
    InputFileError
        The source cannot be read at all.
    Cancelled
        As asked; some images are ticked.
    """
    store.flush()
    ids = store.ids(Query(sort=Sort.POSITION))
    pages = [store.rows(ids[start : start + _CHUNK]) for start in range(0, len(ids), _CHUNK)]
    labels = read_image_labels(source, store.label_set, images=[row.relative for page in pages for row in page])
    problems = list(labels.problems)
    for page in pages:
        if token is not None:
            token.check()
        for change, pairs in _ticks(labels, page, problems, untouched=untouched):
            steps = [step(row, ticks) for row, ticks in pairs if row.ticks not in (None, ticks)] if step else []
            store.submit(change, *steps)
        store.flush()
    return tuple(dict.fromkeys(problems))


def _ticks(
    labels: ImageLabels, rows: Iterable[ImageRow], problems: list[str], *, untouched: bool
) -> Iterator[tuple[ImportTicks, list[tuple[ImageRow, Ticks]]]]:
    by_root: dict[int, list[tuple[ImageRow, Ticks]]] = {}
    for row in rows:
        try:
            classes = labels.lookup(row.relative)
        except InputFileError as error:
            problems.append(str(error))
            continue
        if classes is not None:
            by_root.setdefault(row.location.root, []).append((row, Ticks(classes)))
    for root, pairs in by_root.items():
        yield ImportTicks(root, tuple((row.relative, ticks) for row, ticks in pairs), untouched), pairs


def _chunks(relatives: Iterator[str], *, ordered: bool) -> Iterator[tuple[str, ...]]:
    while chunk := tuple(islice(relatives, _CHUNK)):
        yield chunk if ordered else tuple(sorted(chunk, key=natural_bytes))


def _role_folders(store: ProjectStore) -> list[Path]:
    folders: list[Path] = []
    for location in store.roles().values():
        try:
            folders.append(store.path_of(location))
        except InputFileError:
            continue  # not allowed, so nothing is listed in it either
    return folders
