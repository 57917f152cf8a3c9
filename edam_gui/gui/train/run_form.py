"""A new run: data, model, settings, and a check before it starts."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from edam_gui.core.errors import EdamError
from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.icons import keep_icon
from edam_gui.gui.shell.roles import Role, with_role
from edam_gui.gui.train.check_view import CheckView
from edam_gui.gui.train.data_form import DataForm
from edam_gui.gui.train.path_row import PathRow
from edam_gui.gui.train.process_form import ProcessForm
from edam_gui.gui.train.settings_form import SettingsForm
from edam_gui.session.session import Session
from edam_gui.session.training.estimating import RunEstimate
from edam_gui.session.training.request import DataKind, Preparation, RunRequest, free_name, settings_of

_FORM_WIDTH = 460


class RunForm(QWidget):
    """Asks what a new run is to do.

    Signals: `started(path)` when a run was started; `cancelled()`.

    Parameters
    ----------
    session
        Whose run it will be.
    """

    started = Signal(object)
    cancelled = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._question = 0
        """Number of what was asked last; answers to what was asked before it count no more."""
        self.title = with_role(QLabel("New training run", self), Role.TITLE)
        self.name = QLineEdit(self)
        self.name.setAccessibleName("Name of the run")
        self.folder = PathRow("Folder of the runs", parent=self)
        self.data, self.settings = DataForm(session, self), SettingsForm(session, self)
        self.process = ProcessForm(session, self)
        self.check = CheckView(self)
        self.check_button = QPushButton("Check", self)
        keep_icon(self.check_button, "check", self.check_button.setIcon)
        self.check_button.setToolTip("Look for what is missing, without starting")
        self.estimate_button = QPushButton("Estimate", self)
        keep_icon(self.estimate_button, "clock", self.estimate_button.setIcon)
        self.estimate_button.setToolTip("Time a few steps, to tell how long the run will take and how much memory")
        self.start_button = QPushButton("Start", self)
        self.start_button.setDefault(True)
        self.start_button.setToolTip("Check, and start the run as a process of its own")
        self.cancel_button = QPushButton("Cancel", self)
        self.check_button.clicked.connect(lambda: self._prepare(self._checked))
        self.estimate_button.clicked.connect(lambda: self._prepare(self._estimate))
        self.start_button.clicked.connect(lambda: self._prepare(self._start))
        self.cancel_button.clicked.connect(self._cancel)
        self._lay_out()

    def _lay_out(self) -> None:
        form = QWidget(self)
        form.setMaximumWidth(_FORM_WIDTH)
        column = QVBoxLayout(form)
        column.setContentsMargins(0, 0, spacing.WIDE, 0)
        column.setSpacing(spacing.NORMAL)
        place = QFormLayout()
        place.addRow("Name", self.name)
        place.addRow("Folder", self.folder)
        column.addLayout(place)
        for title, part in (
            ("Data", self.data),
            ("Model and settings", self.settings),
            ("Process", self.process),
        ):
            column.addWidget(with_role(QLabel(title, form), Role.HEADING))
            column.addWidget(part)
        column.addStretch(1)
        columns = QHBoxLayout()
        columns.setSpacing(spacing.WIDE)
        columns.addWidget(_scrolling(form, self), 1)
        columns.addWidget(_scrolling(self.check, self), 1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.check_button)
        buttons.addWidget(self.estimate_button)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.start_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(spacing.WIDE, spacing.NORMAL, spacing.WIDE, spacing.NORMAL)
        layout.setSpacing(spacing.NORMAL)
        layout.addWidget(self.title)
        layout.addLayout(columns, 1)
        layout.addLayout(buttons)

    def begin(self, like: Path | None = None) -> None:
        """Start over, with the data and settings of another run if one is given.

        Parameters
        ----------
        like
            The run to clone.
        """
        self._question += 1
        self.data.refresh()
        self.settings.refresh()
        self.process.refresh()
        self.folder.set_path(self._session.training.folder() if like is None else like.parent)
        wanted = f"run-{datetime.now():%Y-%m-%d}" if like is None else like.name
        self.name.setText(free_name(self.folder.path or Path(), wanted))
        self._busy(False)
        if like is None:
            project = self._session.project
            self.data.choose(DataKind.PROJECT if project is not None else DataKind.FOLDER)
            self.check.clear("Check the run to see what is missing, and how often every class occurs.")
            if project is not None:
                self._prepare(self._checked)
            return
        self.data.choose(DataKind.RUN, like)
        try:
            self.settings.take(*settings_of(like))
        except EdamError as error:
            self.check.show_failure(str(error))
        else:
            self._prepare(self._checked)

    def request(self) -> RunRequest:
        """Return what is asked for.

        Raises
        ------
        EdamError
            Something cannot be meant.
        """
        preset, words = self.settings.request()
        folder = self.folder.path or self._session.training.folder()
        return RunRequest(
            folder / (self.name.text().strip() or "run"),
            self.data.chosen,
            self.data.accepted.isChecked(),
            self.data.request(),
            self.data.run.currentData(),
            preset,
            words,
        )

    def _prepare(self, then: object) -> None:
        self.process.apply()
        try:
            request = self.request()
        except EdamError as error:
            self.check.show_failure(str(error))
            return
        self._busy(True)
        self.check.clear("Looking at data and settings…")
        self._question += 1
        question = self._question

        def done(prepared: Preparation) -> None:
            if question != self._question:
                return
            self._busy(False)
            busy = [look.name for look in self._session.training.runs if look.phase.alive]
            note = (
                f"{', '.join(busy)} is running already; runs side by side share the computer and slow each other down."
            )
            self.check.show_check(prepared, (note,) if busy else ())
            if prepared.usable and callable(then):
                then(prepared)

        def failed(sentence: str) -> None:
            if question == self._question:
                self._busy(False)
                self.check.show_failure(sentence)

        self._session.training.prepare(request, done, failed)

    def _checked(self, prepared: Preparation) -> None:
        """Nothing more is wanted than the check."""

    def _estimate(self, prepared: Preparation) -> None:
        self.estimate_button.setEnabled(False)
        self.check.tell_estimate("Timing a few steps…")
        question = self._question

        def done(found: RunEstimate) -> None:
            if question == self._question:
                self.estimate_button.setEnabled(True)
                self.check.show_estimate(found)

        def failed(sentence: str) -> None:
            if question == self._question:
                self.estimate_button.setEnabled(True)
                self.check.tell_estimate(sentence)

        self._session.training.estimate(prepared, done, failed)

    def _start(self, prepared: Preparation) -> None:
        self._session.training.cancel_estimate()
        self.estimate_button.setEnabled(True)
        self._session.training.start(prepared)
        self.started.emit(prepared.request.run_dir.absolute())

    def _cancel(self) -> None:
        self._question += 1
        self._session.training.cancel_estimate()
        self.cancelled.emit()

    def _busy(self, busy: bool) -> None:
        for button in (self.check_button, self.estimate_button, self.start_button):
            button.setEnabled(not busy)


def _scrolling(widget: QWidget, parent: QWidget) -> QScrollArea:
    area = QScrollArea(parent)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(widget)
    return area
