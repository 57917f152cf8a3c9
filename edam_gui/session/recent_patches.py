"""Changes of edit layers as they were made: undoing a stroke of a moment ago need not unpack it."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from edam_gui.core.edits.history import Step
from edam_gui.core.edits.patch import EditPatch

_BUDGET: Final = 32 << 20


class RecentPatches:
    """The patches of the steps that were made, undone or redone last.

    Parameters
    ----------
    budget
        Bytes for all of them together; a larger one is not kept.
    """

    def __init__(self, budget: int = _BUDGET) -> None:
        self._budget = budget
        self._bytes = 0
        # By identity: comparing two steps would compare their payloads.
        self._kept: OrderedDict[int, tuple[Step, EditPatch]] = OrderedDict()

    def get(self, step: Step) -> EditPatch | None:
        """Return the patch of a step, `None` if it is not kept (any more)."""
        found = self._kept.get(id(step))
        if found is None:
            return None
        self._kept.move_to_end(id(step))
        return found[1]

    def keep(self, step: Step, patch: EditPatch) -> None:
        """Keep the patch of a step; those that were used longest ago go for it."""
        before = self._kept.pop(id(step), None)
        if before is not None:
            self._bytes -= before[1].nbytes
        if patch.nbytes > self._budget:
            return
        self._kept[id(step)] = (step, patch)
        self._bytes += patch.nbytes
        while self._bytes > self._budget:
            _, (_, oldest) = self._kept.popitem(last=False)
            self._bytes -= oldest.nbytes

    def forget(self) -> None:
        """Keep none."""
        self._kept.clear()
        self._bytes = 0
