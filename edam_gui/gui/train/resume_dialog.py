"""Asks for settings that change when a run goes on."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.roles import Role, with_role
from edam_gui.session.training.look import RunLook
from edam_gui.training.config_text import CHANGEABLE
from edam_gui.training.reconfigure import advised

_WIDTH: Final = 480


class ResumeDialog(QDialog):
    """Asks for `key=value` words; what the run itself advises is filled in.

    Parameters
    ----------
    look
        The run.
    """

    def __init__(self, look: RunLook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.path = look.path
        self.setWindowTitle("Resume with other settings")
        self.line = QLineEdit(" ".join(advised(look.sentence)), self)
        self.line.setAccessibleName("Settings to change")
        self.line.setPlaceholderText("key=value …, e.g. epochs=6 lr=0.001")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, parent=self)
        self.resume = buttons.addButton("Resume", QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        hint = with_role(QLabel(f"What can change: {', '.join(CHANGEABLE)}.", self), Role.HINT)
        hint.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(spacing.WIDE, spacing.WIDE, spacing.WIDE, spacing.WIDE)
        layout.setSpacing(spacing.NORMAL)
        layout.addWidget(QLabel(f"{look.name} goes on from its last checkpoint, with", self))
        layout.addWidget(self.line)
        layout.addWidget(hint)
        layout.addWidget(buttons)
        hint.ensurePolished()
        self.resize(_WIDTH, layout.totalHeightForWidth(_WIDTH))

    @property
    def words(self) -> tuple[str, ...]:
        """What was written."""
        return tuple(self.line.text().split())
