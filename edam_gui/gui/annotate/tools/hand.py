"""Move the photo."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import Qt

from edam_gui.gui.annotate.tools.base import Tool


class HandTool(Tool):
    """Pans with the left button; the canvas does it."""

    id: ClassVar[str] = "tool.hand"
    cursor: ClassVar[Qt.CursorShape | None] = Qt.CursorShape.ArrowCursor
    hint: ClassVar[str] = "Drag to move the photo; the wheel zooms. Hold Space to do so with any tool."

    def activate(self) -> None:
        """See `Tool`."""
        self.canvas.set_panning(True)

    def deactivate(self) -> None:
        """See `Tool`."""
        self.canvas.set_panning(False)
