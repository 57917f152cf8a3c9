"""What dialogs have in common."""

from __future__ import annotations

from PySide6.QtWidgets import QDialogButtonBox, QPushButton


def no_default(box: QDialogButtonBox) -> None:
    """Let Enter press no button: in a dialog whose changes hold at once it belongs to the search line."""
    for button in box.buttons():
        if isinstance(button, QPushButton):
            button.setAutoDefault(False)
            button.setDefault(False)
