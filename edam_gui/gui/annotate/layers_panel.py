"""Which layers are shown, how opaque, and how the photo is toned."""

from __future__ import annotations

from dataclasses import replace
from math import log
from typing import Final

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QPushButton, QSlider, QVBoxLayout, QWidget

from edam_gui.gui.annotate.canvas import Layer, Layers, PhotoTone
from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.roles import Role, with_role
from edam_gui.gui.shell.wheel_guard import WheelGuard

_ROWS: Final = (
    (Layer.PHOTO, "Photo", "The photo itself"),
    (Layer.SALIENCY, "Saliency map", "Bright where something stands out; the line is theta's cut"),
    (Layer.MASK, "Activation mask", "Where the network sees the picked class"),
    (Layer.LABELS, "Label map", "The labels, as they are exported"),
    (Layer.OUTLINE, "Outlines", "The borders of labelled regions"),
    (Layer.EDITS, "Corrections", "What was painted by hand"),
    (Layer.GROUND_TRUTH, "Ground truth", "The project's ground-truth label map"),
    (
        Layer.DIFFERENCE,
        "Difference",
        "Where label map and ground truth differ. Blue: an object is missing; orange: background has a class; pink: "
        "one class for another",
    ),
)
_TONES: Final = (("brightness", "Brightness", -1.0, 1.0), ("contrast", "Contrast", -1.0, 1.0))


class LayersPanel(QWidget):
    """A row per layer, and the photo's tone.

    Parameters
    ----------
    layers
        The canvas's.
    """

    def __init__(self, layers: Layers, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layers = layers
        self.boxes: dict[Layer, QCheckBox] = {}
        self.sliders: dict[Layer, QSlider] = {}
        self.tones: dict[str, QSlider] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(spacing.NORMAL, spacing.NORMAL, spacing.NORMAL, spacing.NORMAL)
        layout.setSpacing(spacing.NORMAL)
        layout.addLayout(self._layer_rows())
        layout.addWidget(with_role(QLabel("Photo", self), Role.HEADING))
        layout.addLayout(self._tone_rows())
        reset = QPushButton("Reset photo tone", self)
        reset.setToolTip("Show the photo as it is")
        reset.clicked.connect(lambda: layers.set_tone(PhotoTone()))
        layout.addWidget(reset)
        layout.addStretch(1)
        layers.changed.connect(self._show_layer)
        layers.tone_changed.connect(self._show_tone)
        for layer in self.boxes:
            self._show_layer(layer)
        self._show_tone(layers.tone)
        WheelGuard(self)

    def _layer_rows(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setVerticalSpacing(spacing.TIGHT)
        for line, (layer, name, tip) in enumerate(_ROWS):
            box = QCheckBox(name, self)
            box.setToolTip(tip)
            box.clicked.connect(lambda on, layer=layer: self._layers.set_visible(layer, on))
            slider = _slider(self, f"Opacity: {name}", f"How opaque: {name.lower()}")
            slider.valueChanged.connect(lambda value, layer=layer: self._layers.set_opacity(layer, value / 100))
            grid.addWidget(box, line, 0)
            grid.addWidget(slider, line, 1)
            self.boxes[layer], self.sliders[layer] = box, slider
        grid.setColumnStretch(1, 1)
        return grid

    def _tone_rows(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setVerticalSpacing(spacing.TIGHT)
        for line, (field, name, _, _) in enumerate(_TONES):
            slider = _slider(self, name, f"{name} of the photo on screen; files are not changed")
            slider.setRange(-100, 100)
            slider.valueChanged.connect(lambda value, field=field: self._set_tone(field, value / 100))
            grid.addWidget(QLabel(name, self), line, 0)
            grid.addWidget(slider, line, 1)
            self.tones[field] = slider
        gamma = _slider(self, "Gamma", "Above the middle the shadows become lighter")
        gamma.setRange(-100, 100)
        gamma.valueChanged.connect(lambda value: self._set_tone("gamma", 4.0 ** (value / 100)))
        grid.addWidget(QLabel("Gamma", self), len(_TONES), 0)
        grid.addWidget(gamma, len(_TONES), 1)
        self.tones["gamma"] = gamma
        grid.setColumnStretch(1, 1)
        return grid

    def _set_tone(self, field: str, value: float) -> None:
        tone = self._layers.tone
        match field:
            case "brightness":
                self._layers.set_tone(replace(tone, brightness=value))
            case "contrast":
                self._layers.set_tone(replace(tone, contrast=value))
            case _:
                self._layers.set_tone(replace(tone, gamma=value))

    def _show_layer(self, layer: Layer) -> None:
        if layer not in self.boxes:
            return
        state = self._layers.state(layer)
        self.boxes[layer].setChecked(state.visible)
        with QSignalBlocker(self.sliders[layer]):
            self.sliders[layer].setValue(round(state.opacity * 100))
        self.sliders[layer].setEnabled(state.visible)

    def _show_tone(self, tone: PhotoTone) -> None:
        values = {
            "brightness": tone.brightness * 100,
            "contrast": tone.contrast * 100,
            "gamma": log(tone.gamma) / log(4) * 100,
        }
        for field, slider in self.tones.items():
            if not slider.isSliderDown():
                with QSignalBlocker(slider):
                    slider.setValue(round(values[field]))


def _slider(parent: QWidget, name: str, tip: str) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal, parent)
    slider.setRange(0, 100)
    slider.setAccessibleName(name)
    slider.setToolTip(tip)
    return slider
