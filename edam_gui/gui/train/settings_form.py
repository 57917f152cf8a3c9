"""The few settings of a run that matter; all others in one line."""

from __future__ import annotations

import shlex
from typing import Any, Final

from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QFormLayout, QLineEdit, QSpinBox, QWidget

from edam_gui.core.errors import OptionError
from edam_gui.gui.shell.number_box import padded
from edam_gui.session.model_host import shipped_model_names
from edam_gui.session.session import Session
from edam_gui.training.presets import PRESETS

_PRESET_TEXTS: Final = {
    "lite": "lite: a small network, also on a CPU",
    "authors": "authors: EDAM as published, on a GPU",
}
_WHOLE: Final = (
    ("epochs", "Epochs", 1, 10_000, "How often every image is seen"),
    ("max_steps", "Steps", 0, 100_000_000, "0: as many as the epochs need"),
    ("groups", "Groups in a step", 1, 256, "More need more memory and learn more steadily"),
    ("group_size", "Photos in a group", 2, 16, "Photos of one class that are looked at together"),
    ("crop", "Crop", 32, 2048, "Side of the squares that are cut from the photos"),
    ("seed", "Seed", 0, 2_000_000_000, "The same seed gives the same run"),
)


class SettingsForm(QWidget):
    """Preset, initial weights and settings.

    Parameters
    ----------
    session
        Whose model can be the start.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.preset = QComboBox(self)
        self.preset.setAccessibleName("Preset")
        for name in ("lite", *(name for name in PRESETS if name != "lite")):
            self.preset.addItem(_PRESET_TEXTS.get(name, name), name)
        self.init = QComboBox(self)
        self.init.setEditable(True)
        self.init.setAccessibleName("Initial weights")
        self.init.setToolTip("A shipped model, the path of a checkpoint, or empty for random values")
        self.rate = padded(QDoubleSpinBox(self))
        self.rate.setDecimals(7)
        self.rate.setRange(1e-7, 10.0)
        self.rate.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
        self.rate.setToolTip("Of pretrained weights; smaller if the loss runs away")
        self.boxes: dict[str, QSpinBox] = {}
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow("Preset", self.preset)
        form.addRow("Initial weights", self.init)
        for key, title, least, most, tip in _WHOLE:
            box = padded(QSpinBox(self))
            box.setRange(least, most)
            box.setToolTip(f"{tip} ({key})")
            box.setAccessibleName(title)
            self.boxes[key] = box
            form.addRow(title, box)
            if key == "max_steps":
                box.setSpecialValueText("by epochs")
                form.addRow("Learning rate", self.rate)
        self.others = QLineEdit(self)
        self.others.setPlaceholderText("key=value …, e.g. pool_loss=0.5 collage=0")
        self.others.setAccessibleName("Other settings")
        self.others.setToolTip("Any setting of the train command, with blanks between")
        form.addRow("Others", self.others)
        self.preset.currentIndexChanged.connect(self._take_preset)
        self._take_preset()

    def refresh(self) -> None:
        """Offer the models that there are now."""
        text = self.init.currentText()
        self.init.clear()
        names = [*shipped_model_names()]
        own = self._session.rules.choices.model
        if own and own not in names:
            names.append(own)
        self.init.addItems(names)
        self.init.setCurrentText(text)

    def _take_preset(self) -> None:
        chosen = PRESETS[self.preset.currentData()]
        self.refresh()
        self.init.setCurrentText(chosen.init)
        self.rate.setValue(chosen.lr)
        for key, box in self.boxes.items():
            box.setValue(getattr(chosen, key))

    def take(self, preset: str, words: tuple[str, ...]) -> None:
        """Show another run's settings."""
        self.preset.setCurrentIndex(max(0, self.preset.findData(preset)))
        self._take_preset()
        others = []
        for word in words:
            key, _, value = word.partition("=")
            if key in self.boxes:
                self.boxes[key].setValue(int(value))
            elif key == "lr":
                self.rate.setValue(float(value))
            elif key == "init":
                self.init.setCurrentText(value)
            elif key != "threads":
                others.append(shlex.quote(word))
        self.others.setText(" ".join(others))

    def request(self) -> tuple[str, tuple[str, ...]]:
        """Return preset and `key=value` words.

        Raises
        ------
        OptionError
            The line of other settings has an open quote.
        """
        name = str(self.preset.currentData())
        chosen = PRESETS[name]
        try:
            others = shlex.split(self.others.text())
        except ValueError:
            raise OptionError(f"A quote is left open in '{self.others.text()}'.") from None
        taken = {word.partition("=")[0] for word in others}
        values: dict[str, Any] = {key: box.value() for key, box in self.boxes.items()}
        values |= {"lr": self.rate.value(), "init": self.init.currentText().strip()}
        words = [f"{key}={value}" for key, value in values.items() if value != getattr(chosen, key)]
        return name, (*(word for word in words if word.partition("=")[0] not in taken), *others)
