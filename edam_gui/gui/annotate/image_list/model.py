"""The navigator's list for Qt's views."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from edam_gui.gui.annotate.image_list.status_look import STATUS_TEXTS
from edam_gui.project.store import ImageRow
from edam_gui.session.session import Session

ROW: Final = int(Qt.ItemDataRole.UserRole) + 1
"""Role of the `ImageRow`."""

_Index = QModelIndex | QPersistentModelIndex


class ImageListModel(QAbstractListModel):
    """The images of `session.navigator.ids`; rows are read in pages, as they are asked for.

    Parameters
    ----------
    session
        Whose list it is.
    """

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._count = len(session.navigator.ids)
        session.events.images_changed.connect(self._list_changed)
        session.rows.changed.connect(self._rows_changed)

    def row(self, place: int) -> ImageRow | None:
        """Return the image at a place, `None` if it is gone."""
        return self._session.rows.at(place)

    def image(self, place: int) -> int | None:
        """Return the id of the image at a place."""
        ids = self._session.navigator.ids
        return ids[place] if 0 <= place < len(ids) else None

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008, N802 - Qt's signature
        """Return the number of images."""
        return 0 if parent.isValid() else self._count

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return an image's name, description or row."""
        if role not in _ROLES or not index.isValid():
            return None
        row = self.row(index.row())
        if row is None:
            return None
        if role == ROW:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.relative.name
        return self.description(row) if role == Qt.ItemDataRole.AccessibleTextRole else self._tip(row)

    def description(self, row: ImageRow) -> str:
        """Say what the marks of an image say, for screen readers."""
        return ", ".join([row.relative.name, *self._facts(row)])

    def _tip(self, row: ImageRow) -> str:
        thumbnail = self._session.thumbnails.get(row.id)
        problem = [thumbnail.problem] if thumbnail is not None and thumbnail.problem else []
        note = [f"Note: {row.note}"] if row.note else []
        return "\n".join([str(row.relative), *self._facts(row), *note, *problem])

    def _facts(self, row: ImageRow) -> list[str]:
        names = self._session.label_set.names
        facts = [STATUS_TEXTS[row.status]]
        if row.ticks is None:
            facts.append("not labelled")
        else:
            known = [names[index] for index in sorted(row.ticks.confirmed) if index < len(names)]
            guessed = [f"{names[index]} (suggested)" for index in sorted(row.ticks.suggested) if index < len(names)]
            facts.append(", ".join(known + guessed) or "no class, all background")
        if row.corrected:
            facts.append(f"{row.corrected:.2%} corrected by hand")
        return facts

    def _list_changed(self) -> None:
        self.beginResetModel()
        self._count = len(self._session.navigator.ids)
        self.endResetModel()

    def _rows_changed(self, images: frozenset[int]) -> None:
        places = [p for image in images if (p := self._session.navigator.place_of(image)) is not None]
        if not places:
            return
        # One signal: views draw what can be seen of it.
        self.dataChanged.emit(self.index(min(places)), self.index(max(places)))


_ROLES: Final = frozenset(
    {
        ROW,
        int(Qt.ItemDataRole.DisplayRole),
        int(Qt.ItemDataRole.ToolTipRole),
        int(Qt.ItemDataRole.AccessibleTextRole),
    }
)
