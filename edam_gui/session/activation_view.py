"""The activation mask of the chosen class, made in a job when it is asked for."""

from __future__ import annotations

from typing import Final

from edam_gui.core.arrays import Float32Array
from edam_gui.jobs import JobContext
from edam_gui.session.context import Context
from edam_gui.session.rules import Rules

_KEY: Final = "activation-view"


class ActivationView:
    """What the mask layer shows.

    Parameters
    ----------
    context, rules
        The session's state; the rules tell the score form.
    """

    def __init__(self, context: Context, rules: Rules) -> None:
        self._context = context
        self._rules = rules
        self._shown: tuple[object, ...] | None = None
        self.class_index: int | None = None
        self.plane: Float32Array | None = None
        self.wanted = False
        context.events.rule_changed.connect(self.update)

    def choose(self, class_index: int | None) -> None:
        """Show another class's mask; 0 is the background's."""
        self.class_index = class_index
        self.update()

    def want(self, wanted: bool) -> None:
        """Say whether anybody looks at it: nothing is computed otherwise."""
        self.wanted = wanted
        self.update()

    def update(self) -> None:
        """Make the mask anew if something that decides it has changed."""
        current = self._context.current
        masks = current.masks if current is not None else None
        form = self._rules.score_form()
        key = (masks, self.class_index, form) if self.wanted and self.class_index is not None else None
        if key == self._shown:
            return
        self._shown = key
        if masks is None or key is None or self.class_index is None:
            self._context.jobs.cancel(_KEY)
            self._show(None)
            return
        class_index = self.class_index

        def work(_: JobContext) -> Float32Array | None:
            return masks.plane(class_index, form)

        self._context.jobs.start(_KEY, work, done=self._show, lane="label")

    def _show(self, plane: Float32Array | None) -> None:
        if plane is self.plane:
            return
        self.plane = plane
        self._context.events.masks_changed.emit()
