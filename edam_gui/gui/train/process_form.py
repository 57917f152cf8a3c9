"""How a run's process shares the computer with the window."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QFormLayout, QSpinBox, QWidget

from edam_gui.gui.dialogs.model_dialog import DEVICES
from edam_gui.gui.shell.number_box import padded
from edam_gui.session.session import Session
from edam_gui.session.training.launch import LaunchOptions, default_threads


class ProcessForm(QWidget):
    """Device, threads and priority.

    Parameters
    ----------
    session
        Whose runs are started so.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.device = QComboBox(self)
        self.device.setAccessibleName("Device")
        for name, text in DEVICES:
            self.device.addItem(text, name)
        self.threads = padded(QSpinBox(self))
        self.threads.setRange(0, 256)
        self.threads.setAccessibleName("Threads")
        self.threads.setSpecialValueText(f"automatic ({default_threads()})")
        self.threads.setToolTip("CPU threads of the run; automatic leaves one core to the window")
        self.niceness = padded(QSpinBox(self))
        self.niceness.setRange(0, 19)
        self.niceness.setAccessibleName("Priority")
        self.niceness.setPrefix("low (nice ")
        self.niceness.setSuffix(")")
        self.niceness.setSpecialValueText("normal")
        self.niceness.setToolTip("Normal: as important as any program; nice 19: runs only when nothing else wants to")
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow("Device", self.device)
        form.addRow("Threads", self.threads)
        form.addRow("Priority", self.niceness)
        self.refresh()

    def refresh(self) -> None:
        """Show what holds."""
        options = self._session.training.options
        self.device.setCurrentIndex(max(0, self.device.findData(options.device)))
        self.threads.setValue(options.threads)
        self.niceness.setValue(options.niceness)

    def apply(self) -> None:
        """Start runs so from now on."""
        self._session.training.options = LaunchOptions(
            self.device.currentData(), self.threads.value(), self.niceness.value()
        )
