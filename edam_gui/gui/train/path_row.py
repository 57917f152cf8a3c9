"""A line for a path, with a button that browses for it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget

from edam_gui.gui.shell import spacing


class PathRow(QWidget):
    """A path that may be typed, pasted or browsed for.

    Signals: `changed()`.

    Parameters
    ----------
    name
        For screen readers and the dialog's title.
    hint
        Shown while it is empty.
    files
        Filter of the file dialog; empty: a folder is wanted.
    """

    changed = Signal()

    def __init__(self, name: str, hint: str = "", files: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._files = name, files
        self.line = QLineEdit(self)
        self.line.setAccessibleName(name)
        self.line.setPlaceholderText(hint)
        self.line.editingFinished.connect(self.changed)
        browse = QPushButton("Browse…", self)
        browse.setAccessibleName(f"Browse for {name}")
        browse.clicked.connect(self._browse)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(spacing.NORMAL)
        layout.addWidget(self.line, 1)
        layout.addWidget(browse)

    @property
    def path(self) -> Path | None:
        """The path; `None` while the line is empty."""
        text = self.line.text().strip()
        return Path(text).expanduser() if text else None

    def set_path(self, path: Path | None) -> None:
        """Show a path."""
        self.line.setText("" if path is None else str(path))
        self.changed.emit()

    def _browse(self) -> None:
        start = str(self.path or Path.home())
        if self._files:
            chosen, _ = QFileDialog.getOpenFileName(self, self._name, start, self._files)
        else:
            chosen = QFileDialog.getExistingDirectory(self, self._name, start)
        if chosen:
            self.set_path(Path(chosen))
