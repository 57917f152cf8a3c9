"""The mouse wheel scrolls panels; it changes a control only after that was clicked or reached by key."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QScrollBar, QSlider, QWidget


class WheelGuard(QObject):
    """Keeps the wheel from the sliders and boxes of a panel.

    Parameters
    ----------
    panel
        Its sliders, combo boxes and number boxes, as they are now.
    """

    def __init__(self, panel: QWidget) -> None:
        super().__init__(panel)
        for kind in (QSlider, QComboBox, QAbstractSpinBox):
            for control in panel.findChildren(kind):
                if not isinstance(control, QScrollBar):
                    # Otherwise the wheel itself would give the focus that lets it through.
                    control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
                    control.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802, D102
        if event.type() is QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()  # so that it goes on to the panel
            return True
        return super().eventFilter(watched, event)
