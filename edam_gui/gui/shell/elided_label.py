"""A label that ends in dots where there is no room, instead of pushing its neighbours out."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyle, QWidget


class ElidedLabel(QLabel):
    """One line of plain text; the whole text is in the tip while it does not fit.

    Parameters
    ----------
    text
        The text.
    parent
        Where it is shown.
    least
        Width below which it does not shrink, in average letters.
    tip
        What the tip says in place of the text, always.
    """

    def __init__(self, text: str = "", parent: QWidget | None = None, least: int = 8, tip: str = "") -> None:
        super().__init__(text, parent)
        self._tip = tip
        self._least = least
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:  # noqa: N802, D102
        hint = super().minimumSizeHint()
        least = self.fontMetrics().averageCharWidth() * self._least
        return QSize(min(least, hint.width()), hint.height())

    def shown_text(self) -> str:
        """Return the text as it is drawn."""
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.contentsRect().width())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802, D102
        shown = self.shown_text()
        self.setToolTip(self._tip or (self.text() if shown != self.text() else ""))
        painter = QPainter(self)
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        role = self.foregroundRole()
        style: QStyle = self.style()
        style.drawItemText(painter, self.contentsRect(), flags, self.palette(), self.isEnabled(), shown, role)
