"""Areas that are drawn or pointed at: polygon, lasso, rectangle, fill, replace, pick."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from edam_gui.core.arrays import UInt8Array
from edam_gui.core.edits import shapes
from edam_gui.core.edits.components import class_region, component_at, pick, pixel_at
from edam_gui.core.edits.recorder import PaintValue
from edam_gui.core.edits.region import Region
from edam_gui.core.label_set import BACKGROUND
from edam_gui.session.context import Context
from edam_gui.session.editing import Editing
from edam_gui.session.messages import Level

Point = tuple[float, float]
"""(x, y) in image coordinates, px."""

_TOPIC: Final = "tool"


class Shapes:
    """Paints areas, one step of the history each, as far as the paint rule allows.

    Parameters
    ----------
    context, editing
        The session's state, and what paints.
    """

    def __init__(self, context: Context, editing: Editing) -> None:
        self._context = context
        self._editing = editing

    def polygon(self, points: Sequence[Point], *, value: PaintValue | None = None, tool: str = "Polygon") -> bool:
        """Paint the inside of an outline; return whether that changed anything."""
        labels = self._labels()
        region = None if labels is None else shapes.polygon(points, _size(labels))
        return self._fill(tool, region, value)

    def rectangle(self, first: Point, last: Point, *, value: PaintValue | None = None) -> bool:
        """Paint the pixels between two corners; return whether that changed anything."""
        labels = self._labels()
        region = None if labels is None else shapes.rectangle(*first, *last, _size(labels))
        return self._fill("Rectangle", region, value)

    def fill_at(self, x: float, y: float, *, value: PaintValue | None = None) -> bool:
        """Paint the connected pixels of one label, background too, around a point."""
        labels = self._labels() if self._editing.is_map_whole() else None
        at = None if labels is None else pixel_at(x, y, _size(labels))
        # Joined at edges only: a one pixel wide diagonal line keeps the fill in.
        region = None if labels is None or at is None else component_at(labels, *at, connectivity=4)
        return self._fill("Fill", region, value)

    def replace_at(self, x: float, y: float, *, value: PaintValue | None = None, everywhere: bool = False) -> bool:
        """Replace the class under a point, in the object it lies in or `everywhere` in the image.

        An object is an 8-connected component of everything but background: where two classes share one, all pixels
        of the class pointed at change, in how many pieces they may lie.
        """
        labels = self._labels()
        at = None if labels is None else pixel_at(x, y, _size(labels))
        if labels is None or at is None:
            return False
        label = pick(labels, *at)
        if label == BACKGROUND:
            self._context.say(Level.INFO, "Click on a class to replace it; the fill tool fills background.", _TOPIC)
            return False
        within: Region | None = None
        if not everywhere:
            within = component_at((labels != BACKGROUND).view("u1"), *at, connectivity=8)
        name = self._editing.label_name(label)
        return self._fill(f"Replace {name} by", class_region(labels, label, within), value, separator=" ")

    def pick_at(self, x: float, y: float) -> int | None:
        """Make the label under a point the current one, and return it; `None` outside the image."""
        labels = self._labels()
        at = None if labels is None else pixel_at(x, y, _size(labels))
        if labels is None or at is None:
            return None
        label = pick(labels, *at)
        self._editing.set_paint(replace(self._editing.paint, label=label))
        return label

    def _labels(self) -> UInt8Array | None:
        current = self._context.current
        return current.labels if current is not None else None

    def _fill(self, tool: str, region: Region | None, value: PaintValue | None, separator: str = ": ") -> bool:
        return self._editing.fill(f"{tool}{separator}{self._editing.label_name(value)}", region, value=value)


def _size(labels: UInt8Array) -> tuple[int, int]:
    height, width = labels.shape
    return height, width
