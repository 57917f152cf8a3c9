"""A brush on the saliency map."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from edam_gui.core.edits.recorder import PaintValue
from edam_gui.gui.annotate.canvas import Layer
from edam_gui.gui.annotate.tools.base import Bench, Option
from edam_gui.gui.annotate.tools.brush import BrushTool
from edam_gui.session.paint import Target


class SaliencyTool(BrushTool):
    """The left button paints salient, the right one (or the pen's eraser) not salient.

    The saliency map is shown while the tool is in use.
    """

    id: ClassVar[str] = "tool.saliency"
    options: ClassVar[frozenset[Option]] = frozenset({Option.BRUSH, Option.SALIENCY})
    hint: ClassVar[str] = "Left button: salient. Right button: not salient. The label map follows after each stroke."
    left: ClassVar[PaintValue | None] = 255

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self._was_visible = False

    def activate(self) -> None:
        """See `Tool`."""
        self._was_visible = self.canvas.layers.state(Layer.SALIENCY).visible
        self.canvas.layers.set_visible(Layer.SALIENCY, True)
        self._aim(Target.SALIENCY)

    def deactivate(self) -> None:
        """See `Tool`."""
        super().deactivate()
        self._aim(Target.LABELS)
        self.canvas.layers.set_visible(Layer.SALIENCY, self._was_visible)

    def _aim(self, target: Target) -> None:
        editing = self.session.editing
        editing.set_paint(replace(editing.paint, target=target))
