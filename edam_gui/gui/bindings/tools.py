"""What the Tools menu does."""

from __future__ import annotations

from dataclasses import replace

from edam_gui.core.edits.brush import BrushShape
from edam_gui.gui.annotate.tools import TOOLS, ToolController
from edam_gui.gui.shell.action_book import ActionBook
from edam_gui.session.session import Session


def bind_tools(book: ActionBook, session: Session, controller: ToolController) -> None:
    """Bind the choice of the tool, and the size and shape of the brush."""
    editing = session.editing
    for name in TOOLS:
        book.bind(name, lambda on, name=name: controller.choose(name) if on else None)

    def square(on: bool) -> None:
        shape = BrushShape.SQUARE if on else BrushShape.ROUND
        editing.set_paint(replace(editing.paint, brush=replace(editing.paint.brush, shape=shape)))

    book.bind_all(
        {
            "tool.bigger": lambda: editing.resize_brush(1),
            "tool.smaller": lambda: editing.resize_brush(-1),
            "tool.square": square,
        }
    )

    def show_shape() -> None:
        book.set_checked("tool.square", editing.paint.brush.shape is BrushShape.SQUARE)

    session.events.tool_changed.connect(show_shape)
    show_shape()
