"""Click the corners of an area."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import Qt

from edam_gui.gui.annotate.canvas import PointerEvent, PointerKind
from edam_gui.gui.annotate.tools.shape import Point, ShapeTool, held

_CLOSE_PX = 9.0
_SAME_PX = 1.5
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_BACK = (Qt.Key.Key_Backspace, Qt.Key.Key_Delete)


class PolygonTool(ShapeTool):
    """Adds a corner with each click; a held button moves it.

    A double click, Enter or a click on the first corner closes the polygon.
    """

    id: ClassVar[str] = "tool.polygon"
    hint: ClassVar[str] = (
        "Click corners; Enter, a double click or the first corner closes. Backspace: one corner back. "
        "Esc: give up. Begun with the right button: erases."
    )

    def pointer(self, event: PointerEvent) -> None:
        """See `Tool`."""
        at = event.x, event.y
        match event.kind:
            case PointerKind.DOUBLE if self.points:
                self.close()
            case PointerKind.PRESS | PointerKind.DOUBLE:
                self._press(event, at)
            case PointerKind.MOVE if held(event) and self.points:
                self.points[-1] = at
                self._show()
            case PointerKind.MOVE if self.points:
                self._show(at)

    def key(self, key: Qt.Key) -> bool:
        """See `Tool`."""
        if key in _ENTER and self.points:
            self.close()
            return True
        if key in _BACK and self.points:
            return self.undo()
        return super().key(key)

    def wants(self, key: Qt.Key) -> bool:
        """See `Tool`."""
        return (self.is_busy and key in (*_ENTER, *_BACK)) or super().wants(key)

    def undo(self) -> bool:
        """See `Tool`."""
        if not self.points:
            return False
        self.points.pop()
        self._show()
        return True

    def close(self) -> None:
        """Paint the polygon; one with fewer than three corners is given up."""
        points, value = self.take()
        if len(points) >= 3:
            self.session.shapes.polygon(points, value=value)

    def _press(self, event: PointerEvent, at: Point) -> None:
        if not self.points:
            self.start(event)
        elif len(self.points) >= 3 and self.screen_distance(self.points[0], at) <= _CLOSE_PX:
            self.close()
            return
        elif self.screen_distance(self.points[-1], at) > _SAME_PX:
            self.points.append(at)
        self._show()

    def _show(self, at: Point | None = None) -> None:
        points = self.points if at is None else [*self.points, at]
        self.canvas.set_shape_preview(points or None, closed=len(points) > 2)
