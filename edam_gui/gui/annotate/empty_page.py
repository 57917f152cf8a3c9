"""What the window shows before anything is open: what to do first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCommandLinkButton, QLabel, QVBoxLayout, QWidget

from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.icons import keep_icon
from edam_gui.gui.shell.roles import Role, with_role

_MOST_RECENT = 5
_WIDTH = 460


class EmptyPage(QWidget):
    """First steps, and what was open before.

    Signals: `open_folder()`, `open_demo()`, `open_path(path)`.
    """

    open_folder = Signal()
    open_demo = Signal()
    open_path = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout()
        self._column.setSpacing(spacing.NORMAL)
        self._column.setContentsMargins(0, 0, 0, 0)
        holder = QWidget(self)
        holder.setLayout(self._column)
        holder.setFixedWidth(_WIDTH)
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        outer.addWidget(holder, 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(3)
        self._column.addWidget(with_role(QLabel("From photos to label maps", self), Role.TITLE))
        text = QLabel(
            "Open a folder of photos. The model finds the classes in them, three thresholds turn its masks into "
            "label maps, and you correct what is wrong. You can also drop a folder, a VOC root, a list (.txt) or a "
            "project (.edam) here.",
            self,
        )
        text.setWordWrap(True)
        self._text = text
        self._column.addWidget(with_role(text, Role.HINT))
        self.folder_button = self._link("Open a folder of photos…", "With sub-folders; Ctrl+O", "open-folder")
        self.folder_button.clicked.connect(self.open_folder)
        self.demo_button = self._link("Try it with four demo photos", "Nothing of yours is touched", "play")
        self.demo_button.clicked.connect(self.open_demo)
        self._recent_title = with_role(QLabel("Open again", self), Role.HEADING)
        self._column.addWidget(self._recent_title)
        self.recent_buttons: list[QCommandLinkButton] = []
        self.show_recent(())

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Give the text its height, which is known only in its final font."""
        super().showEvent(event)
        self._text.ensurePolished()
        self._text.setFixedHeight(self._text.heightForWidth(_WIDTH) + spacing.TIGHT)

    def show_recent(self, paths: Sequence[Path]) -> None:
        """Offer what was open before, newest first."""
        for button in self.recent_buttons:
            self._column.removeWidget(button)
            button.deleteLater()
        self.recent_buttons = []
        for path in paths[:_MOST_RECENT]:
            button = self._link(path.name or str(path), str(path.parent), "history")
            button.clicked.connect(lambda _=False, path=path: self.open_path.emit(path))
            self.recent_buttons.append(button)
        self._recent_title.setVisible(bool(self.recent_buttons))

    def _link(self, text: str, description: str, icon: str) -> QCommandLinkButton:
        button = QCommandLinkButton(text, description, self)
        keep_icon(button, icon, button.setIcon)
        button.setIconSize(QSize(spacing.TOOL_ICON, spacing.TOOL_ICON))
        button.setAccessibleName(text)
        button.setToolTip(description)
        # The style sheet's padding is not in the button's own hint: two lines of text and the space around them.
        button.setMinimumHeight(2 * button.fontMetrics().lineSpacing() + 5 * spacing.NORMAL)
        self._column.addWidget(button)
        return button
