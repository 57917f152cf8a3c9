"""The undo history of one image: steps of any kind, within a byte budget."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_OVERHEAD: Final = 200
"""Bytes a step takes in memory besides its payload and name."""


@dataclass(frozen=True)
class Step:
    """One undoable step; whoever made it knows how to apply and revert its payload.

    Parameters
    ----------
    kind
        Which applier understands the payload: 'label', 'saliency', 'ticks', ...
    name
        For the history panel: 'Brush: dog', 'Fill holes', ...
    payload
        Opaque bytes.
    """

    kind: str
    name: str
    payload: bytes

    @property
    def size(self) -> int:
        """Bytes that count against the budget."""
        return len(self.payload) + len(self.name) + len(self.kind) + _OVERHEAD


@dataclass(frozen=True)
class Pushed:
    """What had to go when a step came: `redo` undone steps at the end, then `oldest` steps at the beginning."""

    redo: int
    oldest: int


class History:
    """Steps in order, and a position: the steps before it are done, those after it undone.

    Parameters
    ----------
    budget
        Bytes for all steps together; the newest step is kept even if it alone is larger.
    steps, position
        What was stored; the position is held within the steps, and the budget applies at the next `push`.
    """

    def __init__(self, budget: int, steps: Iterable[Step] = (), position: int | None = None) -> None:
        self._budget = budget
        self._steps = list(steps)
        end = len(self._steps)
        self._position = end if position is None else min(max(position, 0), end)
        self._bytes = sum(step.size for step in self._steps)

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps, oldest first."""
        return tuple(self._steps)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all steps, oldest first; ``names[:position]`` are done."""
        return tuple(step.name for step in self._steps)

    @property
    def position(self) -> int:
        """How many steps are done."""
        return self._position

    @property
    def size(self) -> int:
        """Bytes of all steps."""
        return self._bytes

    @property
    def next_undo(self) -> Step | None:
        """The step that `undo` would return."""
        return self._steps[self._position - 1] if self._position else None

    @property
    def next_redo(self) -> Step | None:
        """The step that `redo` would return."""
        return self._steps[self._position] if self._position < len(self._steps) else None

    def push(self, step: Step) -> Pushed:
        """Add a step that has just been done: undone steps are lost, the oldest go where the budget is exceeded."""
        undone = self._steps[self._position :]
        del self._steps[self._position :]
        self._steps.append(step)
        self._bytes += step.size - sum(lost.size for lost in undone)
        oldest = 0
        while self._bytes > self._budget and oldest < len(self._steps) - 1:
            self._bytes -= self._steps[oldest].size
            oldest += 1
        del self._steps[:oldest]
        self._position = len(self._steps)
        return Pushed(len(undone), oldest)

    def undo(self) -> Step | None:
        """Move back by one; return the step to revert, `None` at the beginning."""
        step = self.next_undo
        if step is not None:
            self._position -= 1
        return step

    def redo(self) -> Step | None:
        """Move on by one; return the step to apply, `None` at the end."""
        step = self.next_redo
        if step is not None:
            self._position += 1
        return step
