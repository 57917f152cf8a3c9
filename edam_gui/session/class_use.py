"""Which classes a project carries: these keep their numbers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from edam_gui.core.edits.errors import EditDataError
from edam_gui.core.edits.labels_used import labels_of_layer, labels_of_patch
from edam_gui.core.label_set import MAX_CLASSES
from edam_gui.project.store import ProjectStore, Role
from edam_gui.project.store.class_reads import Table
from edam_gui.session.layer_restore import LABEL

_KINDS: Final = (LABEL, "ticks", "thresholds")
_BY_NUMBER: Final = {
    Role.MASKS: "activation masks",
    Role.BASE_MAPS: "base label maps",
    Role.GROUND_TRUTH: "ground truth",
}


@dataclass(frozen=True)
class ClassUse:
    """What stands in the way of giving classes other numbers.

    Parameters
    ----------
    ticked
        Class -> number of images on which somebody has ticked it.
    in_history
        Classes in corrections, or in steps that can be undone or redone.
    with_thresholds
        Classes with thresholds of their own.
    files
        What the project has folders of whose files hold class numbers.
    """

    ticked: Mapping[int, int] = field(default_factory=dict)
    in_history: frozenset[int] = frozenset()
    with_thresholds: frozenset[int] = frozenset()
    files: tuple[str, ...] = ()

    def carried(self, class_index: int, name: str) -> str:
        """Return why a class must keep its number and meaning, as a sentence; empty: nothing carries it."""
        count = self.ticked.get(class_index, 0)
        if count:
            return f"{count:,} {'photo is' if count == 1 else 'photos are'} ticked with {name}: untick it there first."
        if class_index in self.in_history:
            return f"Corrections, or steps that can be undone, hold {name}: it can only be renamed or recoloured."
        if class_index in self.with_thresholds:
            return f"{name} has thresholds of its own: reset them first."
        return ""

    def why_fixed(self, class_index: int, name: str) -> str:
        """Return why a class must keep its number, as a sentence; empty: it need not."""
        if self.files:
            what = " and ".join(self.files)
            return f"The {what} of this project hold class numbers: take the folder out first (File ▸ Folders)."
        return self.carried(class_index, name)


def find_use(store: ProjectStore, check: Callable[[], None]) -> ClassUse:
    """Look through a project, in a job; steps that are damaged count as holding every class.

    Parameters
    ----------
    store
        The project.
    check
        Called every now and then; raises to stop.
    """
    store.flush(1.0)
    found: set[int] = set()
    for table, kind, payload in store.payloads(_KINDS):
        check()
        found |= _classes_in(table, kind, payload)
    roles = store.roles()
    return ClassUse(
        store.confirmed_classes(),
        frozenset(found) & frozenset(range(1, MAX_CLASSES + 1)),
        store.threshold_classes(),
        tuple(text for role, text in _BY_NUMBER.items() if role in roles),
    )


def _classes_in(table: Table, kind: str, payload: bytes) -> frozenset[int]:
    try:
        if kind == LABEL:
            return labels_of_layer(payload) if table is Table.SNAPSHOT else labels_of_patch(payload)
        return frozenset(_numbers(json.loads(payload)))
    except (EditDataError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return frozenset(range(1, MAX_CLASSES + 1))


def _numbers(state: Any) -> set[int]:
    """Return the classes that a step of ticks or thresholds names, before and after it."""
    found: set[int] = set()
    for side in (state["before"], state["after"]):
        if side:
            found.update(side.get("classes", ()))
            found.add(side.get("class") or 0)
    return found
