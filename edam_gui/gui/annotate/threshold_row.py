"""One threshold: its name, a slider, an exact box, and a button that gives it back to the next scope."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QSlider, QToolButton, QWidget

from edam_gui.core.threshold_scale import ThresholdScale
from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.icons import keep_icon
from edam_gui.gui.shell.roles import Role, with_role


class ThresholdRow(QWidget):
    """A threshold that can be dragged, typed and reset.

    Signals: `dragged(value)` while the slider moves; `committed()` when it is let go; `entered(value)` when a number
    was typed or stepped by key; `reset()`; `refused(sentence)` when what was typed cannot be used.

    Parameters
    ----------
    name
        Of the threshold.
    scale
        Of the slider.
    tip
        What it does, in one or two sentences.
    bounds
        Lowest and highest number that may be typed.
    """

    dragged = Signal(float)
    committed = Signal()
    entered = Signal(float)
    reset = Signal()
    refused = Signal(str)

    def __init__(
        self, name: str, scale: ThresholdScale, tip: str, bounds: tuple[float, float], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._scale = scale
        self._value = 0.0
        self._own: bool | None = None
        self._title = QLabel(name, self)
        self.note = with_role(QLabel("", self), Role.HINT)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(0, scale.stops)
        self.slider.setPageStep(max(1, scale.stops // 20))
        self.slider.setAccessibleName(f"{name} slider")
        self.box = QLineEdit(self)
        self.box.setAccessibleName(name)
        self.box.setFixedWidth(84)
        self.box.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._bounds = bounds
        self.reset_button = QToolButton(self)
        keep_icon(self.reset_button, "reset", self.reset_button.setIcon)
        self.reset_button.setAccessibleName(f"Reset {name}")
        self.reset_button.setToolTip(f"Reset {name} to what holds without this setting")
        for widget in (self, self._title, self.slider, self.box):
            widget.setToolTip(tip)
        self._lay_out()
        self.slider.valueChanged.connect(self._moved)
        self.slider.sliderReleased.connect(self.committed)
        self.box.editingFinished.connect(self._typed)
        self.reset_button.clicked.connect(self.reset)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(spacing.TIGHT)
        grid.setVerticalSpacing(0)
        grid.addWidget(self._title, 0, 0)
        grid.addWidget(self.note, 0, 1, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(self.box, 0, 2)
        grid.addWidget(self.reset_button, 0, 3)
        grid.addWidget(self.slider, 1, 0, 1, 4)
        grid.setColumnStretch(1, 1)

    @property
    def value(self) -> float:
        """The exact value shown."""
        return self._value

    def show_value(self, value: float, *, own: bool) -> None:
        """Show a value; `own` tells whether it is set in the scope that the controls change."""
        self._value = value
        if not self.slider.isSliderDown() and self.slider.value() != self._scale.stop(value):
            with QSignalBlocker(self.slider):
                self.slider.setValue(self._scale.stop(value))
        text = shortest(value)
        if self.box.text() != text and not (self.box.hasFocus() and self.box.isModified()):
            self.box.setText(text)
        if own != self._own:
            self._own = own
            font = self._title.font()
            font.setBold(own)
            self._title.setFont(font)
            self.reset_button.setEnabled(own)

    def show_note(self, text: str) -> None:
        """Show a remark beside the name."""
        if self.note.text() != text:
            self.note.setText(text)

    def step(self, by: int) -> None:
        """Move the slider by stops, as a key does."""
        stop = min(max(self._scale.stop(self._value) + by, 0), self._scale.stops)
        self.entered.emit(self._scale.value(stop))

    def _parsed(self, text: str) -> float | None:
        """Return the number that was typed, with a point or a comma; `None` if it cannot be used."""
        try:
            value = float(text.strip().replace(",", "."))
        except ValueError:
            return None
        return value if self._bounds[0] <= value <= self._bounds[1] else None

    def _moved(self, stop: int) -> None:
        value = self._scale.value(stop)
        if self.slider.isSliderDown():
            self.dragged.emit(value)
        else:
            self.entered.emit(value)

    def _typed(self) -> None:
        self.box.setModified(False)
        value = self._parsed(self.box.text())
        if value is None:
            low, high = self._bounds
            name = self._title.text()
            self.refused.emit(f"{name} is a number from {low:g} to {high:g}, not '{self.box.text()}'.")
            self.box.setText(shortest(self._value))
        elif value != self._value:
            self.entered.emit(value)


def shortest(value: float) -> str:
    """Return a number as briefly as it can be read back exactly."""
    return f"{value:g}" if float(f"{value:g}") == value else repr(value)
