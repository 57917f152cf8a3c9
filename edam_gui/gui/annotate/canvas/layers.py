"""What the canvas shows of each layer: visible or not, how opaque, and how the photo is toned."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from PySide6.QtCore import QObject, Signal

from edam_gui.core.arrays import UInt8Array


class Layer(Enum):
    """The layers, from the bottom to the top."""

    PHOTO = "photo"
    SALIENCY = "saliency"
    MASK = "activation mask"
    LABELS = "label map"
    GROUND_TRUTH = "ground truth"
    DIFFERENCE = "difference to ground truth"
    OUTLINE = "outline of regions"
    EDITS = "edits"
    SALIENCY_CUT = "saliency threshold"


@dataclass(frozen=True)
class LayerState:
    """How one layer is shown.

    Parameters
    ----------
    visible
        Whether it is drawn at all.
    opacity
        0 (not seen) to 1; for label layers a factor on the opacity of the label table.
    """

    visible: bool = True
    opacity: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.opacity <= 1:
            raise ValueError(f"opacity must lie between 0 and 1, not {self.opacity}")


@dataclass(frozen=True)
class PhotoTone:
    """Brightness, contrast and gamma of the photo on screen; files and the network never see them.

    Parameters
    ----------
    brightness
        -1 (black) to 1 (white); 0 leaves the photo as it is.
    contrast
        -1 (grey) to 1 (black and white); 0 leaves the photo as it is.
    gamma
        > 0; above 1 lifts the shadows.
    """

    brightness: float = 0.0
    contrast: float = 0.0
    gamma: float = 1.0

    def __post_init__(self) -> None:
        if not (-1 <= self.brightness <= 1 and -1 <= self.contrast <= 1 and 0 < self.gamma <= 10):
            raise ValueError(f"out of range: {self}")

    def table(self) -> UInt8Array | None:
        """Return the (256,) uint8 table that applies it, or `None` where it changes nothing."""
        if self == PhotoTone():
            return None
        value = (np.arange(256) / 255) ** (1 / self.gamma)
        # A slope of tan gives -1 = flat, 0 = unchanged, 1 = as good as a step.
        slope = np.tan((min(self.contrast, 0.996) + 1) * np.pi / 4)
        value = (value - 0.5) * slope + 0.5 + self.brightness
        table: UInt8Array = np.rint(value.clip(0, 1) * 255).astype(np.uint8)
        return table


_START = {
    Layer.PHOTO: LayerState(),
    Layer.SALIENCY: LayerState(False, 0.8),
    Layer.MASK: LayerState(False, 0.75),
    Layer.LABELS: LayerState(),
    Layer.GROUND_TRUTH: LayerState(False),
    Layer.DIFFERENCE: LayerState(False, 0.9),
    Layer.OUTLINE: LayerState(False),
    Layer.EDITS: LayerState(),
    Layer.SALIENCY_CUT: LayerState(),
}


class Layers(QObject):
    """The state of all layers. Widgets and actions change it here; the canvas listens."""

    changed = Signal(object)
    """A `Layer` is shown in another way than before."""
    tone_changed = Signal(object)
    """The new `PhotoTone`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._states = dict(_START)
        self._tone = PhotoTone()

    def state(self, layer: Layer) -> LayerState:
        """Return how a layer is shown."""
        return self._states[layer]

    def set_state(self, layer: Layer, state: LayerState) -> None:
        """Show a layer in another way."""
        if state != self._states[layer]:
            self._states[layer] = state
            self.changed.emit(layer)

    def set_visible(self, layer: Layer, visible: bool) -> None:
        """Show or hide a layer."""
        self.set_state(layer, replace(self._states[layer], visible=visible))

    def set_opacity(self, layer: Layer, opacity: float) -> None:
        """Set a layer's opacity, 0 to 1."""
        self.set_state(layer, replace(self._states[layer], opacity=opacity))

    @property
    def tone(self) -> PhotoTone:
        """Brightness, contrast and gamma of the photo."""
        return self._tone

    def set_tone(self, tone: PhotoTone) -> None:
        """Set brightness, contrast and gamma of the photo."""
        if tone != self._tone:
            self._tone = tone
            self.tone_changed.emit(tone)
