"""Giving many images the thresholds of the one on the desk."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from edam_gui.core.errors import InputFileError
from edam_gui.project.store import ImageRow
from edam_gui.project.store.changes import AppendStep, Change, SetThresholds
from edam_gui.project.thresholds import PartialThresholds
from edam_gui.session.bulk import Bulk
from edam_gui.session.context import Context

_NAME = "Copy thresholds"
_Scopes = Mapping[int | None, PartialThresholds]


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
        wanted: _Scopes = _scopes(current.thresholds, current.class_thresholds)
        others: list[tuple[ImageRow, list[Change]]] = []
        for row in self._bulk.rows_of(image for image in images if image != current.id):
            try:
                scopes = project.store.thresholds(row.id)
            except InputFileError as error:
                self._context.complain(str(error), "bulk")
                return 0
            changes = _changes(row, _scopes(scopes.image, scopes.image_classes), wanted)
            if changes:
                others.append((replace(row, history=row.history + len(changes) // 2), changes))
        self._bulk.submit(others)
        return len(others)


def _scopes(image: PartialThresholds, classes: Mapping[int, PartialThresholds]) -> _Scopes:
    return {None: image} | {index: values for index, values in classes.items()}  # noqa: C416 - for the type of the keys


def _changes(row: ImageRow, own: _Scopes, wanted: _Scopes) -> list[Change]:
    """Return the changes of one image: of every scope that differs, its thresholds and a step of the history."""
    nothing = PartialThresholds()
    changes: list[Change] = []
    for scope in sorted(own.keys() | wanted.keys(), key=lambda scope: scope or 0):
        before, after = own.get(scope, nothing), wanted.get(scope, nothing)
        if before == after:
            continue
        payload = json.dumps({"before": _state(scope, before), "after": _state(scope, after)}).encode()
        seq = row.history + len(changes) // 2 + 1
        changes += [SetThresholds(after, row.id, scope), AppendStep(row.id, seq, "thresholds", _NAME, payload)]
    return changes


def _state(scope: int | None, values: PartialThresholds) -> dict[str, Any]:
    return {"image": True, "class": scope, "fields": values.to_json()}
