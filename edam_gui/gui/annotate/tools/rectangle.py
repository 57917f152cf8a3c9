"""Drag a rectangle."""

from __future__ import annotations

import math
from typing import ClassVar

from PySide6.QtCore import Qt

from edam_gui.gui.annotate.canvas import PointerEvent, PointerKind
from edam_gui.gui.annotate.tools.shape import Point, ShapeTool

_LEAST_PX = 3.0


class RectangleTool(ShapeTool):
    """From press to release; with Shift a square. All pixels that it touches are painted."""

    id: ClassVar[str] = "tool.rectangle"
    hint: ClassVar[str] = "Drag from corner to corner. Shift: a square. Right button: erases. Esc: give up."

    def pointer(self, event: PointerEvent) -> None:
        """See `Tool`."""
        match event.kind:
            case PointerKind.PRESS | PointerKind.DOUBLE:
                self.start(event)
            case PointerKind.MOVE if self.points:
                self._show(self._corner(event))
            case PointerKind.RELEASE if self.points:
                last = self._corner(event)
                (first, *_), value = self.take()
                if self.screen_distance(first, last) >= _LEAST_PX:
                    self.session.shapes.rectangle(first, last, value=value)

    def _corner(self, event: PointerEvent) -> Point:
        if not event.modifiers & Qt.KeyboardModifier.ShiftModifier:
            return event.x, event.y
        (x, y), *_ = self.points
        side = max(abs(event.x - x), abs(event.y - y))
        return x + math.copysign(side, event.x - x), y + math.copysign(side, event.y - y)

    def _show(self, last: Point) -> None:
        (x, y), *_ = self.points
        left, right = math.floor(min(x, last[0])), math.ceil(max(x, last[0]))
        top, bottom = math.floor(min(y, last[1])), math.ceil(max(y, last[1]))
        self.canvas.set_shape_preview([(left, top), (right, top), (right, bottom), (left, bottom)], closed=True)
