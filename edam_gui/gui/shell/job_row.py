"""One running job: its name, progress, remaining time and cancel button."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QToolButton, QWidget

from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.elided_label import ElidedLabel
from edam_gui.gui.shell.eta import RemainingTime, in_words
from edam_gui.gui.shell.icons import keep_icon
from edam_gui.gui.shell.roles import Role, with_role

_BAR_STEPS = 1000


class JobRow(QWidget):
    """Shows one job.

    Signals: `cancel_asked()`.

    Parameters
    ----------
    title
        What is done, as "Exporting label maps".
    can_cancel
        Whether there is a cancel button.
    clock
        Returns seconds.
    parent
        Where it is shown.
    """

    cancel_asked = Signal()

    def __init__(
        self,
        title: str,
        can_cancel: bool = True,
        clock: Callable[[], float] = time.monotonic,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.title = title
        self._clock = clock
        self._eta = RemainingTime(clock())
        self._stopping = False
        self._name = ElidedLabel(title, self)
        self.bar = QProgressBar(self)
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setMinimumWidth(40)
        self.bar.setMaximumWidth(120)
        self.bar.setAccessibleName(title)
        self.detail = with_role(ElidedLabel(parent=self), Role.HINT)
        self.cancel_button = QToolButton(self)
        self.cancel_button.setIconSize(QSize(16, 16))
        self.cancel_button.setToolTip(f"Cancel: {title}")
        self.cancel_button.setAccessibleName(f"Cancel: {title}")
        self.cancel_button.setVisible(can_cancel)
        self.cancel_button.clicked.connect(self._cancel)
        keep_icon(self.cancel_button, "cancel", self.cancel_button.setIcon)
        row = QHBoxLayout(self)
        row.setContentsMargins(spacing.NORMAL, 0, spacing.TIGHT, 0)
        row.setSpacing(spacing.NORMAL)
        row.addWidget(self._name, 1)
        row.addWidget(self.bar)
        row.addWidget(self.detail)
        row.addWidget(self.cancel_button)

    def progress(self, done: float, total: float) -> None:
        """Show how far the job is; a `total` of 0 is unknown."""
        self._eta.update(self._clock(), done)
        if total <= 0:
            self.bar.setRange(0, 0)
            self._say(f"{done:g}" if done else "")
            return
        self.bar.setRange(0, _BAR_STEPS)
        self.bar.setValue(round(_BAR_STEPS * min(done / total, 1.0)))
        counted = f"{done:g} of {total:g}" if total > 1 else f"{100 * done / total:.0f} %"
        left = self._eta.seconds(total)
        self._say(counted if left is None or done >= total else f"{counted}, {in_words(left)} left")

    def _say(self, text: str) -> None:
        if not self._stopping:
            self.detail.setText(text)

    def _cancel(self) -> None:
        self.cancel_button.setEnabled(False)
        self._say("stopping…")
        self._stopping = True
        self.cancel_asked.emit()
