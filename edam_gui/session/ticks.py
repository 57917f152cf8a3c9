"""Image-level labels: ticking classes of the current image, and suggestions of the model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from edam_gui.project.store import Ticks
from edam_gui.project.store.changes import Change, SetTicks, SuggestTicks
from edam_gui.session.context import Context
from edam_gui.session.messages import Level

UNTICKED: Final = "unticked"
"""Topic of the message that a painted class is not ticked."""


class TickBook:
    """The current image's classes.

    Parameters
    ----------
    context
        The session's state.
    changed
        Called after every change, to make the label map anew.
    """

    def __init__(self, context: Context, changed: Callable[[], None]) -> None:
        self._context = context
        self._changed = changed
        self.on_step: Callable[[str, Ticks | None, Ticks | None], None] = lambda _name, _before, _after: None

    @property
    def ticks(self) -> Ticks | None:
        """What is known of the current image; `None`: nothing."""
        current = self._context.current
        return current.ticks if current is not None else None

    def toggle(self, class_index: int) -> None:
        """Tick a class, or take its tick away; a suggested class is confirmed first."""
        ticks = self.ticks or Ticks(frozenset())
        name = self._context.label_set.names[class_index]
        if class_index in ticks.suggested:
            self.change(f"Confirm {name}", Ticks(ticks.classes, ticks.suggested - {class_index}))
        elif class_index in ticks.classes:
            self.untick(class_index)
        else:
            self.change(f"Tick {name}", Ticks(ticks.classes | {class_index}, ticks.suggested))

    def tick(self, class_index: int) -> None:
        """Tick a class; nothing happens if it is."""
        ticks = self.ticks or Ticks(frozenset())
        if class_index not in ticks.confirmed:
            name = self._context.label_set.names[class_index]
            self.change(f"Tick {name}", Ticks(ticks.classes | {class_index}, ticks.suggested - {class_index}))

    def tick_painted(self, class_index: int) -> None:
        """Tick a class because it was painted."""
        self._context.say(Level.INFO, "", UNTICKED)
        self.tick(class_index)

    def untick(self, class_index: int) -> None:
        """Take a tick away: the class's pixels go to the runner-up."""
        ticks = self.ticks
        if ticks is not None and class_index in ticks.classes:
            name = self._context.label_set.names[class_index]
            self.change(f"Untick {name}", Ticks(ticks.classes - {class_index}, ticks.suggested - {class_index}))

    def confirm_all(self) -> None:
        """Confirm every suggestion."""
        ticks = self.ticks
        if ticks is not None and ticks.suggested:
            self.change("Confirm classes", Ticks(ticks.classes))

    def suggest(self, classes: frozenset[int]) -> None:
        """Take the model's suggestion for an image of which nothing is known; no step of the history."""
        current = self._context.current
        if current is not None and current.ticks is None and classes:
            ticks = Ticks(classes, classes)
            self._put(ticks, SuggestTicks(current.id, ticks))

    def put(self, ticks: Ticks | None) -> None:
        """Write the ticks, without a step in the history."""
        current = self._context.current
        if current is not None:
            self._put(ticks, SetTicks(current.id, ticks))

    def _put(self, ticks: Ticks | None, change: Change) -> None:
        current, project = self._context.current, self._context.project
        if current is None or project is None:
            return
        current.ticks = ticks
        project.submit(change)
        self._context.events.ticks_changed.emit()
        self._changed()

    def change(self, name: str, ticks: Ticks | None) -> None:
        """Write the ticks as a step of the history, of this name."""
        if self._context.current is None or not self._context.may_change():
            return
        before = self.ticks
        self.put(ticks)
        self.on_step(name, before, ticks)
