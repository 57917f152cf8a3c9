"""Draw around an area."""

from __future__ import annotations

from typing import ClassVar

from edam_gui.gui.annotate.canvas import PointerEvent, PointerKind
from edam_gui.gui.annotate.tools.shape import ShapeTool

_STEP_PX = 1.5


class LassoTool(ShapeTool):
    """The outline follows the pointer while the button is held; letting it go closes it."""

    id: ClassVar[str] = "tool.lasso"
    hint: ClassVar[str] = "Draw around an area with the button held. Right button: erases it. Esc: give up."

    def pointer(self, event: PointerEvent) -> None:
        """See `Tool`."""
        match event.kind:
            case PointerKind.PRESS | PointerKind.DOUBLE:
                self.start(event)
            case PointerKind.MOVE if self.points:
                if self.screen_distance(self.points[-1], (event.x, event.y)) >= _STEP_PX:
                    self.points.append((event.x, event.y))
                    self.canvas.set_shape_preview(self.points, closed=True)
            case PointerKind.RELEASE if self.points:
                points, value = self.take()
                if len(points) >= 3:
                    self.session.shapes.polygon(points, value=value, tool="Lasso")
