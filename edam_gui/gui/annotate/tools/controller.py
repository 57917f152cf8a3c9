"""One tool at a time: the canvas's pointer, wheel and keys go to it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence

from edam_gui.core.edits.brush import BrushShape
from edam_gui.gui.annotate.canvas import Canvas, PointerEvent, PointerKind
from edam_gui.gui.annotate.tools.base import Bench, Tool
from edam_gui.gui.annotate.tools.registry import TOOLS
from edam_gui.gui.shell.action_book import ActionBook
from edam_gui.session.session import Session

START = "tool.hand"
_PRESSES = (PointerKind.PRESS, PointerKind.DOUBLE)
_PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)


class ToolController(QObject):
    """Maps what the user does on the canvas to the session.

    Alt with a click picks the class under the pointer, whatever the tool. The wheel with Ctrl or Alt changes the size
    of the brush.

    Parameters
    ----------
    session, canvas
        What is changed, and where.
    book
        The actions of the tools: the one in use is shown as such.
    """

    changed = Signal(str)
    """Another tool is in use: its id."""

    def __init__(self, session: Session, canvas: Canvas, book: ActionBook) -> None:
        super().__init__(canvas)
        self._session = session
        self._canvas = canvas
        self._book = book
        bench = Bench(session, canvas, self.back)
        self._tools = {name: make(bench) for name, make in TOOLS.items()}
        self._tool = self._tools[START]
        self._before = self._tool
        self._picking = False
        canvas.pointer.connect(self._pointer)
        canvas.brush_wheel.connect(self._wheel)
        canvas.installEventFilter(self)
        session.events.current_changed.connect(self._image_changed)
        session.events.photo_changed.connect(self._image_changed)  # until then the photo before is seen
        session.events.tool_changed.connect(self._show_cursor)
        self._tool.activate()
        self._show()

    @property
    def tool(self) -> Tool:
        """The tool in use."""
        return self._tool

    def choose(self, name: str) -> None:
        """Use another tool; what the old one has in the making is given up."""
        chosen = self._tools[name]
        if chosen is not self._tool:
            self._tool.deactivate()
            self._before, self._tool = self._tool, chosen
            chosen.activate()
        self._show()
        self.changed.emit(name)

    def back(self) -> None:
        """Use the tool before."""
        self.choose(self._before.id)

    def cancel(self) -> bool:
        """Give up what is in the making; return whether there was something."""
        return self._tool.cancel()

    def undo(self) -> bool:
        """Take back the last part of what is in the making; return whether there was something."""
        return self._tool.undo()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Hand keys to the tool before shortcuts and canvas get them; end the stroke when the canvas goes."""
        if isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride and self._takes(event):
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress and self._takes(event):
                if event.matches(QKeySequence.StandardKey.Undo):
                    return self._tool.undo()
                return self._tool.key(Qt.Key(event.key()))
        elif event.type() == QEvent.Type.Hide:
            self._session.editing.finish_stroke()
        return super().eventFilter(watched, event)

    def _takes(self, event: QKeyEvent) -> bool:
        if event.matches(QKeySequence.StandardKey.Undo):
            return self._tool.is_busy
        return event.modifiers() in _PLAIN and self._tool.wants(Qt.Key(event.key()))

    def _pointer(self, event: PointerEvent) -> None:
        if self._picking:
            self._picking = event.kind is not PointerKind.RELEASE
            return
        alt = bool(event.modifiers & Qt.KeyboardModifier.AltModifier)
        if event.kind in _PRESSES and alt and not self._session.editing.is_painting:
            self._picking = True
            self._session.shapes.pick_at(event.x, event.y)
            return
        self._tool.pointer(event)

    def _wheel(self, notches: int) -> None:
        self._session.editing.resize_brush(notches)

    def _image_changed(self) -> None:
        self._picking = False
        self._tool.cancel()

    def _show(self) -> None:
        self._book.set_checked(self._tool.id, True)
        self._show_cursor()

    def _show_cursor(self) -> None:
        shape = self._tool.cursor
        if shape is None:
            brush = self._session.editing.paint.brush
            self._canvas.set_brush_cursor(brush.diameter, brush.shape is BrushShape.SQUARE)
        else:
            self._canvas.set_brush_cursor(None)
            self._canvas.set_tool_cursor(shape)
