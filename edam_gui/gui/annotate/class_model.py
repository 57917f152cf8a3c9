"""The classes of the current image as a table model: tick, colour and name, share, visibility."""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QPixmap

from edam_gui.gui.annotate.class_row import ClassRow
from edam_gui.gui.annotate.screen_palette import screen_palette
from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.icons import icon_pixmap
from edam_gui.gui.shell.theme import current_theme
from edam_gui.session.session import Session

_SWATCH = 14
"""Side of a class's colour, in device-independent pixels."""

Index = QModelIndex | QPersistentModelIndex


class Column(IntEnum):
    """Columns of the class list."""

    TICK = 0
    KEY = 1
    NAME = 2
    SHARE = 3
    EYE = 4


_HEADERS = {Column.TICK: "In", Column.KEY: "#", Column.NAME: "Class", Column.SHARE: "%", Column.EYE: ""}


_HEADER_TIPS = {
    Column.TICK: "Whether the photo shows the class; only ticked classes get pixels",
    Column.KEY: "Type this number to pick the class",
    Column.NAME: "The class, as it is written to files",
    Column.SHARE: "Its share of the pixels of the label map, in percent",
    Column.EYE: "Show or hide its pixels",
}


class ClassModel(QAbstractTableModel):
    """Every class of the label set: those in the image first, then the others, each group in index order.

    Parameters
    ----------
    session
        Whose ticks it shows and changes.
    """

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._rows: tuple[ClassRow, ...] = ()
        self.hidden: set[int] = set()
        self.opacities: dict[int, float] = {}

    def refresh(self) -> None:
        """Take the rows anew; the view keeps its place unless the order has changed."""
        rows = self._make_rows()
        if [r.index for r in rows] != [r.index for r in self._rows]:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
        elif rows != self._rows:
            self._rows = rows
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(Column) - 1))

    def _make_rows(self) -> tuple[ClassRow, ...]:
        session, current = self._session, self._session.current
        ticks = current.ticks if current is not None else None
        known = current is not None and current.frame is not None and current.frame.scores is not None
        shares = current.shares() if current is not None and known else {}
        rows = [
            ClassRow(
                index=index,
                name=label_class.name,
                color=self._color(index),
                ticked=ticks is not None and index in ticks.classes,
                suggested=ticks is not None and index in ticks.suggested,
                doubtful=current is not None and index in current.doubtful,
                share=shares.get(index, 0.0) if known else None,
                visible=index not in self.hidden,
                opacity=self.opacities.get(index, 1.0),
            )
            for index, label_class in enumerate(session.label_set.classes, start=1)
        ]
        return tuple(sorted(rows, key=lambda row: (not (row.ticked or row.share), row.index)))

    def _color(self, index: int) -> tuple[int, int, int]:
        red, green, blue = screen_palette().of(self._session.label_set)[index].tolist()
        return red, green, blue

    def row_of(self, class_index: int) -> int | None:
        """Return the line of a class."""
        return next((place for place, row in enumerate(self._rows) if row.index == class_index), None)

    def class_at(self, line: int) -> ClassRow:
        """Return the class of a line."""
        return self._rows[line]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008, D102
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008, D102
        return 0 if parent.isValid() else len(Column)

    def headerData(  # noqa: N802, D102
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return _HEADERS[Column(section)]
        return _HEADER_TIPS[Column(section)] if role == Qt.ItemDataRole.ToolTipRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:  # noqa: D102
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.column() == Column.TICK and self._session.current is not None:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: D102
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.remark or f"{row.name}, class {row.index}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return _spoken(row)
        match Column(index.column()):
            case Column.TICK:
                return _tick_data(row, role)
            case Column.KEY:
                if role == Qt.ItemDataRole.DisplayRole:
                    return str(row.index)
                if role == Qt.ItemDataRole.TextAlignmentRole:
                    return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            case Column.NAME:
                return _name_data(row, role)
            case Column.SHARE:
                return _share_data(row, role)
            case Column.EYE:
                if role == Qt.ItemDataRole.DecorationRole:
                    return _plain_icon("eye" if row.visible else "eye-off")
        return None

    def setData(  # noqa: N802, D102
        self,
        index: Index,
        value: Any,  # noqa: ARG002 - a click on a suggested class confirms it, whatever the box would become
        role: int = Qt.ItemDataRole.EditRole,
    ) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole or index.column() != Column.TICK:
            return False
        self._session.ticks.toggle(self._rows[index.row()].index)
        return True


def _tick_data(row: ClassRow, role: int) -> Any:
    if role == Qt.ItemDataRole.CheckStateRole:
        if row.suggested:
            return Qt.CheckState.PartiallyChecked
        return Qt.CheckState.Checked if row.ticked else Qt.CheckState.Unchecked
    return None


def _name_data(row: ClassRow, role: int) -> Any:
    if role == Qt.ItemDataRole.DisplayRole:
        return f"{row.name}?" if row.suggested else row.name
    if role == Qt.ItemDataRole.DecorationRole:
        return _swatch(row.color)
    if role == Qt.ItemDataRole.FontRole:
        font = QFont()
        font.setBold(row.ticked and not row.suggested)
        font.setItalic(row.suggested)
        return font
    return None


def _share_data(row: ClassRow, role: int) -> Any:
    if role == Qt.ItemDataRole.DisplayRole:
        return row.percent
    if role == Qt.ItemDataRole.DecorationRole and (row.doubtful or row.is_empty):
        return _plain_icon("warning")
    if role == Qt.ItemDataRole.TextAlignmentRole:
        return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    return None


def _plain_icon(name: str) -> QIcon:
    """Return an icon that looks the same in a selected row, whose ground is light."""
    return _icon_in(name, current_theme().colors.text)


@lru_cache(maxsize=16)
def _icon_in(name: str, color: str) -> QIcon:
    return _same_when_selected(icon_pixmap(name, color, spacing.ICON, 2.0))


@lru_cache(maxsize=512)
def _swatch(color: tuple[int, int, int]) -> QIcon:
    pixmap = QPixmap(2 * _SWATCH, 2 * _SWATCH)
    pixmap.fill(QColor(*color))
    return _same_when_selected(pixmap)


def _same_when_selected(pixmap: QPixmap) -> QIcon:
    icon = QIcon()
    for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):
        icon.addPixmap(pixmap, mode)
    return icon


def _spoken(row: ClassRow) -> str:
    state = "suggested" if row.suggested else "ticked" if row.ticked else "not ticked"
    return f"{row.name}, {state}, {row.share_text or 'no pixels'}"
