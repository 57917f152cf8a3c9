"""The settings dialog, made from the settings table; what is changed holds at once."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.dialogs import no_default
from edam_gui.gui.shell.icons import keep_icon
from edam_gui.gui.shell.roles import Role, with_role
from edam_gui.gui.shell.setting_row import SettingRow
from edam_gui.gui.shell.settings import Settings
from edam_gui.gui.shell.window_place import size_on_screen


class SettingsDialog(QDialog):
    """Groups at the left, the rows of one group at the right, a search over all of them.

    Parameters
    ----------
    settings
        What is shown and changed.
    parent
        The window.
    """

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Settings")
        self._settings = settings
        self._rows = {spec.key: SettingRow(settings, spec, self) for spec in settings.specs()}
        self._search = QLineEdit(self)
        self._groups = QListWidget(self)
        self._pages = QStackedWidget(self)
        self._nothing = with_role(QLabel("No setting matches.", self), Role.HINT)
        self._build()
        settings.changed.connect(self._refresh)
        self.resize(size_on_screen(QSize(680, 460)))

    def show_group(self, group: str) -> None:
        """Show the rows of one group."""
        for item in self._groups.findItems(group, Qt.MatchFlag.MatchExactly):
            self._groups.setCurrentItem(item)

    def search(self, text: str) -> None:
        """Show only the rows that hold all words of the text."""
        self._search.setText(text)

    def row(self, key: str) -> SettingRow:
        """Return the row of a setting."""
        return self._rows[key]

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802, D102
        # A text is taken over when its box loses the focus.
        self.setFocus()
        super().closeEvent(event)

    def _build(self) -> None:
        self._search.setPlaceholderText("Search settings")
        self._search.setAccessibleName("Search settings")
        self._search.setToolTip("Show only the settings whose text holds these words")
        self._search.setClearButtonEnabled(True)
        self._search.textChanged.connect(self._filter)
        self._groups.setAccessibleName("Groups of settings")
        self._groups.setMaximumWidth(170)
        for group in dict.fromkeys(spec.group for spec in self._settings.specs()):
            self._groups.addItem(group)
            self._pages.addWidget(self._page(group))
        self._groups.currentRowChanged.connect(self._pages.setCurrentIndex)
        self._groups.setCurrentRow(0)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.close)
        reset = buttons.addButton("Reset all", QDialogButtonBox.ButtonRole.ResetRole)
        reset.setToolTip("Go back to the defaults of all settings")
        reset.clicked.connect(self._settings.reset_all)
        keep_icon(reset, "reset", reset.setIcon)
        no_default(buttons)

        middle = QHBoxLayout()
        middle.setSpacing(spacing.WIDE)
        middle.addWidget(self._groups)
        middle.addWidget(self._pages, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing.WIDE, spacing.WIDE, spacing.WIDE, spacing.WIDE)
        column.setSpacing(spacing.NORMAL + spacing.TIGHT)
        column.addWidget(self._search)
        column.addLayout(middle, 1)
        column.addWidget(self._nothing)
        column.addWidget(buttons)
        self._nothing.hide()

    def _page(self, group: str) -> QWidget:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, spacing.NORMAL, 0)
        column.setSpacing(spacing.WIDE)
        for spec in self._settings.specs():
            if spec.group == group:
                column.addWidget(self._rows[spec.key])
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(content)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        return area

    def _filter(self, text: str) -> None:
        words = text.lower().split()
        found: set[str] = set()
        for row in self._rows.values():
            matches = all(word in row.searched for word in words)
            row.setVisible(matches)
            if matches:
                found.add(row.spec.group)
        for index in range(self._groups.count()):
            item = self._groups.item(index)
            item.setHidden(item.text() not in found)
        current = self._groups.currentItem()
        if found and (current is None or current.isHidden()):
            self.show_group(next(s.group for s in self._settings.specs() if s.group in found))
        self._nothing.setVisible(not found)
        self._pages.setVisible(bool(found))

    def _refresh(self, key: str) -> None:
        self._rows[key].refresh()
