"""Giving many images thresholds of their own; each can take them back in its own history."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from edam_gui.core.errors import InputFileError
from edam_gui.project.store import ImageRow
from edam_gui.project.store.changes import Change
from edam_gui.project.thresholds import ThresholdScopes
from edam_gui.session.bulk import TOPIC, Bulk
from edam_gui.session.context import Context
from edam_gui.session.threshold_writes import OwnScopes, own_scopes, write_own

_NAME = "Copy thresholds"


class BulkThresholds:
    """Writes the own thresholds of images, for all classes and for single ones.

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
        current = self._context.current
        if current is None or not self._context.may_change():
            return 0
        wanted = own_scopes(current.thresholds, current.class_thresholds)
        others = self._bulk.rows_of(image for image in images if image != current.id)
        return len(self.give(_NAME, others, lambda _row, _now: wanted))

    def give(
        self, name: str, rows: Iterable[ImageRow], wanted: Callable[[ImageRow, ThresholdScopes], OwnScopes]
    ) -> list[int]:
        """Give images thresholds of their own; return the ids of those that have changed.

        Parameters
        ----------
        name
            Of the steps in the histories.
        rows
            The images; the one on the desk is written to the project only.
        wanted
            Returns what an image is to have, given all that is set for it now.
        """
        project = self._context.project
        if project is None:
            return []
        changed: list[tuple[ImageRow, list[Change]]] = []
        for row in rows:
            try:
                now = project.store.thresholds(row.id)
            except InputFileError as error:
                self._context.complain(str(error), TOPIC)
                return []
            written = write_own(row, own_scopes(now.image, now.image_classes), wanted(row, now), name)
            if written is not None:
                changed.append(written)
        self._bulk.submit(changed)
        return [row.id for row, _ in changed]
