"""The log of a run."""

from __future__ import annotations

from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from edam_gui.session.training.record import RunRecord


class LogView(QPlainTextEdit):
    """Shows a run's log; it follows the end unless the user scrolled up."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setAccessibleName("Log of the run")
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._record: RunRecord | None = None
        self._last = ""
        self._count = 0

    def show_record(self, record: RunRecord | None) -> None:
        """Show another run's log."""
        self._record, self._count, self._last = record, 0, ""
        self.clear()
        self.refresh()

    def refresh(self) -> None:
        """Add what is new."""
        lines = self._record.log if self._record is not None else []
        if len(lines) < self._count or (self._count and lines[self._count - 1] != self._last):
            self.clear()  # the record dropped its oldest lines
            self._count = 0
        new = lines[self._count :]
        if not new:
            return
        bar = self.verticalScrollBar()
        at_end = bar.value() >= bar.maximum() - 2
        self.appendPlainText("\n".join(new))
        self._count, self._last = len(lines), lines[-1]
        if at_end:
            bar.setValue(bar.maximum())
