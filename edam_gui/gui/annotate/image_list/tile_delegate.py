"""One image in the grid: a large thumbnail, its name, its classes by name."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from edam_gui.gui.annotate.image_list.chips import draw_pills
from edam_gui.gui.annotate.image_list.item_marks import STATUS_SIDE, draw_background, draw_status, draw_thumbnail
from edam_gui.gui.annotate.image_list.model import ROW
from edam_gui.gui.annotate.image_list.pixmaps import ThumbnailPixmaps
from edam_gui.gui.annotate.screen_palette import screen_palette
from edam_gui.gui.shell.theme import current_theme
from edam_gui.project.store import ImageRow
from edam_gui.session.session import Session

_MARGIN: Final = 7
_TEXT: Final = 62
"""Height of the name and two lines of classes."""


def thumbnail_box(side: int) -> QSize:
    """Return the box of a thumbnail of this width."""
    return QSize(side, side * 3 // 4)


def tile_size(side: int) -> QSize:
    """Return the size of a tile whose thumbnail has this width."""
    box = thumbnail_box(side)
    return QSize(box.width() + 2 * _MARGIN + 6, box.height() + 2 * _MARGIN + _TEXT)


class TileDelegate(QStyledItemDelegate):
    """Draws tiles.

    Parameters
    ----------
    session, pixmaps
        See `RowDelegate`.
    side
        Width of the thumbnails.
    """

    def __init__(self, session: Session, pixmaps: ThumbnailPixmaps, side: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._pixmaps = pixmaps
        self.side = side
        self.typed = ""
        """Digits of a number that is being typed for the selected tiles."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: ARG002, N802
        """Return the size of every tile."""
        return tile_size(self.side)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw one tile."""
        row: ImageRow | None = index.data(ROW)
        if row is None:
            return
        colors, ratio = current_theme().colors, painter.device().devicePixelRatioF()
        rect: QRect = option.rect.adjusted(3, 3, -3, -3)
        current = self._session.current
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(option.font)
        draw_background(painter, option, rect, colors, on_desk=current is not None and current.id == row.id)
        size = thumbnail_box(self.side)
        box = QRect(rect.left() + (rect.width() - size.width()) // 2, rect.top() + 4, size.width(), size.height())
        pixmap, problem = self._pixmaps.get(row.id, ratio), self._pixmaps.problem(row.id)
        draw_thumbnail(painter, box, pixmap, problem, colors, ratio)
        if self.typed and option.state & QStyle.StateFlag.State_Selected:
            _draw_badge(painter, box, f"{self.typed}_", option.font)
        line = QFontMetrics(option.font).height()
        below = QRect(box.left(), box.bottom() + 4, box.width(), line)
        draw_status(painter, below.left(), below.top() + (line - STATUS_SIDE) // 2, row.status, colors, ratio)
        name = below.adjusted(STATUS_SIDE + 5, 0, 0, 0)
        painter.setPen(QColor(colors.text))
        shown = QFontMetrics(option.font).elidedText(row.relative.name, Qt.TextElideMode.ElideLeft, name.width())
        painter.drawText(name, _LEFT, shown)
        classes = QRectF(box.left(), below.bottom() + 4, box.width(), rect.bottom() - below.bottom() - 6)
        if row.ticks is not None and row.ticks.classes:
            draw_pills(
                painter,
                classes,
                row.ticks,
                self._session.label_set.names,
                screen_palette().of(self._session.label_set),
                colors,
            )
        else:
            painter.setPen(QColor(colors.dim))
            place = QRectF(classes.left(), classes.top(), classes.width(), line)
            painter.drawText(place, _LEFT, "not labelled" if row.ticks is None else "no class")
        painter.restore()


def _draw_badge(painter: QPainter, box: QRect, text: str, font: QFont) -> None:
    """Draw what is being typed in the corner of a thumbnail, large."""
    colors = current_theme().colors
    large = QFont(font)
    large.setBold(True)
    large.setPointSizeF(1.6 * font.pointSizeF())
    metrics = QFontMetrics(large)
    badge = QRectF(box.left() + 4, box.top() + 4, metrics.horizontalAdvance(text) + 16, metrics.height() + 6)
    painter.setFont(large)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colors.accent))
    painter.drawRoundedRect(badge, 5, 5)
    painter.setPen(QColor(colors.on_accent))
    painter.drawText(badge.adjusted(0, 0, 0, -3), int(Qt.AlignmentFlag.AlignCenter), text)
    painter.setFont(font)


_LEFT: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
