"""One image in the list: thumbnail, name, classes, status."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from edam_gui.gui.annotate.image_list.chips import draw_dots
from edam_gui.gui.annotate.image_list.item_marks import STATUS_SIDE, draw_background, draw_status, draw_thumbnail, mark
from edam_gui.gui.annotate.image_list.model import ROW
from edam_gui.gui.annotate.image_list.pixmaps import ThumbnailPixmaps
from edam_gui.gui.annotate.screen_palette import screen_palette
from edam_gui.gui.shell.theme import current_theme
from edam_gui.project.store import ImageRow
from edam_gui.session.session import Session

ROW_SIZE: Final = QSize(160, 50)
THUMBNAIL: Final = QSize(56, 42)
_EDITED: Final = 14


class RowDelegate(QStyledItemDelegate):
    """Draws rows.

    Parameters
    ----------
    session
        Whose classes and current image it shows.
    pixmaps
        Thumbnails of the size `THUMBNAIL`.
    """

    def __init__(self, session: Session, pixmaps: ThumbnailPixmaps, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._pixmaps = pixmaps

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: ARG002, N802
        """Return the size of every row."""
        return ROW_SIZE

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw one row."""
        row: ImageRow | None = index.data(ROW)
        colors, ratio = current_theme().colors, painter.device().devicePixelRatioF()
        rect: QRect = option.rect.adjusted(2, 1, -2, -1)
        current = self._session.current
        on_desk = row is not None and current is not None and current.id == row.id
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_background(painter, option, rect, colors, on_desk=on_desk)
        box = QRect(rect.left() + 7, rect.top() + (rect.height() - THUMBNAIL.height()) // 2, *THUMBNAIL.toTuple())
        problem = self._pixmaps.problem(row.id) if row is not None else ""
        pixmap = self._pixmaps.get(row.id, ratio) if row is not None else None
        draw_thumbnail(painter, box, pixmap, problem, colors, ratio)
        if row is not None:
            place = QRect(box.right() + 9, rect.top() + 4, rect.right() - box.right() - 13, rect.height() - 8)
            self._text(painter, option, place, row, on_desk=on_desk)
        painter.restore()

    def _text(
        self, painter: QPainter, option: QStyleOptionViewItem, place: QRect, row: ImageRow, *, on_desk: bool
    ) -> None:
        colors, ratio = current_theme().colors, painter.device().devicePixelRatioF()
        draw_status(painter, place.right() - STATUS_SIDE + 1, place.top() + 2, row.status, colors, ratio)
        top = QRect(place.left(), place.top(), place.width() - STATUS_SIDE - 6, place.height() // 2)
        below = QRectF(place.left(), top.bottom() + 1, top.width(), place.height() - top.height())
        font = option.font
        font.setBold(on_desk)
        painter.setFont(font)
        painter.setPen(QColor(colors.text))
        name = QFontMetrics(font).elidedText(row.relative.name, Qt.TextElideMode.ElideLeft, top.width())
        painter.drawText(top, _LEFT, name)
        if row.corrected:
            icon = mark("edit", colors.dim, _EDITED, ratio)
            painter.drawPixmap(place.right() - (STATUS_SIDE + _EDITED) // 2 + 1, int(below.center().y()) - 6, icon)
        font.setBold(False)
        painter.setFont(font)
        if row.ticks is None or not row.ticks.classes:
            self._dim(painter, below, "not labelled" if row.ticks is None else "no class")
            return
        used = draw_dots(painter, below, row.ticks, screen_palette().of(self._session.label_set), colors) + 6
        folder = str(row.relative.parent)
        if folder != "." and below.width() - used > 50:
            self._dim(painter, below.adjusted(used, 0, 0, 0), folder)

    @staticmethod
    def _dim(painter: QPainter, place: QRectF, text: str) -> None:
        painter.setPen(QColor(current_theme().colors.dim))
        shown = QFontMetrics(painter.font()).elidedText(text, Qt.TextElideMode.ElideMiddle, int(place.width()))
        painter.drawText(place, _LEFT, shown)


_LEFT: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
