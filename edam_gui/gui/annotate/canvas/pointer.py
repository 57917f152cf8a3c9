"""What tools hear of the mouse and the pen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import Qt


class PointerKind(Enum):
    """What the pointer did."""

    PRESS = "press"
    MOVE = "move"
    RELEASE = "release"
    DOUBLE = "double"


@dataclass(frozen=True)
class PointerEvent:
    """A pointer event in image coordinates.

    Parameters
    ----------
    kind
        What happened. MOVE comes with a button held and without (`button` is `NoButton` then).
    x, y
        Image coordinates, where pixel (i, j) covers [i, i+1) x [j, j+1); may lie outside the image.
    pressure
        Of a pen, 0 to 1; a mouse has 1.
    button
        The button pressed, held or released: left or right.
    modifiers
        Keys held.
    eraser
        Whether the pen is held upside down.
    """

    kind: PointerKind
    x: float
    y: float
    pressure: float = 1.0
    button: Qt.MouseButton = Qt.MouseButton.NoButton
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    eraser: bool = False
