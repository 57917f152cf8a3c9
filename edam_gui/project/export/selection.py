"""The images of a project that are to be exported, and their image-level labels alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

from edam_gui.core.errors import EdamError, OptionError
from edam_gui.project.export.label_tables import known_classes, write_cls_labels, write_label_csv
from edam_gui.project.export.request import ExportImage
from edam_gui.project.images import ImageEntry
from edam_gui.project.names import output_names
from edam_gui.project.store import ImageRow, ProjectStore, Query

_PAGE = 1000


def select_images(
    store: ProjectStore, query: Query, key: Callable[[ImageRow], str] = lambda _: ""
) -> tuple[list[ExportImage], dict[ExportImage, int], tuple[str, ...]]:
    """Return the images of a query for an export, in its order.

    Where the project has images in several folders, the folder's name in the project stands in front of the outputs'
    names.

    Parameters
    ----------
    store
        The project; `ProjectStore.flush` it first.
    query
        Which images.
    key
        See `ExportImage`.

    Returns
    -------
    images, ids, problems
        The images, their numbers in the project, and one sentence per image that may not be read.
    """
    rows = _rows(store, query)
    name_of = _namer(store, rows)
    images: list[ExportImage] = []
    numbers: dict[ExportImage, int] = {}
    problems: list[str] = []
    for row in rows:
        try:
            path = store.path_of(row)
        except EdamError as error:
            problems.append(str(error))
            continue
        image = ExportImage(ImageEntry(path, name_of(row)), row.status, row.ticks, key(row))
        images.append(image)
        numbers[image] = row.id
    return images, numbers, tuple(problems)


def save_labels(store: ProjectStore, path: Path, *, suggested: bool = False) -> None:
    """Write the image-level labels of a project, as far as they are known.

    Parameters
    ----------
    store
        The project; `ProjectStore.flush` it first.
    path
        `.npy`: as `cls_labels.npy`; `.csv`: `name,class,class` lines.
    suggested
        Whether classes count that the model suggested and nobody confirmed.

    Raises
    ------
    OptionError
        The file's name ends in neither.
    OutputError
        It cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix not in (".npy", ".csv"):
        raise OptionError(f"{path}: image-level labels are written as .npy or .csv.")
    rows = _rows(store, Query(labelled=True))
    name_of = _namer(store, rows)
    entries = [ImageEntry(Path(name_of(row)), name_of(row)) for row in rows]
    bare = output_names(entries, "")
    known = [
        (entry, classes)
        for entry, row in zip(entries, rows, strict=True)
        if (classes := known_classes(row.ticks, suggested=suggested)) is not None
    ]
    if suffix == ".npy":
        write_cls_labels(path, ((str(bare[entry]), classes) for entry, classes in known), store.label_set)
    else:
        write_label_csv(path, ((str(entry.relative), classes) for entry, classes in known), store.label_set)


def _rows(store: ProjectStore, query: Query) -> list[ImageRow]:
    ids = store.ids(query)
    return [row for start in range(0, len(ids), _PAGE) for row in store.rows(ids[start : start + _PAGE])]


def _namer(store: ProjectStore, rows: Sequence[ImageRow]) -> Callable[[ImageRow], PurePosixPath]:
    """Return what gives an image a name that no image of another folder has."""
    if len({row.location.root for row in rows}) <= 1:
        return lambda row: row.relative
    names = {root.id: PurePosixPath(root.name) for root in store.roots()}
    return lambda row: names[row.location.root] / row.relative
