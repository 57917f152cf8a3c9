"""The steps made on the current image; a click goes there."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QSignalBlocker, Qt
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QAbstractItemView, QLabel, QListView, QVBoxLayout, QWidget

from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.roles import Role, with_role
from edam_gui.gui.shell.theme import current_theme
from edam_gui.session.session import Session

_Index = QModelIndex | QPersistentModelIndex


class HistoryModel(QAbstractListModel):
    """Row 0 is the state before the first step, row n the one after n steps; `position` is where the image is."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[str, ...] = ()
        self.position = 0

    def show(self, rows: tuple[str, ...], position: int) -> None:
        """Show other steps, or the same ones at another position."""
        if rows == self._rows:
            self.position = position
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self._rows, self.position = rows, position
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008, D102 - as Qt declares it
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: D102
        row = index.row()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._rows[row]
            case Qt.ItemDataRole.FontRole:
                font = QFont()
                font.setBold(row == self.position)
                return font
            case Qt.ItemDataRole.ForegroundRole if row > self.position:
                return QColor(current_theme().colors.off)
            case Qt.ItemDataRole.ToolTipRole:
                return "Undone; click to do it again" if row > self.position else self._rows[row]
        return None


class HistoryPanel(QWidget):
    """The list.

    Parameters
    ----------
    session
        Whose current image's history it shows and walks.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.model = HistoryModel(self)
        self.view = QListView(self)
        self.view.setModel(self.model)
        self.view.setUniformItemSizes(True)
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.view.setAccessibleName("History")
        self.hint = with_role(QLabel("Click a step to go back to it. Kept with the project.", self), Role.HINT)
        self.hint.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(spacing.NORMAL, spacing.NORMAL, spacing.NORMAL, spacing.NORMAL)
        layout.setSpacing(spacing.NORMAL)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.hint)
        self.view.clicked.connect(self._go)
        self.view.activated.connect(self._go)
        session.events.history_changed.connect(self.refresh)
        session.events.current_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the steps and the position."""
        current = self._session.current
        if current is None:
            self.model.show((), 0)
            return
        history = current.history
        first = "Earlier steps, no longer kept" if current.first_step > 1 else "Before the first step"
        self.model.show((first, *history.names), history.position)
        here = self.model.index(history.position)
        with QSignalBlocker(self.view.selectionModel()):
            self.view.setCurrentIndex(here)
        self.view.scrollTo(here)

    def _go(self, index: QModelIndex) -> None:
        self._session.go_to_step(index.row())
