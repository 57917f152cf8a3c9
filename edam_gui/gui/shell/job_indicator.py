"""What is running, in the status bar: the newest job, and a list of all of them."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.job_row import JobRow


class JobIndicator(QWidget):
    """Fed by plain calls on the GUI thread; hidden while nothing runs.

    Signals: `cancel_asked(job)` when the user wants a job to stop; its row stays until `finish`.

    Parameters
    ----------
    parent
        The status bar.
    clock
        Returns seconds.
    """

    cancel_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._clock = clock
        self._rows: dict[str, JobRow] = {}
        self._place = QHBoxLayout()
        self._all = QFrame(self, Qt.WindowType.Popup)
        self._all.setObjectName("all-jobs")
        self._all.setAccessibleName("Running jobs")
        self._list = QVBoxLayout(self._all)
        self._list.setContentsMargins(spacing.NORMAL, spacing.NORMAL, spacing.NORMAL, spacing.NORMAL)
        self._more = QToolButton(self)
        self._more.setToolTip("Show all running jobs")
        self._more.setAccessibleName("Show all running jobs")
        self._more.clicked.connect(self.show_all)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addLayout(self._place)
        row.addWidget(self._more)
        self._arrange()

    def start(self, job: str, title: str, can_cancel: bool = True) -> None:
        """Show a job; one that is shown already starts over.

        Parameters
        ----------
        job
            How the other calls name it.
        title
            What is done, as "Exporting label maps".
        can_cancel
            Whether it can be stopped.
        """
        self.finish(job)
        row = JobRow(title, can_cancel, self._clock, self)
        row.cancel_asked.connect(lambda: self.cancel_asked.emit(job))
        self._rows[job] = row
        self._arrange()

    def progress(self, job: str, done: float, total: float) -> None:
        """Show how far a job is; a `total` of 0 is unknown. A job that is not shown is ignored: it ended already."""
        if job in self._rows:
            self._rows[job].progress(done, total)

    def finish(self, job: str) -> None:
        """Take a job away, done or not; one that is not shown is ignored."""
        row = self._rows.pop(job, None)
        if row is None:
            return
        row.hide()
        row.setParent(None)
        row.deleteLater()
        self._arrange()

    def jobs(self) -> tuple[str, ...]:
        """Return the jobs shown, oldest first."""
        return tuple(self._rows)

    def row(self, job: str) -> JobRow:
        """Return a job's row; KeyError if it is not shown."""
        return self._rows[job]

    def show_all(self) -> None:
        """Open the list of all jobs above the status bar."""
        self._all.adjustSize()
        corner = self.mapToGlobal(QPoint(self.width(), 0))
        self._all.move(corner - QPoint(self._all.width(), self._all.height() + spacing.TIGHT))
        self._all.show()

    def _arrange(self) -> None:
        """Put the newest job into the bar and the others into the list."""
        rows = list(self._rows.values())
        for row in rows[:-1]:
            self._list.addWidget(row)
            row.show()
        if rows:
            self._place.addWidget(rows[-1])
            rows[-1].show()
        others = len(rows) - 1
        self._more.setText(f"+{others}")
        self._more.setVisible(others > 0)
        if others < 1:
            self._all.hide()
        else:
            self._all.adjustSize()
        self.setVisible(bool(rows))
