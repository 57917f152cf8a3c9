"""Tools that act on what is under a click: fill, replace, pick."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import Qt

from edam_gui.gui.annotate.canvas import PointerEvent, PointerKind
from edam_gui.gui.annotate.tools.base import Option, Tool, written_by

_PRESSES = (PointerKind.PRESS, PointerKind.DOUBLE)


class FillTool(Tool):
    """Gives the current class to the connected region of one label under the pointer; right button: background."""

    id: ClassVar[str] = "tool.fill"
    options: ClassVar[frozenset[Option]] = frozenset({Option.LABEL, Option.RULE})
    hint: ClassVar[str] = "Click a region of one colour, or background, to fill it. Right button: erases the region."

    def pointer(self, event: PointerEvent) -> None:
        """See `Tool`."""
        if event.kind in _PRESSES:
            self.session.shapes.fill_at(event.x, event.y, value=written_by(event.button, eraser=event.eraser))


class ReplaceTool(Tool):
    """Replaces the class under the pointer by the current one, in the object clicked on; with Shift in the image."""

    id: ClassVar[str] = "tool.replace"
    options: ClassVar[frozenset[Option]] = frozenset({Option.LABEL, Option.RULE})
    hint: ClassVar[str] = "Click a class to replace it within that object; with Shift in the whole image."

    def pointer(self, event: PointerEvent) -> None:
        """See `Tool`."""
        if event.kind in _PRESSES:
            self.session.shapes.replace_at(
                event.x,
                event.y,
                value=written_by(event.button, eraser=event.eraser),
                everywhere=bool(event.modifiers & Qt.KeyboardModifier.ShiftModifier),
            )


class PickTool(Tool):
    """Makes the label under the pointer the current one, then hands over to the tool before."""

    id: ClassVar[str] = "tool.pick"
    options: ClassVar[frozenset[Option]] = frozenset({Option.LABEL})
    cursor: ClassVar[Qt.CursorShape | None] = Qt.CursorShape.PointingHandCursor
    hint: ClassVar[str] = "Click a pixel to paint with its class; Alt+click does it with every tool."

    def pointer(self, event: PointerEvent) -> None:
        """See `Tool`."""
        if event.kind is PointerKind.RELEASE and self.session.shapes.pick_at(event.x, event.y) is not None:
            self.bench.done()
