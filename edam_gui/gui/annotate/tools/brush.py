"""Brushes on the label map: class, background, 'ignore', back to automatic."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import Qt

from edam_gui.core.edits.brush import BrushPoint
from edam_gui.core.edits.recorder import REVERT, PaintValue
from edam_gui.core.label_set import BACKGROUND, IGNORE
from edam_gui.gui.annotate.canvas import PointerEvent, PointerKind
from edam_gui.gui.annotate.tools.base import Bench, Option, Tool

_SHIFT = Qt.KeyboardModifier.ShiftModifier


class BrushTool(Tool):
    """Paints the current class; the right button, or a pen held upside down, paints background.

    A click with Shift paints a straight line from where the last stroke on this image ended.
    """

    id: ClassVar[str] = "tool.brush"
    options: ClassVar[frozenset[Option]] = frozenset({Option.LABEL, Option.BRUSH, Option.RULE})
    cursor: ClassVar[Qt.CursorShape | None] = None
    hint: ClassVar[str] = "Right button erases. Shift+click: straight line. Ctrl+wheel: size. Alt+click: pick class."
    left: ClassVar[PaintValue | None] = None
    """What the left button paints; `None`: the current class."""
    right: ClassVar[PaintValue | None] = BACKGROUND
    """What the right button, or a pen held upside down, paints."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self._end: tuple[int, float, float] | None = None
        self._previewing = False

    def _value(self, event: PointerEvent) -> PaintValue | None:
        erases = event.eraser or event.button == Qt.MouseButton.RightButton
        return self.right if erases else self.left

    @property
    def is_busy(self) -> bool:
        """See `Tool`."""
        return self.session.editing.is_painting

    def pointer(self, event: PointerEvent) -> None:
        """See `Tool`."""
        editing = self.session.editing
        match event.kind:
            case PointerKind.PRESS | PointerKind.DOUBLE:
                self._begin(event)
            case PointerKind.MOVE if event.button == Qt.MouseButton.NoButton:
                self._preview_line(event)
            case PointerKind.MOVE:
                editing.extend_stroke([_point(event)])
            case PointerKind.RELEASE if editing.is_painting:
                editing.extend_stroke([_point(event)] if event.pressure > 0 else [])
                editing.finish_stroke()
                self._remember(event)

    def cancel(self) -> bool:
        """See `Tool`."""
        self._clear_line()
        painting = self.session.editing.is_painting
        self.session.editing.abort_stroke()
        return painting

    def undo(self) -> bool:
        """See `Tool`."""
        return self.cancel()

    def _begin(self, event: PointerEvent) -> None:
        self._clear_line()
        start = self._line_start() if event.modifiers & _SHIFT else None
        first = _point(event) if start is None else BrushPoint(*start, event.pressure)
        if self.session.editing.begin_stroke(first, value=self._value(event)) and start is not None:
            self.session.editing.extend_stroke([_point(event)])

    def _remember(self, event: PointerEvent) -> None:
        current = self.session.current
        if current is not None:
            self._end = current.id, event.x, event.y

    def _line_start(self) -> tuple[float, float] | None:
        current = self.session.current
        if self._end is None or current is None or self._end[0] != current.id:
            return None
        return self._end[1:]

    def _preview_line(self, event: PointerEvent) -> None:
        start = self._line_start() if event.modifiers & _SHIFT else None
        if start is None:
            self._clear_line()
        else:
            self._previewing = True
            self.canvas.set_shape_preview([start, (event.x, event.y)])

    def _clear_line(self) -> None:
        if self._previewing:
            self._previewing = False
            self.canvas.set_shape_preview(None)


class EraserTool(BrushTool):
    """Paints background."""

    id: ClassVar[str] = "tool.eraser"
    options: ClassVar[frozenset[Option]] = frozenset({Option.BRUSH, Option.RULE})
    hint: ClassVar[str] = "Paints background. Shift+click: straight line. Ctrl+wheel: size."
    left: ClassVar[PaintValue | None] = BACKGROUND


class IgnoreTool(BrushTool):
    """Paints 255; the right button paints background."""

    id: ClassVar[str] = "tool.ignore"
    options: ClassVar[frozenset[Option]] = frozenset({Option.BRUSH, Option.RULE})
    hint: ClassVar[str] = "Paints 255, which training leaves out. Right button erases. Shift+click: straight line."
    left: ClassVar[PaintValue | None] = IGNORE


class RevertTool(BrushTool):
    """Brushes corrections away."""

    id: ClassVar[str] = "tool.revert"
    options: ClassVar[frozenset[Option]] = frozenset({Option.BRUSH, Option.RULE})
    hint: ClassVar[str] = "Takes corrections away: what the thresholds give comes back. Shift+click: straight line."
    left: ClassVar[PaintValue | None] = REVERT
    right: ClassVar[PaintValue | None] = REVERT


def _point(event: PointerEvent) -> BrushPoint:
    return BrushPoint(event.x, event.y, event.pressure)
