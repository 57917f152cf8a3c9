"""A note on an image."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.roles import Role, with_role


class NoteDialog(QDialog):
    """Asks for a text.

    Parameters
    ----------
    image, text
        What it is about, and what the note says so far.
    """

    def __init__(self, image: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Note")
        self.edit = QPlainTextEdit(text, self)
        self.edit.setTabChangesFocus(True)
        self.edit.setAccessibleName("Note")
        self.edit.setToolTip("It is kept in the project, and the filter of the list finds it")
        self.edit.selectAll()
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, parent=self
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(spacing.WIDE, spacing.WIDE, spacing.WIDE, spacing.WIDE)
        layout.setSpacing(spacing.NORMAL)
        layout.addWidget(QLabel(f"Note on {image}", self))
        layout.addWidget(self.edit, 1)
        layout.addWidget(with_role(QLabel("The image list finds images by their notes.", self), Role.HINT))
        layout.addWidget(buttons)
        self.resize(420, 240)

    @property
    def text(self) -> str:
        """What was written."""
        return self.edit.toPlainText()
