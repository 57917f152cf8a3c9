"""Size, shape, pressure and snapping of the brush."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from PySide6.QtCore import QSignalBlocker, QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QSpinBox, QToolButton, QWidget

from edam_gui.core.edits.brush import BrushShape
from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.icons import keep_icon
from edam_gui.gui.shell.number_box import padded
from edam_gui.session.paint import LARGEST_BRUSH
from edam_gui.session.session import Session

LIGHTEST: Final = 0.15
"""Share of the diameter that the lightest touch of a pen paints, where pressure counts."""
_STOPS: Final = 200


class BrushOptions(QWidget):
    """Shows the brush and changes it.

    Parameters
    ----------
    session
        Whose brush.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(0, _STOPS)
        self.slider.setFixedWidth(110)
        self.slider.setAccessibleName("Brush size slider")
        self.box = padded(QSpinBox(self))
        self.box.setRange(1, int(LARGEST_BRUSH))
        self.box.setSuffix(" px")
        self.box.setKeyboardTracking(False)
        self.box.setAccessibleName("Brush size")
        for widget in (self.slider, self.box):
            widget.setToolTip("Width of the brush in pixels of the photo; also Ctrl and the mouse wheel, [ and ]")
        self.square = _toggle(self, "brush-square", "Square brush", "Square instead of round")
        self.pressure = _toggle(self, "edit", "Pressure", "The pen's pressure changes the width of the stroke")
        self.pressure.setText("Pressure")
        self.snap = _toggle(self, "grid", "Snap to superpixels", "A stroke claims every superpixel it touches")
        self.snap.setText("Superpixels")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(spacing.TIGHT)
        self._size = QLabel("Size", self)
        row.addWidget(self._size)
        for part in (self.slider, self.box, self.square, self.pressure, self.snap):
            row.addWidget(part)
        self.set_brief(without_slider=False, icons=False)
        self.slider.valueChanged.connect(lambda stop: self._set_brush(diameter=diameter_at(stop)))
        self.box.valueChanged.connect(lambda size: self._set_brush(diameter=float(size)))
        self.square.clicked.connect(lambda on: self._set_brush(shape=BrushShape.SQUARE if on else BrushShape.ROUND))
        self.pressure.clicked.connect(lambda on: self._set_brush(lightest=LIGHTEST if on else 1.0))
        self.snap.clicked.connect(self._set_snap)
        session.events.tool_changed.connect(self.refresh)
        self.refresh()

    def set_brief(self, *, without_slider: bool, icons: bool) -> None:
        """Take less room: leave the slider out, and show icons in place of words."""
        for part in (self._size, self.slider):
            part.setVisible(not without_slider)
        style = Qt.ToolButtonStyle.ToolButtonIconOnly if icons else Qt.ToolButtonStyle.ToolButtonTextOnly
        for button in (self.pressure, self.snap):
            button.setToolButtonStyle(style)

    def refresh(self) -> None:
        """Show the brush."""
        paint = self._session.editing.paint
        with QSignalBlocker(self.slider), QSignalBlocker(self.box):
            if not self.slider.isSliderDown():
                self.slider.setValue(stop_of(paint.brush.diameter))
            self.box.setValue(round(paint.brush.diameter))
        self.square.setChecked(paint.brush.shape is BrushShape.SQUARE)
        self.pressure.setChecked(paint.brush.lightest < 1)
        self.snap.setChecked(paint.snap)

    def _set_brush(self, **values: Any) -> None:
        editing = self._session.editing
        editing.set_paint(replace(editing.paint, brush=replace(editing.paint.brush, **values)))

    def _set_snap(self, on: bool) -> None:
        editing = self._session.editing
        editing.set_paint(replace(editing.paint, snap=on))


def diameter_at(stop: int) -> float:
    """Return the width (px) at a stop of the slider: even steps in proportion."""
    return float(round(LARGEST_BRUSH ** (stop / _STOPS)))


def stop_of(diameter: float) -> int:
    """Return the stop nearest to a width."""
    return min(range(_STOPS + 1), key=lambda stop: abs(LARGEST_BRUSH ** (stop / _STOPS) - diameter))


def _toggle(parent: QWidget, icon: str, name: str, tip: str) -> QToolButton:
    button = QToolButton(parent)
    button.setCheckable(True)
    button.setIconSize(QSize(spacing.ICON, spacing.ICON))
    button.setAccessibleName(name)
    button.setToolTip(tip)
    keep_icon(button, icon, button.setIcon)
    return button
