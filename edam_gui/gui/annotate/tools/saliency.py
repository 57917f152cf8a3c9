"""A brush on the saliency map."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Final

from edam_gui.core.edits.recorder import PaintValue
from edam_gui.gui.annotate.canvas import Layer, LayerState
from edam_gui.gui.annotate.tools.base import Bench, Option
from edam_gui.gui.annotate.tools.brush import BrushTool
from edam_gui.session.paint import Target

_OPACITY: Final = 0.5
"""At most, so that the photo shows what belongs to the object."""


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
        self._before = self.canvas.layers.state(Layer.SALIENCY)

    def activate(self) -> None:
        """See `Tool`."""
        layers = self.canvas.layers
        self._before = layers.state(Layer.SALIENCY)
        layers.set_state(Layer.SALIENCY, LayerState(True, min(self._before.opacity, _OPACITY)))
        self._aim(Target.SALIENCY)

    def deactivate(self) -> None:
        """See `Tool`."""
        super().deactivate()
        self._aim(Target.LABELS)
        self.canvas.layers.set_state(Layer.SALIENCY, self._before)

    def _aim(self, target: Target) -> None:
        editing = self.session.editing
        editing.set_paint(replace(editing.paint, target=target))
