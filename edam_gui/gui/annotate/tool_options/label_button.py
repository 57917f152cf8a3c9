"""The label that tools paint, as a button with all labels in its menu."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from edam_gui.gui.annotate.tool_options.labels import Colors, fill_label_menu, label_name, swatch
from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.menu_button import give_menu
from edam_gui.gui.shell.theme import current_theme
from edam_gui.session.session import Session


class LabelButton(QToolButton):
    """Shows the current label and lets the user choose another.

    Parameters
    ----------
    session, colors
        Whose label, and the colours on the screen.
    """

    def __init__(self, session: Session, colors: Colors, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._colors = colors
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(QSize(spacing.ICON, spacing.ICON))
        self.setAccessibleName("Label to paint")
        self.setToolTip("The label that tools paint. Digits pick classes; Alt+click picks from the image.")
        menu = QMenu(self)
        menu.aboutToShow.connect(lambda: fill_label_menu(menu, session, colors, self._finish))
        give_menu(self, menu)
        session.events.tool_changed.connect(self.refresh)
        session.events.project_changed.connect(self.refresh)
        session.events.classes_changed.connect(self.refresh)
        current_theme().changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the current label."""
        label = self._session.editing.paint.label
        self.setText(label_name(self._session, label))
        self.setIcon(swatch(self._colors(), label))

    def _finish(self, action: QAction, label: int) -> None:
        action.setCheckable(True)
        action.setChecked(label == self._session.editing.paint.label)
        action.triggered.connect(lambda: self._choose(label))

    def _choose(self, label: int) -> None:
        editing = self._session.editing
        editing.set_paint(replace(editing.paint, label=label))
