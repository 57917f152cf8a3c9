"""The images of a project that are to be exported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import PurePosixPath

from edam_gui.core.errors import EdamError
from edam_gui.project.export.request import ExportImage
from edam_gui.project.images import ImageEntry
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


def _rows(store: ProjectStore, query: Query) -> list[ImageRow]:
    ids = store.ids(query)
    return [row for start in range(0, len(ids), _PAGE) for row in store.rows(ids[start : start + _PAGE])]


def _namer(store: ProjectStore, rows: Sequence[ImageRow]) -> Callable[[ImageRow], PurePosixPath]:
    """Return what gives an image a name that no image of another folder has."""
    if len({row.location.root for row in rows}) <= 1:
        return lambda row: row.relative
    names = {root.id: PurePosixPath(root.name) for root in store.roots()}
    return lambda row: names[row.location.root] / row.relative
