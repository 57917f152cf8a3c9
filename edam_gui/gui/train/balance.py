"""How many images show each class, as bars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.theme import current_theme

_NAME_SHARE: Final = 0.28
_MOST_NAME: Final = 180
_BAR: Final = 10


class BalanceChart(QWidget):
    """A bar per class; classes with one image or none stand out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts: dict[str, int] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        current_theme().changed.connect(self.update)

    @property
    def counts(self) -> Mapping[str, int]:
        """What is shown."""
        return self._counts

    def show_counts(self, counts: Mapping[str, int]) -> None:
        """Show the number of images by class name."""
        self._counts = dict(counts)
        words = ", ".join(f"{name} {count}" for name, count in counts.items())
        self.setAccessibleName(f"Images per class: {words}" if words else "Images per class")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802, D102
        return QSize(320, self._row() * len(self._counts))

    def minimumSizeHint(self) -> QSize:  # noqa: N802, D102
        return QSize(160, self._row() * len(self._counts))

    def _row(self) -> int:
        return self.fontMetrics().height() + spacing.TIGHT

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802, D102
        colors = current_theme().colors
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = max(self._counts.values(), default=0) or 1
        row, metrics = self._row(), self.fontMetrics()
        names = min(_MOST_NAME, _NAME_SHARE * self.width())
        digits = metrics.horizontalAdvance("0000000")
        length = max(10.0, self.width() - names - digits - 2 * spacing.NORMAL)
        for number, (name, count) in enumerate(self._counts.items()):
            y = number * row
            color = {0: colors.off, 1: colors.warning}.get(count, colors.text)
            painter.setPen(QColor(color))
            elided = metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(names))
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, y, names, row), right, elided)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colors.warning if count == 1 else colors.accent))
            width = length * count / top
            left = names + spacing.NORMAL
            if count:
                painter.drawRoundedRect(QRectF(left, y + (row - _BAR) / 2, max(2.0, width), _BAR), 2, 2)
            painter.setPen(QColor(color))
            beside = QRectF(left + (max(2.0, width) + spacing.NORMAL if count else 0), y, digits, row)
            painter.drawText(beside, Qt.AlignmentFlag.AlignVCenter, str(count))
