"""What the tools that draw an area share."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QPointF, Qt

from edam_gui.core.edits.recorder import PaintValue
from edam_gui.gui.annotate.canvas import PointerEvent
from edam_gui.gui.annotate.tools.base import Bench, Option, Tool, written_by

Point = tuple[float, float]
"""(x, y) in image coordinates."""


class ShapeTool(Tool):
    """Collects points. The button of the first press decides: left paints the current class, right background."""

    options: ClassVar[frozenset[Option]] = frozenset({Option.LABEL, Option.RULE})

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self.points: list[Point] = []
        self._value: PaintValue | None = None

    @property
    def is_busy(self) -> bool:
        """See `Tool`."""
        return bool(self.points)

    def cancel(self) -> bool:
        """See `Tool`."""
        was_busy = self.is_busy
        self.points = []
        self.canvas.set_shape_preview(None)
        return was_busy

    def start(self, event: PointerEvent) -> None:
        """Begin a shape."""
        self._value = written_by(event.button, eraser=event.eraser)
        self.points = [(event.x, event.y)]

    def take(self) -> tuple[list[Point], PaintValue | None]:
        """End the shape; return its points and what is to be painted."""
        points = self.points
        self.cancel()
        return points, self._value

    def screen_distance(self, a: Point, b: Point) -> float:
        """Return how far apart two points are on the screen, logical px."""
        apart = self.canvas.to_widget(*a) - self.canvas.to_widget(*b)
        return float((QPointF.dotProduct(apart, apart)) ** 0.5)


def held(event: PointerEvent) -> bool:
    """Whether a button is held."""
    return event.button != Qt.MouseButton.NoButton
