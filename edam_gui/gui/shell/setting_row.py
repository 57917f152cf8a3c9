"""One setting in the dialog: its name, its editor, its explanation, and the way back to the default."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.icons import keep_icon
from edam_gui.gui.shell.number_box import padded
from edam_gui.gui.shell.roles import Role, with_role
from edam_gui.gui.shell.setting_spec import SettingKind, SettingSpec
from edam_gui.gui.shell.settings import Settings

_BOUND = 2**31 - 1


class SettingRow(QWidget):
    """Shows and changes one setting.

    Parameters
    ----------
    settings
        Where the value is.
    spec
        Which one.
    parent
        The dialog.
    """

    def __init__(self, settings: Settings, spec: SettingSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.spec = spec
        self.searched = f"{spec.group} {spec.label} {spec.tip} {' '.join(c.label for c in spec.choices)}".lower()
        self._settings = settings
        self.editor = self._make_editor()
        self.editor.setAccessibleName(spec.label)
        self.editor.setAccessibleDescription(spec.tip)
        self.editor.setToolTip(spec.tip)
        self.reset_button = QToolButton(self)
        self.reset_button.setIconSize(QSize(spacing.ICON, spacing.ICON))
        self.reset_button.setToolTip("Back to the default")
        self.reset_button.setAccessibleName(f"Back to the default of {spec.label}")
        self.reset_button.clicked.connect(lambda: settings.reset(spec.key))
        keep_icon(self.reset_button, "reset", self.reset_button.setIcon)
        self._lay_out()
        self.refresh()

    def refresh(self) -> None:
        """Show the value that the settings hold now."""
        value = self._settings.value(self.spec.key)
        self.editor.blockSignals(True)
        if isinstance(self.editor, QCheckBox):
            self.editor.setChecked(bool(value))
        elif isinstance(self.editor, QComboBox):
            self.editor.setCurrentIndex(self.editor.findData(value))
        elif isinstance(self.editor, QLineEdit):
            self.editor.setText(str(value))
        elif isinstance(self.editor, QSpinBox):
            self.editor.setValue(int(value))
        elif isinstance(self.editor, QDoubleSpinBox):
            self.editor.setValue(float(value))
        self.editor.blockSignals(False)
        # It keeps its room, so that the row does not jump.
        self.reset_button.setEnabled(not self._settings.is_default(self.spec.key))

    def _make_editor(self) -> QWidget:
        match self.spec.kind:
            case SettingKind.SWITCH:
                return self._switch()
            case SettingKind.CHOICE:
                return self._choice()
            case SettingKind.TEXT:
                return self._line()
            case SettingKind.WHOLE:
                return self._whole()
            case SettingKind.NUMBER:
                return self._number()

    def _switch(self) -> QCheckBox:
        box = QCheckBox(self.spec.label, self)
        box.toggled.connect(lambda on: self._settings.set(self.spec.key, bool(on)))
        return box

    def _choice(self) -> QComboBox:
        box = QComboBox(self)
        for choice in self.spec.choices:
            box.addItem(choice.label, choice.value)
        box.currentIndexChanged.connect(lambda _: self._settings.set(self.spec.key, str(box.currentData())))
        return box

    def _line(self) -> QLineEdit:
        line = QLineEdit(self)
        line.editingFinished.connect(lambda: self._settings.set(self.spec.key, line.text()))
        return line

    def _whole(self) -> QSpinBox:
        box = padded(QSpinBox(self))
        box.setRange(int(max(self.spec.least, -_BOUND)), int(min(self.spec.most, _BOUND)))
        box.setSingleStep(int(self.spec.step))
        box.setSuffix(f" {self.spec.unit}" if self.spec.unit else "")
        box.setKeyboardTracking(False)
        box.valueChanged.connect(lambda value: self._settings.set(self.spec.key, int(value)))
        return box

    def _number(self) -> QDoubleSpinBox:
        box = padded(QDoubleSpinBox(self))
        box.setDecimals(self.spec.decimals)
        box.setRange(max(self.spec.least, -_BOUND), min(self.spec.most, _BOUND))
        box.setSingleStep(self.spec.step)
        box.setSuffix(f" {self.spec.unit}" if self.spec.unit else "")
        box.setKeyboardTracking(False)
        box.valueChanged.connect(lambda value: self._settings.set(self.spec.key, float(value)))
        return box

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(spacing.TIGHT)
        if isinstance(self.editor, QCheckBox):
            row.addWidget(self.editor, 1)
        else:
            name = QLabel(self.spec.label, self)
            name.setBuddy(self.editor)
            row.addWidget(name, 1)
            self.editor.setMinimumWidth(170)
            row.addWidget(self.editor)
        row.addWidget(self.reset_button)
        tip = with_role(QLabel(self.spec.tip, self), Role.HINT)
        tip.setWordWrap(True)
        tip.setTextFormat(Qt.TextFormat.PlainText)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(row)
        column.addWidget(tip)
