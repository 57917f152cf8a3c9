"""The classes with the numbers by which keys tick them."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QFrame, QScrollArea, QToolButton, QVBoxLayout, QWidget

from edam_gui.core.label_set import LabelSet
from edam_gui.gui.annotate.image_list.flow_layout import FlowLayout
from edam_gui.gui.annotate.screen_palette import screen_palette
from edam_gui.gui.shell.theme import current_theme

_DOT: Final = 12
_MOST_LINES: Final = 3


class ClassLegend(QWidget):
    """A button per class.

    Attributes
    ----------
    clicked
        Signal: the number of a class.
    """

    clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label_set: LabelSet | None = None
        self.buttons: dict[int, QToolButton] = {}
        self._inside = QWidget(self)
        self._flow = FlowLayout(self._inside)
        area = QScrollArea(self)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(self._inside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(area)
        current_theme().changed.connect(self._draw_icons)
        screen_palette().changed.connect(self._draw_icons)

    def show_classes(self, label_set: LabelSet) -> None:
        """Make the buttons of these classes."""
        if label_set is self._label_set:
            return
        self._label_set = label_set
        for button in self.buttons.values():
            self._flow.removeWidget(button)
            button.deleteLater()
        self.buttons = {}
        for index, name in enumerate(label_set.names):
            if index:
                self.buttons[index] = self._button(index, name)
        self._draw_icons()
        self._fit()

    def show_state(self, everywhere: frozenset[int], somewhere: frozenset[int], typed: str) -> None:
        """Show which classes are ticked on all and on some selected images, and which the typed digits may become."""
        for index, button in self.buttons.items():
            button.setChecked(index in everywhere)
            font = button.font()
            font.setItalic(index in somewhere - everywhere)
            possible = not typed or str(index).startswith(typed)
            font.setUnderline(bool(typed) and possible)
            button.setFont(font)

    def resizeEvent(self, event: object) -> None:  # noqa: ARG002, N802 - Qt's name
        """Take as many lines as are needed, up to a few."""
        self._fit()

    def _button(self, index: int, name: str) -> QToolButton:
        button = QToolButton(self._inside)
        button.setText(f"{index}  {name}")
        button.setToolTip(f"Tick or untick {name} on the selected images (key {index})")
        button.setAccessibleName(f"{name}, number {index}")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setIconSize(QSize(_DOT, _DOT))
        button.setCheckable(True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # keys belong to the images
        button.clicked.connect(lambda _=False: self.clicked.emit(index))
        self._flow.addWidget(button)
        button.show()
        return button

    def _draw_icons(self) -> None:
        if self._label_set is None:
            return
        palette, edge = screen_palette().of(self._label_set), current_theme().colors.edge
        for index, button in self.buttons.items():
            button.setIcon(_dot(QColor(*palette[index].tolist()), edge))

    def _fit(self) -> None:
        width = max(self.width() - 16, 100)
        needed = self._flow.heightForWidth(self.width())
        line = max((b.sizeHint().height() for b in self.buttons.values()), default=24) + 4
        most = _MOST_LINES * line
        self.setFixedHeight(needed + 1 if needed <= most else min(most, self._flow.heightForWidth(width)))


def _dot(color: QColor, edge: str) -> QIcon:
    pixmap = QPixmap(2 * _DOT, 2 * _DOT)
    pixmap.setDevicePixelRatio(2)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(edge), 1))
    painter.setBrush(color)
    painter.drawRoundedRect(QRectF(0.5, 0.5, _DOT - 1, _DOT - 1), 2.5, 2.5)
    painter.end()
    return QIcon(pixmap)
