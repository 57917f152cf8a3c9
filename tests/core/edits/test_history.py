"""Undo history: a list and a position, within a budget."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from edam_gui.core.edits.history import History, Pushed, Step

BUDGET = 2000


class Model(RuleBasedStateMachine):
    """Plain lists of what is done and undone."""

    def __init__(self) -> None:
        super().__init__()
        self.history = History(BUDGET)
        self.done: list[Step] = []
        self.undone: list[Step] = []

    @rule(size=st.integers(0, 2500), name=st.sampled_from(["Brush: dog", "Fill"]))
    def push(self, size: int, name: str) -> None:
        step = Step("label", name, bytes(size))
        lost, self.undone = len(self.undone), []
        self.done.append(step)
        oldest = 0
        while sum(s.size for s in self.done) > BUDGET and len(self.done) > 1:
            self.done.pop(0)
            oldest += 1
        assert self.history.push(step) == Pushed(lost, oldest)

    @rule()
    def undo(self) -> None:
        step = self.done.pop() if self.done else None
        if step is not None:
            self.undone.insert(0, step)
        assert self.history.undo() is step

    @rule()
    def redo(self) -> None:
        step = self.undone.pop(0) if self.undone else None
        if step is not None:
            self.done.append(step)
        assert self.history.redo() is step

    @rule()
    def restart(self) -> None:
        self.history = History(BUDGET, self.history.steps, self.history.position)

    @invariant()
    def agrees(self) -> None:
        assert list(self.history.steps) == self.done + self.undone
        assert self.history.position == len(self.done)
        assert self.history.names == tuple(s.name for s in self.done + self.undone)
        assert self.history.size == sum(s.size for s in self.done + self.undone)
        assert self.history.next_undo is (self.done[-1] if self.done else None)
        assert self.history.next_redo is (self.undone[0] if self.undone else None)


TestModel = Model.TestCase
TestModel.settings = settings(max_examples=60, deadline=None)


@given(position=st.integers(-5, 9))
def test_stored_position_outside_the_steps_is_held_within(position: int) -> None:
    history = History(BUDGET, [Step("a", "b", b"")] * 3, position)
    assert history.position == min(max(position, 0), 3)
