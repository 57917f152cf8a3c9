"""The list of actions and keys in the shortcut editor."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from edam_gui.gui.shell.action_book import ActionBook
from edam_gui.gui.shell.action_spec import plain
from edam_gui.gui.shell.shortcuts import shown_keys
from edam_gui.gui.shell.theme import current_theme

_ID: Final = Qt.ItemDataRole.UserRole + 1


class ShortcutTree(QTreeWidget):
    """Actions under their groups; changed keys are bold, clashing ones coloured.

    Parameters
    ----------
    book
        The actions.
    parent
        The editor.
    """

    def __init__(self, book: ActionBook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._book = book
        self._items: dict[str, QTreeWidgetItem] = {}
        self._groups = {spec.id: spec.group for spec in book.specs()}
        self.setAccessibleName("Actions and their keys")
        self.setHeaderLabels(["Action", "Keys"])
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.header().setStretchLastSection(False)
        groups: dict[str, QTreeWidgetItem] = {}
        for spec in book.specs():
            if spec.group not in groups:
                groups[spec.group] = self._heading(spec.group)
            item = QTreeWidgetItem(groups[spec.group], [plain(spec.text), ""])
            item.setData(0, _ID, spec.id)
            item.setToolTip(0, spec.tip)
            self._items[spec.id] = item
        self.expandAll()
        self.refresh()
        current_theme().changed.connect(self.refresh)

    def chosen(self) -> str:
        """Return the id of the chosen action, "" if none is."""
        item = self.currentItem()
        return str(item.data(0, _ID) or "") if item is not None else ""

    def choose(self, name: str) -> None:
        """Choose an action."""
        self.setCurrentItem(self._items[name])

    def choose_first(self) -> None:
        """Choose the first action that is shown."""
        for name, item in self._items.items():
            if not item.isHidden():
                self.choose(name)
                return

    def keys_shown(self, name: str) -> str:
        """Return what the list says of an action's keys."""
        return self._items[name].text(1)

    def refresh(self) -> None:
        """Show the keys that are in force."""
        changed = self._book.changed_keys()
        clashing = {name for names in self._book.clashes().values() for name in names}
        for name, keys in self._book.keys().items():
            item = self._items[name]
            item.setText(1, shown_keys(keys))
            font = self.font()
            font.setBold(name in changed)
            item.setFont(1, font)
            colors = current_theme().colors
            item.setForeground(1, QBrush(QColor(colors.error if name in clashing else colors.text)))

    def filter(self, text: str) -> None:
        """Show only actions whose name, group or keys hold all the words."""
        words = text.lower().split()
        found: set[str] = set()
        for name, item in self._items.items():
            keys = " ".join(self._book.keys()[name])
            searched = f"{item.text(0)} {self._groups[name]} {item.text(1)} {keys}".lower()
            matches = all(word in searched for word in words)
            item.setHidden(not matches)
            if matches:
                found.add(self._groups[name])
        for index in range(self.topLevelItemCount()):
            heading = self.topLevelItem(index)
            if heading is not None:
                heading.setHidden(heading.text(0) not in found)
        current = self.currentItem()
        if current is None or current.isHidden():
            self.choose_first()

    def _heading(self, group: str) -> QTreeWidgetItem:
        heading = QTreeWidgetItem(self, [group])
        heading.setFlags(Qt.ItemFlag.ItemIsEnabled)
        font = self.font()
        font.setBold(True)
        heading.setFont(0, font)
        return heading
