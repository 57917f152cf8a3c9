"""The user's note on the current image."""

from __future__ import annotations

from collections.abc import Callable

from edam_gui.project.store.changes import SetNote
from edam_gui.session.context import Context


class Notes:
    """Reads and writes the note.

    Parameters
    ----------
    context
        The session's state.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self.on_step: Callable[[str, str], None] = lambda _before, _after: None

    @property
    def text(self) -> str:
        """The current image's note, empty without one."""
        current = self._context.current
        return current.note if current is not None else ""

    def set(self, text: str) -> None:
        """Write another note."""
        before, text = self.text, text.strip()
        if text != before and self._context.current is not None and self._context.may_change():
            self.put(text)
            self.on_step(before, text)

    def put(self, text: str) -> None:
        """Write it without a step in the history; raises TypeError for what is no text, as damaged steps hold."""
        if not isinstance(text, str):
            raise TypeError
        current, project = self._context.current, self._context.project
        if current is not None and project is not None:
            current.new_note = text
            project.submit(SetNote(current.id, text))
            self._context.events.status_changed.emit()
