"""Images that nobody has worked on: a new model may infer them anew without asking."""

from __future__ import annotations

from typing import Final

from edam_gui.project.store import ImageRow, ProjectStore, Status
from edam_gui.session.layer_restore import LAYERS

_DONE: Final = frozenset({Status.ACCEPTED, Status.SKIPPED})
_AT_ONCE: Final = 2000


def untouched_images(store: ProjectStore) -> list[int]:
    """Return the images without corrections that are neither accepted nor skipped; ticks alone do not count."""
    ids = store.ids()
    found: list[int] = []
    for start in range(0, len(ids), _AT_ONCE):
        rows = store.rows(ids[start : start + _AT_ONCE])
        found += [row.id for row in rows if row.status not in _DONE and not _is_corrected(store, row)]
    return found


def _is_corrected(store: ProjectStore, row: ImageRow) -> bool:
    if not row.history:
        return False
    return any(step.kind in LAYERS and step.seq <= row.history for step in store.history(row.id))
