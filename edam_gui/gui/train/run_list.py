"""The list of runs: one is shown, several can be ticked to be compared."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.icons import keep_icon, themed_icon
from edam_gui.gui.shell.theme import current_theme
from edam_gui.gui.train.phase_looks import phase_look, state_text
from edam_gui.session.training.look import RunLook

_PATH: Final = Qt.ItemDataRole.UserRole
_NAME, _STATE = 0, 1


class _Delegate(QStyledItemDelegate):
    """Leaves a picked row's icon its colour while the list has no focus: the row is pale then."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:  # noqa: N802
        super().initStyleOption(option, index)
        picked, active = QStyle.StateFlag.State_Selected, QStyle.StateFlag.State_Active
        if option.state & picked and not option.state & active and not option.icon.isNull():
            pixmap = option.icon.pixmap(option.decorationSize)
            option.icon = QIcon(pixmap)
            option.icon.addPixmap(pixmap, QIcon.Mode.Selected)


class RunList(QWidget):
    """Shows runs, the newest first.

    Signals: `picked(path)`; `compared()` after other runs were ticked; `new_asked()`; `folder_asked()`.
    """

    picked = Signal(object)
    compared = Signal()
    new_asked = Signal()
    folder_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.new_button = QPushButton("New run…", self)
        keep_icon(self.new_button, "plus", self.new_button.setIcon)
        self.new_button.clicked.connect(self.new_asked)
        self.folder_button = QToolButton(self)
        keep_icon(self.folder_button, "open-folder", self.folder_button.setIcon)
        self.folder_button.setIconSize(QSize(spacing.ICON, spacing.ICON))
        self.folder_button.setToolTip("List the runs of another folder too")
        self.folder_button.setAccessibleName("List the runs of another folder")
        self.folder_button.clicked.connect(self.folder_asked)
        self.tree = QTreeWidget(self)
        self.tree.setAccessibleName("Training runs")
        self.tree.setHeaderLabels(["Run", "State"])
        self.tree.setRootIsDecorated(False)
        self.tree.setUniformRowHeights(True)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.tree.setItemDelegate(_Delegate(self.tree))
        self.tree.setIconSize(QSize(spacing.ICON, spacing.ICON))
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(_NAME, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(_STATE, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.currentItemChanged.connect(self._current_changed)
        self.tree.itemChanged.connect(self._item_changed)
        row = QHBoxLayout()
        row.addWidget(self.new_button, 1)
        row.addWidget(self.folder_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(spacing.NORMAL, spacing.NORMAL, spacing.NORMAL, spacing.NORMAL)
        layout.setSpacing(spacing.NORMAL)
        layout.addLayout(row)
        layout.addWidget(self.tree, 1)
        self._looks: tuple[RunLook, ...] = ()
        self._filling = False
        current_theme().changed.connect(self._dress)

    @property
    def current(self) -> Path | None:
        """The run that is picked."""
        item = self.tree.currentItem()
        return item.data(_NAME, _PATH) if item is not None else None

    def compared_runs(self) -> list[Path]:
        """Return the ticked runs, in the order of the list."""
        items = [self.tree.topLevelItem(row) for row in range(self.tree.topLevelItemCount())]
        ticked = [i for i in items if i is not None and i.checkState(_NAME) is Qt.CheckState.Checked]
        return [item.data(_NAME, _PATH) for item in ticked]

    def pick(self, path: Path | None) -> None:
        """Pick a run; `None`: none."""
        item = self._item(path) if path is not None else None
        if item is not None:
            self.tree.setCurrentItem(item)
        else:
            self.tree.setCurrentIndex(QModelIndex())
            self.tree.clearSelection()

    def highlight(self, path: Path | None) -> None:
        """Pick a run that is shown already; nobody is told."""
        item = self._item(path) if path is not None else None
        if item is not self.tree.currentItem():
            self.tree.blockSignals(True)
            self.pick(path)
            self.tree.blockSignals(False)

    def show_runs(self, looks: tuple[RunLook, ...]) -> None:
        """Show these runs; what was picked and ticked stays."""
        self._filling = True
        self._looks = looks
        wanted = {look.path: look for look in looks}
        for row in reversed(range(self.tree.topLevelItemCount())):
            item = self.tree.topLevelItem(row)
            if item is not None and item.data(_NAME, _PATH) not in wanted:
                self.tree.takeTopLevelItem(row)
        for row, look in enumerate(looks):
            item = self._item(look.path)
            if item is None:
                item = QTreeWidgetItem()
                item.setData(_NAME, _PATH, look.path)
                item.setCheckState(_NAME, Qt.CheckState.Unchecked)
                self.tree.insertTopLevelItem(row, item)
            self._fill(item, look)
        self._filling = False

    def _dress(self) -> None:
        """Take the theme's colours."""
        self.show_runs(self._looks)

    def _fill(self, item: QTreeWidgetItem, look: RunLook) -> None:
        shown = phase_look(look.phase)
        item.setText(_NAME, look.name)
        item.setToolTip(_NAME, f"{look.path}\nTick it to compare its curves with the picked run's")
        item.setIcon(_STATE, themed_icon(shown.icon, getattr(current_theme().colors, shown.color)))
        item.setText(_STATE, state_text(look))
        item.setToolTip(_STATE, look.sentence)

    def _item(self, path: Path) -> QTreeWidgetItem | None:
        for row in range(self.tree.topLevelItemCount()):
            item = self.tree.topLevelItem(row)
            if item is not None and item.data(_NAME, _PATH) == path:
                return item
        return None

    def _current_changed(self, item: QTreeWidgetItem | None) -> None:
        if item is not None:
            self.picked.emit(item.data(_NAME, _PATH))

    def _item_changed(self, _item: QTreeWidgetItem, column: int) -> None:
        if column == _NAME and not self._filling:
            self.compared.emit()
