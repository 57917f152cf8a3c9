"""Clean-ups, seen on the canvas before they are made."""

from __future__ import annotations

import math

from PySide6.QtCore import QSignalBlocker, QSize, Qt
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QPushButton,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from edam_gui.core.label_set import BACKGROUND, IGNORE
from edam_gui.gui.annotate.canvas import Canvas
from edam_gui.gui.annotate.clean_up_rows import ROWS, CleanUpRow
from edam_gui.gui.annotate.tool_options.labels import Colors, label_name, ordered_labels, swatch
from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.number_box import padded
from edam_gui.gui.shell.roles import Role, with_role
from edam_gui.session.clean_up import CleanUpKind, CleanUpOrder
from edam_gui.session.session import Session

_STOPS = 200


class CleanUpDialog(QDialog):
    """Proposes a clean-up while it is open; the window behind it can be used meanwhile.

    Apply makes the change, one undo step; closing the dialog shows the label map as it is.

    Parameters
    ----------
    session, canvas
        What is cleaned up, and where before and after can be compared.
    colors
        Returns the colours of labels on the screen.
    """

    def __init__(self, session: Session, canvas: Canvas, colors: Colors, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._canvas = canvas
        self._colors = colors
        self._amounts = {row.kind: row.start for row in ROWS}
        self._labels: dict[CleanUpKind, int | None] = {}
        self._split_before = False
        self.setWindowTitle("Clean up")
        self.kind = QComboBox(self)
        for row in ROWS:
            self.kind.addItem(row.name, row)
        self.tip = with_role(QLabel("", self), Role.HINT)
        self.tip.setWordWrap(True)
        self.tip.setMinimumHeight(2 * self.tip.fontMetrics().lineSpacing() + 2)
        self.tip.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.amount_name = QLabel("", self)
        self.amount = padded(QSpinBox(self))
        self.amount.setKeyboardTracking(False)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(0, _STOPS)
        self.label = QComboBox(self)
        self.label.setIconSize(QSize(spacing.ICON, spacing.ICON))
        self.compare = QCheckBox("Compare with the label map as it is", self)
        self.compare.setToolTip("As it is on the left of the divider, cleaned up on the right")
        self.outcome = QLabel("", self)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        self.apply_button = QPushButton("Apply", self)
        self.apply_button.setDefault(True)
        self.buttons.addButton(self.apply_button, QDialogButtonBox.ButtonRole.ApplyRole)
        for widget, name in ((self.kind, "Clean-up"), (self.label, "Class"), (self.slider, "Amount slider")):
            widget.setAccessibleName(name)
        self.kind.setToolTip("What is to be cleaned up")
        self.label.setToolTip("The class it is done to")
        self.apply_button.setToolTip("Make the change that is shown; one step of the history")
        for control in (self.amount, self.slider):
            control.setToolTip("How much: the label map shows at once what it would change")
        self._lay_out()
        self._connect()
        self._show_row()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(spacing.WIDE, spacing.WIDE, spacing.WIDE, spacing.WIDE)
        layout.setSpacing(spacing.NORMAL)
        layout.addWidget(self.kind)
        layout.addWidget(self.tip)
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow(self.amount_name, self.amount)
        form.addRow("", self.slider)
        form.addRow("Class", self.label)
        layout.addLayout(form)
        layout.addWidget(self.compare)
        layout.addWidget(self.outcome)
        layout.addWidget(self.buttons)
        self.setMinimumWidth(340)

    def _connect(self) -> None:
        events = self._session.events
        self.kind.currentIndexChanged.connect(self._show_row)
        self.amount.valueChanged.connect(self._amount_typed)
        self.slider.valueChanged.connect(self._amount_dragged)
        self.label.activated.connect(self._label_chosen)
        self.compare.toggled.connect(self._show_compare)
        self.buttons.rejected.connect(self.close)
        self.apply_button.clicked.connect(self._apply)
        events.preview_changed.connect(self._refresh)
        events.labels_changed.connect(self._labels_changed)
        events.current_changed.connect(self._refresh)

    @property
    def row(self) -> CleanUpRow:
        """The clean-up that is chosen."""
        row: CleanUpRow = self.kind.currentData()
        return row

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Begin to propose."""
        super().showEvent(event)
        self._split_before = self._canvas.split
        self._fill_labels()
        self._propose()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Show the label map as it is."""
        super().hideEvent(event)
        self.compare.setChecked(False)
        self._session.clean_up.cancel()

    def _show_row(self, _: int = 0) -> None:
        row = self.row
        self.tip.setText(row.tip)
        self.amount_name.setText(row.amount)
        self.amount.setAccessibleName(row.amount)
        with QSignalBlocker(self.amount):
            self.amount.setRange(1, row.most)
            self.amount.setValue(self._amounts[row.kind])
            self._show_unit()
        self._show_slider()
        self._fill_labels()
        self._propose()

    def _show_unit(self) -> None:
        unit = self.row.unit
        self.amount.setSuffix(unit.removesuffix("s") if self.amount.value() == 1 else unit)

    def _show_slider(self) -> None:
        with QSignalBlocker(self.slider):
            if not self.slider.isSliderDown():
                value, most = self.amount.value(), self.row.most
                self.slider.setValue(min(range(_STOPS + 1), key=lambda stop: abs(_at(stop, most) - value)))

    def _fill_labels(self) -> None:
        row, table = self.row, self._colors()
        first, others = ordered_labels(self._session)
        classes = [c for c in (*first, *others) if c not in (BACKGROUND, IGNORE)]
        with QSignalBlocker(self.label):
            self.label.clear()
            if not row.needs_class:
                self.label.addItem("All classes", None)
            for label in classes if row.takes_class else ():
                self.label.addItem(swatch(table, label), label_name(self._session, label), label)
            first_choice = self._session.editing.paint.label if row.needs_class else None
            wanted = self._labels.get(row.kind, first_choice)
            self.label.setCurrentIndex(max(0, self.label.findData(wanted)))
        self.label.setEnabled(row.takes_class)

    def _label_chosen(self, _: int) -> None:
        self._labels[self.row.kind] = self.label.currentData()
        self._propose()

    def _amount_typed(self, value: int) -> None:
        self._amounts[self.row.kind] = value
        self._show_unit()
        self._show_slider()
        self._propose()

    def _amount_dragged(self, stop: int) -> None:
        self.amount.setValue(_at(stop, self.row.most))

    def _propose(self) -> None:
        current = self._session.current
        if self.isVisible() and current is not None and current.labels is not None:
            row = self.row
            self._session.clean_up.propose(CleanUpOrder(row.kind, self.amount.value(), self.label.currentData()))
        self._refresh()

    def _labels_changed(self, _: object) -> None:
        # Another image, or what was proposed has been made.
        if self.isVisible() and self._session.clean_up.order is None:
            self._fill_labels()
            self._propose()

    def _apply(self) -> None:
        self._session.clean_up.apply()
        self._propose()

    def _refresh(self) -> None:
        clean_up, project = self._session.clean_up, self._session.project
        text = _outcome(clean_up.order is not None, clean_up.is_busy, clean_up.pixels, self._pixels())
        guarded = bool(text) and bool(self._session.editing.paint.rule.protected)
        self.outcome.setText(f"{text} Protected classes stay as they are." if guarded else text)
        writable = project is not None and project.read_only is None
        self.apply_button.setEnabled(writable and not clean_up.is_busy and clean_up.change is not None)
        if self.isVisible() and self.compare.isChecked():
            self._show_compare(True)

    def _pixels(self) -> int:
        current = self._session.current
        return 0 if current is None or current.labels is None else current.labels.size

    def _show_compare(self, on: bool) -> None:
        current = self._session.current
        labels = current.labels if current is not None else None
        self._canvas.set_compare(labels if on else None)
        self._canvas.set_split(on or self._split_before)


def _at(stop: int, most: int) -> int:
    """Return the amount at a stop of the slider: even steps in proportion."""
    return round(math.pow(most, stop / _STOPS))


def _outcome(proposed: bool, busy: bool, changed: int, pixels: int) -> str:
    if not proposed:
        return ""
    if busy:
        return "Looking…"
    if not changed:
        return "Nothing to change."
    return f"Changes {changed:,} pixels ({changed / max(pixels, 1):.2%})."
