"""A view whose items all have one size: laying out a hundred thousand of them takes no time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import (
    QAbstractItemModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QCursor, QHideEvent, QPainter, QPaintEvent, QRegion, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyleOptionViewItem, QWidget

_SETTLE_MS: Final = 30
_Index = QModelIndex | QPersistentModelIndex


class UniformView(QListView):
    """A list, or a grid, of items of one size.

    A `QListView`, for the sake of screen readers, whose geometry is arithmetic: Qt's own visits every item whenever
    one changes.

    Parameters
    ----------
    item
        Size of an item; in a list only the height counts.
    grid
        As many columns as there is room for, instead of one.

    Attributes
    ----------
    visible_changed
        Signal: other items may have become visible; emitted once things have settled.
    """

    visible_changed = Signal()

    def __init__(self, item: QSize, *, grid: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._item = item
        self._grid = grid
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self.visible_changed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)

    # Geometry --------------------------------------------------------------------------------------------------------

    @property
    def columns(self) -> int:
        """Number of columns."""
        return max(1, self.viewport().width() // self._item.width()) if self._grid else 1

    def set_item_size(self, item: QSize) -> None:
        """Show items in another size; what is at the top stays there."""
        top = self.indexAt(QPoint(2, 2))
        self._item = item
        self.updateGeometries()
        if top.isValid():
            self.scrollTo(top, QAbstractItemView.ScrollHint.PositionAtTop)
        self.viewport().update()
        self._settle.start()

    def visible_rows(self) -> range:
        """Return the numbers of the items that can be seen, partly or whole."""
        height, columns, offset = self._item.height(), self.columns, self.verticalOffset()
        first = offset // height * columns
        last = ((offset + self.viewport().height() - 1) // height + 1) * columns
        return range(min(first, self._count()), min(last, self._count()))

    def visualRect(self, index: _Index) -> QRect:  # noqa: N802 - Qt's name
        """Return where an item is, in the viewport."""
        return self._rect(index.row()) if index.isValid() else QRect()

    def indexAt(self, point: QPoint) -> QModelIndex:  # noqa: N802
        """Return the item at a point of the viewport."""
        column = point.x() // self._width() if point.x() >= 0 else -1
        row = (point.y() + self.verticalOffset()) // self._item.height() * self.columns + column
        if not 0 <= column < self.columns or not 0 <= row < self._count():
            return QModelIndex()
        return self.model().index(row, 0)

    def horizontalOffset(self) -> int:  # noqa: N802
        """Return 0: it never scrolls sideways."""
        return 0

    def verticalOffset(self) -> int:  # noqa: N802
        """Return how far down it is scrolled, in pixels."""
        return self.verticalScrollBar().value()

    def scrollTo(  # noqa: N802
        self, index: _Index, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible
    ) -> None:
        """Scroll until an item can be seen."""
        if not index.isValid():
            return
        rect, height, bar = self.visualRect(index), self.viewport().height(), self.verticalScrollBar()
        top, hints = rect.top() + bar.value(), QAbstractItemView.ScrollHint
        if hint == hints.PositionAtTop or (hint == hints.EnsureVisible and rect.top() < 0):
            bar.setValue(top)
        elif hint == hints.PositionAtBottom or (hint == hints.EnsureVisible and rect.bottom() >= height):
            bar.setValue(top + rect.height() - height)
        elif hint == hints.PositionAtCenter:
            bar.setValue(top - (height - rect.height()) // 2)

    def updateGeometries(self) -> None:  # noqa: N802
        """Fit the scroll bar to the number of items."""
        rows = -(-self._count() // self.columns)
        bar, height = self.verticalScrollBar(), self.viewport().height()
        bar.setRange(0, max(0, rows * self._item.height() - height))
        bar.setPageStep(height)
        bar.setSingleStep(max(8, self._item.height() // 2))
        QAbstractItemView.updateGeometries(self)

    def _count(self) -> int:
        model: QAbstractItemModel | None = self.model()
        return model.rowCount() if model is not None else 0

    def _width(self) -> int:
        return self.viewport().width() // self.columns

    def _rect(self, row: int) -> QRect:
        line, column = divmod(row, self.columns)
        width, height = self._width(), self._item.height()
        return QRect(column * width, line * height - self.verticalOffset(), width, height)

    # What QListView would do by visiting every item ------------------------------------------------------------------

    def doItemsLayout(self) -> None:  # noqa: N802
        """See `QAbstractItemView`."""
        QAbstractItemView.doItemsLayout(self)
        self._settle.start()

    def dataChanged(self, top: _Index, bottom: _Index, roles: list[int] | None = None) -> None:  # type: ignore[override]  # noqa: N802
        """See `QAbstractItemView`."""
        QAbstractItemView.dataChanged(self, top, bottom, roles or [])

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: ARG002, N802
        """See `QAbstractScrollArea`."""
        self.viewport().update()
        self._settle.start()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """See `QWidget`; what is at the top stays there."""
        before = max(1, event.oldSize().width() // self._item.width()) if self._grid else 1
        top = self.verticalOffset() // self._item.height() * before
        QAbstractItemView.resizeEvent(self, event)
        if before != self.columns and top:
            self.scrollTo(self.model().index(top, 0), QAbstractItemView.ScrollHint.PositionAtTop)
        self._settle.start()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """See `QWidget`."""
        super().showEvent(event)
        self._settle.start()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """See `QWidget`."""
        super().hideEvent(event)
        self._settle.stop()

    def keyboardSearch(self, search: str) -> None:  # noqa: N802
        """Do nothing: looking at every name takes long, and letters are shortcuts; there is a filter box."""

    # Selecting and moving --------------------------------------------------------------------------------------------

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:  # noqa: N802
        """Select from the item at one corner to that at the other, in reading order."""
        ends = (self._nearest(rect.topLeft()), self._nearest(rect.bottomRight()))
        selection = QItemSelection()
        if None not in ends:
            low, high = sorted(end for end in ends if end is not None)
            model = self.model()
            selection = QItemSelection(model.index(low, 0), model.index(high, 0))
        self.selectionModel().select(selection, command)

    def selected_rows(self) -> list[int]:
        """Return the numbers of the selected items, in order."""
        rows: list[int] = []
        for part in self.selectionModel().selection().toList():
            rows += range(part.top(), part.bottom() + 1)
        return sorted(rows)

    def selection_of(self, rows: Sequence[int]) -> QItemSelection:
        """Return a selection of items by their numbers, which are in order and not empty."""
        selection = QItemSelection()
        first = last = rows[0]
        for row in (*rows[1:], -1):
            if row != last + 1:
                selection.select(self.model().index(first, 0), self.model().index(last, 0))
                first = row
            last = row
        return selection

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:  # noqa: N802
        """Return where the items that can be seen of a selection are."""
        region, visible = QRegion(), self.visible_rows()
        for part in selection.toList():
            for row in range(max(part.top(), visible.start), min(part.bottom() + 1, visible.stop)):
                region += self._rect(row)
        return region

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:  # noqa: ARG002, N802
        """Return the item that a key leads to."""
        count, columns, actions = self._count(), self.columns, QAbstractItemView.CursorAction
        if not count:
            return QModelIndex()
        current = self.currentIndex()
        if not current.isValid():
            return self.model().index(0, 0)
        page = max(1, self.viewport().height() // self._item.height()) * columns
        by = {
            actions.MoveUp: -columns,
            actions.MoveDown: columns,
            actions.MoveLeft: -1,
            actions.MoveRight: 1,
            actions.MovePrevious: -1,
            actions.MoveNext: 1,
            actions.MovePageUp: -page,
            actions.MovePageDown: page,
            actions.MoveHome: -count,
            actions.MoveEnd: count,
        }[action]
        row = current.row() + by
        if action in (actions.MoveUp, actions.MoveDown) and not 0 <= row < count:
            # Down from the last but one line reaches the end of a short last line; up from the first goes nowhere.
            below = current.row() // columns < (count - 1) // columns
            row = count - 1 if row >= count and below else current.row()
        return self.model().index(min(max(row, 0), count - 1), 0)

    def _nearest(self, point: QPoint) -> int | None:
        """Return the number of the item at a point, or the one that reading order puts before it."""
        count, columns = self._count(), self.columns
        if not count:
            return None
        column = min(max(point.x() // self._width(), 0), columns - 1)
        line = max((point.y() + self.verticalOffset()) // self._item.height(), 0)
        return int(min(line * columns + column, count - 1))

    # Drawing ---------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw what can be seen."""
        model = self.model()
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        chosen, current, flags = self.selectionModel(), self.currentIndex().row(), QStyle.StateFlag
        under = self.indexAt(self.viewport().mapFromGlobal(QCursor.pos())) if self.viewport().underMouse() else None
        base = option.state & ~(flags.State_Selected | flags.State_HasFocus | flags.State_MouseOver)
        painter = QPainter(self.viewport())
        for row in self.visible_rows():
            rect = self._rect(row)
            if not event.region().intersects(rect):
                continue
            index = model.index(row, 0)
            state = base
            if chosen.isSelected(index):
                state |= flags.State_Selected
            if row == current and self.hasFocus():
                state |= flags.State_HasFocus
            if under is not None and under.row() == row:
                state |= flags.State_MouseOver
            option.rect, option.state = rect, state
            self.itemDelegate().paint(painter, option, index)
        painter.end()
