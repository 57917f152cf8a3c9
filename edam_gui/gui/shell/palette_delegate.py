"""Draws a row of the command palette: icon, text, group, and the key at the right."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.theme import current_theme

GROUP: Final = Qt.ItemDataRole.UserRole + 1
KEYS: Final = Qt.ItemDataRole.UserRole + 2

_Index = QModelIndex | QPersistentModelIndex


class PaletteDelegate(QStyledItemDelegate):
    """The style draws the background, so that selection and hover look as in other lists."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:  # noqa: N802, D102
        hint = super().sizeHint(option, index)
        return QSize(hint.width(), max(hint.height(), option.fontMetrics.height() + 2 * spacing.NORMAL))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:  # noqa: D102
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        text = index.data(Qt.ItemDataRole.DisplayRole)
        icon = index.data(Qt.ItemDataRole.DecorationRole)
        bare = QStyleOptionViewItem(option)
        self.initStyleOption(bare, index)
        bare.text = ""
        bare.icon = QIcon()
        # The popup has the focus, its list never; draw the chosen row as an active one.
        bare.state |= QStyle.StateFlag.State_Active
        option.widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, bare, painter, option.widget)
        colors = current_theme().colors
        strong = QColor(colors.on_accent if selected else colors.text)
        faint = QColor(colors.on_accent if selected else colors.dim)
        rect = option.rect.adjusted(spacing.NORMAL, 0, -spacing.NORMAL, 0)
        painter.save()
        self._draw_icon(painter, icon, rect, selected)
        rect.setLeft(rect.left() + spacing.ICON + spacing.NORMAL)
        keys = str(index.data(KEYS) or "")
        painter.setPen(faint)
        painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, keys)
        rect.setRight(rect.right() - option.fontMetrics.horizontalAdvance(keys) - spacing.NORMAL)
        self._draw_text(painter, option, rect, f"{index.data(GROUP)}: ", str(text), strong)
        painter.restore()

    @staticmethod
    def _draw_icon(painter: QPainter, icon: object, rect: QRect, selected: bool) -> None:
        if isinstance(icon, QIcon) and not icon.isNull():
            mode = QIcon.Mode.Selected if selected else QIcon.Mode.Normal
            place = QRect(rect.left(), rect.center().y() - spacing.ICON // 2, spacing.ICON, spacing.ICON)
            icon.paint(painter, place, Qt.AlignmentFlag.AlignCenter, mode)

    @staticmethod
    def _draw_text(
        painter: QPainter,
        option: QStyleOptionViewItem,
        rect: QRect,
        group: str,
        text: str,
        strong: QColor,
    ) -> None:
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(rect, flags, group)
        rest = QRect(rect)
        rest.setLeft(rect.left() + option.fontMetrics.horizontalAdvance(group))
        painter.setPen(strong)
        shown = option.fontMetrics.elidedText(text, Qt.TextElideMode.ElideRight, rest.width())
        painter.drawText(rest, flags, shown)
