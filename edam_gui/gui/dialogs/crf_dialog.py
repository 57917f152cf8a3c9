"""The dense CRF's parameters; the label map follows while they are changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QDoubleSpinBox, QFormLayout, QLabel, QVBoxLayout, QWidget

from edam_gui.batch.label_options import CrfOptions
from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.number_box import padded
from edam_gui.gui.shell.roles import Role, with_role
from edam_gui.imaging.crf.parameters import MAX_ITERATIONS
from edam_gui.session.session import Session

_ROWS: Final = (
    ("iterations", "Iterations", 0, MAX_ITERATIONS, 0, "How often neighbours are heard; more moves borders further"),
    ("bilateral_sxy", "Reach of colour (px)", 0.5, 1000, 1, "How far apart pixels of like colour still agree"),
    ("bilateral_srgb", "Likeness of colour", 0.5, 255, 1, "How alike colours must be, in grey levels"),
    ("bilateral_compat", "Strength of colour", 0, 1000, 1, "How much pixels of like colour must agree"),
    ("gaussian_sxy", "Reach of smoothness (px)", 0.5, 1000, 1, "How far apart pixels of any colour still agree"),
    ("gaussian_compat", "Strength of smoothness", 0, 1000, 1, "How much near pixels must agree"),
)


class CrfDialog(QDialog):
    """A box per parameter; changes hold at once.

    Parameters
    ----------
    session
        Whose dense CRF it is.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Dense CRF")
        self._session = session
        self.boxes: dict[str, QDoubleSpinBox] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(spacing.WIDE, spacing.WIDE, spacing.WIDE, spacing.WIDE)
        intro = QLabel("Borders move to edges in the photo. The map without it is shown until it is ready.", self)
        intro.setWordWrap(True)
        layout.addWidget(with_role(intro, Role.HINT))
        form = QFormLayout()
        for name, text, low, high, decimals, tip in _ROWS:
            form.addRow(text, self._box(name, text, (low, high), decimals, tip))
        tip = "Of the background's probability, 1 - the best class: above 1 the background gets more pixels"
        form.addRow("Background exponent", self._box("background_exponent", "Background exponent", (0.1, 10), 2, tip))
        layout.addLayout(form)
        layout.addStretch()
        standard = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(standard.RestoreDefaults | standard.Close, self)
        restore = buttons.button(standard.RestoreDefaults)
        restore.setAutoDefault(False)
        restore.clicked.connect(self._restore)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        self.refresh()

    def _box(self, name: str, text: str, bounds: tuple[float, float], decimals: int, tip: str) -> QDoubleSpinBox:
        box = padded(QDoubleSpinBox(self))
        box.setRange(*bounds)
        box.setDecimals(decimals)
        box.setKeyboardTracking(False)
        box.setAccessibleName(text)
        box.setToolTip(tip)
        box.valueChanged.connect(lambda value, name=name: self._set(name, value))
        self.boxes[name] = box
        return box

    def refresh(self) -> None:
        """Show what holds."""
        options = self._session.labelling.crf_with_recommendation()
        for name, box in self.boxes.items():
            source = options if name == "background_exponent" else options.parameters
            with QSignalBlocker(box):
                box.setValue(getattr(source, name) or 1.0 if name == "background_exponent" else getattr(source, name))

    def _set(self, name: str, value: float) -> None:
        labelling = self._session.labelling
        options = labelling.crf_options
        if name == "background_exponent":
            changed = replace(options, background_exponent=value)
        else:
            numbers: dict[str, Any] = {name: int(value) if name == "iterations" else value}
            changed = replace(options, parameters=replace(options.parameters, **numbers))
        labelling.set_crf_options(changed)

    def _restore(self) -> None:
        self._session.labelling.set_crf_options(CrfOptions())
        self.refresh()
