"""Which model runs on which device."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.roles import Role, with_role
from edam_gui.session.model_host import ModelState
from edam_gui.session.session import Session

DEVICES: Final = (("auto", "The fastest there is"), ("cpu", "CPU"), ("cuda", "NVIDIA GPU"), ("mps", "Apple GPU"))
_SCALES: Final = (
    (None, "Four scales (best)"),
    ((1.0, 0.5, 1.5), "Three scales"),
    ((1.0,), "One scale (fastest)"),
)


class ModelDialog(QDialog):
    """Chooses model, device and scales; a model that cannot be used says why.

    Parameters
    ----------
    session
        Whose model it chooses.
    names
        Shipped models.
    """

    def __init__(self, session: Session, names: tuple[str, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Model")
        self._session = session
        choice = session.model.choice
        self.model = QComboBox(self)
        self.model.setAccessibleName("Model")
        self.model.setToolTip("The network that makes the activation masks")
        for name in names:
            self.model.addItem(name, name)
        if choice.name and choice.name not in names:
            self._add_file(Path(choice.name))
        self.model.setCurrentIndex(max(0, self.model.findData(choice.name)))
        self.device = _box(self, "Device", tuple(DEVICES), choice.device)
        self.device.setToolTip("Where the network runs")
        self.scales = QComboBox(self)
        self.scales.setAccessibleName("Scales")
        self.scales.setToolTip("Every scale is also run on the mirrored photo; fewer scales are faster and rougher")
        for value, text in _SCALES:
            self.scales.addItem(text, value)
        self.scales.setCurrentIndex(next((i for i, (value, _) in enumerate(_SCALES) if value == choice.scales), 0))
        self.state = with_role(QLabel("", self), Role.HINT)
        self.state.setWordWrap(True)
        self._lay_out()
        session.events.model_changed.connect(self._show_state)
        self._show_state()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(spacing.WIDE, spacing.WIDE, spacing.WIDE, spacing.WIDE)
        form = QFormLayout()
        row = QHBoxLayout()
        browse = QPushButton("From a file…", self)
        browse.setAutoDefault(False)
        browse.setToolTip("A checkpoint: .safetensors, or the authors' .pth")
        browse.clicked.connect(self._browse)
        row.addWidget(self.model, 1)
        row.addWidget(browse)
        form.addRow("Model", row)
        form.addRow("Device", self.device)
        form.addRow("Scales", self.scales)
        layout.addLayout(form)
        layout.addWidget(self.state)
        layout.addStretch()
        standard = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(standard.Apply | standard.Close, self)
        buttons.button(standard.Apply).clicked.connect(self.apply)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        self.resize(480, 260)

    def apply(self) -> None:
        """Load what is chosen."""
        self._session.choose_model(
            model=self.model.currentData(), device=self.device.currentData(), scales=self.scales.currentData()
        )

    def done(self, result: int) -> None:
        """Close."""
        self._session.events.model_changed.disconnect(self._show_state)
        super().done(result)

    def _browse(self) -> None:
        filters = "Checkpoints (*.safetensors *.pth);;All files (*)"
        chosen, _ = QFileDialog.getOpenFileName(self, "Choose a checkpoint", str(Path.home()), filters)
        if chosen:
            self._add_file(Path(chosen))
            self.model.setCurrentIndex(self.model.count() - 1)

    def _add_file(self, path: Path) -> None:
        self.model.addItem(path.name, str(path))
        self.model.setItemData(self.model.count() - 1, str(path), 3)

    def _show_state(self) -> None:
        model = self._session.model
        if model.state in (ModelState.FAILED, ModelState.UNFIT):
            self.state.setText(model.problem)
        elif model.state is ModelState.LOADING:
            self.state.setText("Loading…")
        elif model.source is not None:
            described = model.source.describe()
            names = ", ".join(model.source.label_set.names[1:])
            self.state.setText(
                f"{described['model']} runs on {described['device']}. Classes: {names}. {model.remark}".rstrip()
            )
        else:
            self.state.setText("No model is loaded.")


def _box(parent: QWidget, name: str, choices: tuple[tuple[str, str], ...], value: str) -> QComboBox:
    box = QComboBox(parent)
    box.setAccessibleName(name)
    for data, text in choices:
        box.addItem(text, data)
    if box.findData(value) < 0:
        box.addItem(value, value)
    box.setCurrentIndex(box.findData(value))
    return box
