"""The grid's images, and the keys that tick classes on them."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QWidget

from edam_gui.gui.annotate.image_list.digit_entry import DigitEntry
from edam_gui.gui.annotate.image_list.image_view import ImageView
from edam_gui.gui.annotate.image_list.tile_delegate import TileDelegate, thumbnail_box, tile_size
from edam_gui.session.session import Session

_FIRST_SIDE: Final = 160


class GridView(ImageView):
    """Thumbnails; digits tick classes on those that are selected.

    Attributes
    ----------
    leave
        Signal: the user wants to go back to the canvas.
    """

    leave = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, "grid", tile_size(_FIRST_SIDE), thumbnail_box(_FIRST_SIDE), grid=True, parent=parent)
        self._session = session
        self.tiles = TileDelegate(session, self.pixmaps, _FIRST_SIDE, self)
        self.setItemDelegate(self.tiles)
        self.setAccessibleName("Image grid")
        self.digits = DigitEntry(lambda: len(session.label_set), self)
        self.digits.chosen.connect(self.toggle)
        self.digits.typed.connect(self._show_typed)
        session.bulk.turned.connect(self._show_turned)

    @property
    def side(self) -> int:
        """Width of the thumbnails."""
        return self.tiles.side

    def set_side(self, side: int) -> None:
        """Show thumbnails of another width."""
        if side != self.tiles.side:
            self.tiles.side = side
            self.pixmaps.set_box(thumbnail_box(side))
            self.set_item_size(tile_size(side))

    def toggle(self, class_index: int) -> None:
        """Tick a class on the selected images, or untick it if all of them have it."""
        images = self.selected_images()
        if images and self._writable:
            self._session.bulk_ticks.toggle(images, class_index)

    def go_to(self, row: int) -> bool:
        """Select one image by its place in the list, and scroll to it; `False` if the list has no such place."""
        if not 0 <= row < self.images.rowCount():
            return False
        index = self.images.index(row)
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.scrollTo(index)
        return True

    def step(self, by: int) -> bool:
        """Select the image after the selected ones (1), or before them (-1); `False` if there is none."""
        rows = self.selected_rows() or [self.currentIndex().row()]
        return self.go_to(rows[-1] + by if by > 0 else rows[0] + by)

    def event(self, event: QEvent) -> bool:
        """Claim the keys of the grid before shortcuts of the window get them; any other key ends a number."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if _is_ours(event):
                event.accept()
                return True
            self.digits.finish()
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """End a number first: it is meant for what is selected now."""
        self.digits.finish()
        super().mousePressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """End a number."""
        self.digits.finish()
        super().focusOutEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Tick, confirm, clear, or move."""
        if not _is_ours(event):
            self.digits.finish()  # moving on ends a number
            super().keyPressEvent(event)
            return
        key = event.key()
        if Qt.Key.Key_0 <= key <= Qt.Key.Key_9:
            self.digits.press(key - Qt.Key.Key_0)
            return
        if key == Qt.Key.Key_Escape:
            if not self.digits.cancel():
                self.leave.emit()
            return
        ended = self.digits.finish()
        if event.matches(_UNDO):
            self._session.bulk.undo()
        elif event.matches(_REDO):
            self._session.bulk.redo()
        elif ended and key in _ENDERS:
            return  # it was pressed to end the number
        elif key in _ENTER:
            self.activated.emit(self.currentIndex())
        elif self._writable:
            images = self.selected_images()
            if key == Qt.Key.Key_Space:
                self._session.bulk_ticks.confirm(images)
            else:
                self._session.bulk_ticks.set_none(images)

    def _show_typed(self, digits: str) -> None:
        self.tiles.typed = digits
        self.viewport().update()

    def _show_turned(self, images: tuple[int, ...]) -> None:
        """Select what was taken back or done again, and scroll there, if none of it can be seen."""
        places = (self._session.navigator.place_of(image) for image in images)
        rows = sorted(place for place in places if place is not None)
        if not self.isVisible() or not rows or any(row in self.visible_rows() for row in rows):
            return
        self.go_to(rows[0])
        self.selectionModel().select(self.selection_of(rows), QItemSelectionModel.SelectionFlag.Select)

    @property
    def _writable(self) -> bool:
        project = self._session.project
        return project is not None and project.read_only is None


_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_ENDERS: Final = (*_ENTER, Qt.Key.Key_Space)
_UNDO, _REDO = QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo
_OTHERS: Final = (*_ENTER, Qt.Key.Key_Space, Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_Escape)


def _is_ours(event: QKeyEvent) -> bool:
    if event.matches(_UNDO) or event.matches(_REDO):
        return True
    plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier == Qt.KeyboardModifier.NoModifier
    return plain and (Qt.Key.Key_0 <= event.key() <= Qt.Key.Key_9 or event.key() in _OTHERS)
