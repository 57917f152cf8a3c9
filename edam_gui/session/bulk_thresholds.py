"""Giving many images the thresholds of the one on the desk."""

from __future__ import annotations

from collections.abc import Iterable

from edam_gui.core.errors import InputFileError
from edam_gui.project.store import ImageRow
from edam_gui.project.store.changes import Change
from edam_gui.session.bulk import Bulk
from edam_gui.session.context import Context
from edam_gui.session.threshold_writes import own_scopes, write_own

_NAME = "Copy thresholds"


class BulkThresholds:
    """Copies thresholds; each image can take them back in its own history.

    Parameters
    ----------
    context, bulk
        The session's state, and what changes many images.
    """

    def __init__(self, context: Context, bulk: Bulk) -> None:
        self._context = context
        self._bulk = bulk

    def copy(self, images: Iterable[int]) -> int:
        """Give images the own thresholds of the image on the desk, for all classes and for single ones.

        If it has none of its own, they follow the project as it does. Return how many images have changed.
        """
        current, project = self._context.current, self._context.project
        if current is None or project is None or not self._context.may_change():
            return 0
        wanted = own_scopes(current.thresholds, current.class_thresholds)
        others: list[tuple[ImageRow, list[Change]]] = []
        for row in self._bulk.rows_of(image for image in images if image != current.id):
            try:
                scopes = project.store.thresholds(row.id)
            except InputFileError as error:
                self._context.complain(str(error), "bulk")
                return 0
            written = write_own(row, own_scopes(scopes.image, scopes.image_classes), wanted, _NAME)
            if written is not None:
                others.append(written)
        self._bulk.submit(others)
        return len(others)
