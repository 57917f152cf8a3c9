"""Data and settings of a run."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from edam_gui.core.errors import EdamError
from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.roles import Role, with_role
from edam_gui.gui.train.balance import BalanceChart
from edam_gui.session.training.record import RunRecord
from edam_gui.session.training.request import settings_of


class RunDetails(QWidget):
    """Class balance on the left, settings on the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._record: RunRecord | None = None
        self._settings_of: object = None
        """The start of the run whose settings are shown; they may change with the next one."""
        self.data = with_role(QLabel("", self), Role.HINT)
        self.data.setWordWrap(True)
        self.balance = BalanceChart(self)
        self.settings = QLabel("", self)
        self.settings.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.settings.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.settings.setWordWrap(True)
        holder = QWidget(self)
        left, right = QVBoxLayout(), QVBoxLayout()
        for column in (left, right):
            column.setSpacing(spacing.NORMAL)
        left.addWidget(with_role(QLabel("Images per class", holder), Role.HEADING))
        left.addWidget(self.data)
        left.addWidget(self.balance)
        left.addStretch(1)
        right.addWidget(with_role(QLabel("Settings that differ from the preset", holder), Role.HEADING))
        right.addWidget(self.settings)
        right.addStretch(1)
        columns = QHBoxLayout(holder)
        columns.setSpacing(2 * spacing.WIDE)
        columns.addLayout(left, 3)
        columns.addLayout(right, 2)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidget(holder)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(area)

    def show_record(self, record: RunRecord) -> None:
        """Show another run."""
        self._record, self._settings_of = record, None
        self._show_settings(record)
        self.refresh()

    def _show_settings(self, record: RunRecord) -> None:
        try:
            preset, words = settings_of(record.path)
        except EdamError as error:
            self.settings.setText(str(error))
            return
        self.settings.setText("\n".join((f"Preset {preset}", *(word.replace("=", " = ", 1) for word in words))))

    def refresh(self) -> None:
        """Show what the run has told of its data."""
        started = self._record.started if self._record is not None else None
        if self._record is not None and started is not self._settings_of:
            self._settings_of = started
            self._show_settings(self._record)
        if started is None:
            self.data.setText("The run has not told yet.")
            self.balance.show_counts({})
            return
        self.data.setText(
            f"{started.images} images, {started.negatives} of them without a class; "
            f"{started.validation_images} with label maps for validation."
        )
        self.balance.show_counts(dict(zip(started.classes, started.images_per_class, strict=False)))
