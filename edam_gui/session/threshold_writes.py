"""Writing the own thresholds of images that are not on the desk, each change a step of the image's history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from edam_gui.project.store import ImageRow
from edam_gui.project.store.changes import AppendStep, Change, SetThresholds
from edam_gui.project.thresholds import PartialThresholds
from edam_gui.session.state_payload import state_payload

OwnScopes = Mapping[int | None, PartialThresholds]
"""An image's own thresholds: for every class (key `None`), and of single classes."""


def own_scopes(image: PartialThresholds, classes: Mapping[int, PartialThresholds]) -> OwnScopes:
    """Return an image's own thresholds."""
    return {None: image} | {index: values for index, values in classes.items()}  # noqa: C416 - for the type of the keys


def write_own(row: ImageRow, own: OwnScopes, wanted: OwnScopes, name: str) -> tuple[ImageRow, list[Change]] | None:
    """Return the row as it will be and the changes: of every scope that differs, its thresholds and a step.

    Parameters
    ----------
    row
        The image.
    own, wanted
        What it has, and what it is to have.
    name
        Of the steps.

    Returns
    -------
    tuple[ImageRow, list[Change]] | None
        `None`: it has all of that already.
    """
    nothing = PartialThresholds()
    changes: list[Change] = []
    seq = row.history
    for scope in sorted(own.keys() | wanted.keys(), key=lambda scope: scope or 0):
        before, after = own.get(scope, nothing), wanted.get(scope, nothing)
        if before == after:
            continue
        payload = state_payload(_state(scope, before), _state(scope, after))
        seq += 1
        changes += [SetThresholds(after, row.id, scope), AppendStep(row.id, seq, "thresholds", name, payload)]
    return (replace(row, history=seq), changes) if changes else None


def _state(scope: int | None, values: PartialThresholds) -> dict[str, Any]:
    return {"image": True, "class": scope, "fields": values.to_json()}
