"""What every tool is: it hears the pointer and keys, and calls the session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from PySide6.QtCore import Qt

from edam_gui.core.edits.recorder import PaintValue
from edam_gui.core.label_set import BACKGROUND
from edam_gui.gui.annotate.canvas import Canvas, PointerEvent
from edam_gui.session.session import Session


class Option(Enum):
    """What a tool lets the user choose; the options bar shows only these."""

    LABEL = "label"
    BRUSH = "brush"
    RULE = "rule"
    SALIENCY = "saliency"


@dataclass(frozen=True)
class Bench:
    """What tools work with.

    Parameters
    ----------
    session, canvas
        What is changed, and where the pointer is.
    done
        Goes back to the tool before; for tools that are used once.
    """

    session: Session
    canvas: Canvas
    done: Callable[[], None]


class Tool:
    """Base of the tools; a tool overrides what it needs.

    Class attributes: `id` of its action, `options` it has, `cursor` it shows (`None`: the brush's outline), and `hint`,
    what the buttons and keys do.
    """

    id: ClassVar[str]
    options: ClassVar[frozenset[Option]] = frozenset()
    cursor: ClassVar[Qt.CursorShape | None] = Qt.CursorShape.CrossCursor
    hint: ClassVar[str] = ""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.session = bench.session
        self.canvas = bench.canvas

    def activate(self) -> None:
        """Become the tool in use."""

    def deactivate(self) -> None:
        """Make room for another tool."""
        self.cancel()

    def pointer(self, event: PointerEvent) -> None:
        """Hear the pointer."""

    def key(self, key: Qt.Key) -> bool:
        """Hear a key without modifiers; return whether it meant something to the tool now."""
        return key == Qt.Key.Key_Escape and self.cancel()

    def wants(self, key: Qt.Key) -> bool:
        """Whether `key` would do something now, so that no shortcut may take it."""
        return key == Qt.Key.Key_Escape and self.is_busy

    def cancel(self) -> bool:
        """Give up what is in the making; return whether there was something."""
        return False

    def undo(self) -> bool:
        """Take back the last part of what is in the making; return whether there was something."""
        return False

    @property
    def is_busy(self) -> bool:
        """Whether something is in the making."""
        return False


def written_by(button: Qt.MouseButton, *, eraser: bool = False) -> PaintValue | None:
    """Return what a press paints: background with the right button or the pen's eraser, else the current label."""
    return BACKGROUND if eraser or button == Qt.MouseButton.RightButton else None
