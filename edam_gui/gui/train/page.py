"""The training tab."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QLabel,
    QMessageBox,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.roles import Role, with_role
from edam_gui.gui.train.run_form import RunForm
from edam_gui.gui.train.run_list import RunList
from edam_gui.gui.train.run_view import RunView
from edam_gui.session.session import Session
from edam_gui.session.training.look import Phase

_SHOWN_MS: Final = 1000
_LIST_WIDTH: Final = 300
_WELCOME: Final = (
    "Training makes a better model from your photos and their image-level labels; label maps are not needed. A run "
    "is a process of its own: it goes on when this window is closed, and is found again here."
)


class TrainPage(QWidget):
    """Runs on the left; the one that is picked, or the form of a new one, on the right.

    Signals: `use_asked(path)` when a run's model is to be the project's.

    Parameters
    ----------
    session
        Whose runs they are.
    """

    use_asked = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.runs, self.form, self.view = RunList(self), RunForm(session, self), RunView(session, self)
        self.welcome = self._welcome()
        self.pages = QStackedWidget(self)
        for page in (self.welcome, self.form, self.view):
            self.pages.addWidget(page)
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.addWidget(self.runs)
        splitter.addWidget(self.pages)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([_LIST_WIDTH, 1000])
        splitter.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(splitter)
        self._timer = QTimer(self)
        self._timer.setInterval(_SHOWN_MS)
        self._timer.timeout.connect(session.training.poll)
        self._connect()

    def _welcome(self) -> QWidget:
        page = QWidget(self)
        title = with_role(QLabel("Train on your own photos", page), Role.TITLE)
        text = with_role(QLabel(_WELCOME, page), Role.HINT)
        text.setWordWrap(True)
        text.setMaximumWidth(520)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(2 * spacing.WIDE, 2 * spacing.WIDE, 2 * spacing.WIDE, 2 * spacing.WIDE)
        layout.addWidget(title)
        layout.addWidget(text)
        layout.addStretch(1)
        return page

    def _connect(self) -> None:
        desk = self._session.training
        desk.changed.connect(self._show_runs)
        desk.recorded.connect(self._recorded)
        self.runs.picked.connect(self.show_run)
        self.runs.compared.connect(self._compare)
        self.runs.new_asked.connect(self.new_run)
        self.runs.folder_asked.connect(self.choose_folder)
        self.form.started.connect(self._started)
        self.form.cancelled.connect(self._form_closed)
        self.view.clone_asked.connect(self.new_run)
        self.view.delete_asked.connect(self.ask_delete)
        self.view.use_asked.connect(self.use_asked)

    # What is shown ---------------------------------------------------------------------------------------------------

    def _show_runs(self) -> None:
        runs = self._session.training.runs
        self.runs.show_runs(runs)
        shown = self.view.path
        if shown is not None and self._session.training.look(shown) is None and self._is(self.view):
            self.pages.setCurrentWidget(self.welcome)
        self.view.refresh_state()
        if self._is(self.welcome) and self.isVisible() and runs:
            self.runs.pick(runs[0].path)
        self._highlight()

    def _highlight(self) -> None:
        """Pick the row of the run that is shown, whatever was ticked or has come meanwhile."""
        if self._is(self.view):
            self.runs.highlight(self.view.path)

    def _is(self, page: QWidget) -> bool:
        return self.pages.currentWidget() is page

    def _recorded(self, path: Path) -> None:
        if self.isVisible() and self._is(self.view) and path in (self.view.path, *self.runs.compared_runs()):
            self.view.refresh_record()

    def show_run(self, path: Path) -> None:
        """Show a run."""
        if path != self.view.path:
            self._session.training.withdraw_messages(path)
        self.view.show_run(path)
        self.pages.setCurrentWidget(self.view)
        self._compare()

    def _compare(self) -> None:
        self._highlight()
        self.view.compare_with(self.runs.compared_runs())

    def new_run(self, like: object = None) -> None:
        """Show the form of a new run, filled like another one if a path is given."""
        self.runs.pick(None)
        self.pages.setCurrentWidget(self.form)
        self.form.begin(like if isinstance(like, Path) else None)

    def _started(self, path: Path) -> None:
        self.show_run(path)

    def _form_closed(self) -> None:
        runs = self._session.training.runs
        self.pages.setCurrentWidget(self.welcome)
        if runs:
            self.runs.pick(runs[0].path)

    # What is asked ---------------------------------------------------------------------------------------------------

    def choose_folder(self) -> None:
        """Ask for a folder whose runs are to be listed too."""
        start = str(self._session.training.folder())
        chosen = QFileDialog.getExistingDirectory(self, "A run, or a folder of runs", start)
        if chosen:
            self._session.training.add_folder(Path(chosen))

    def ask_delete(self, path: Path) -> None:
        """Ask, and delete a run."""
        look = self._session.training.look(path)
        missing = look is not None and look.phase is Phase.MISSING
        box = QMessageBox(self)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle("Take a run off the list" if missing else "Delete a run")
        if missing:
            box.setText(f"Take {path.name} off the list?")
            box.setInformativeText(f"There is no run in {path} any more. Nothing is deleted, wherever it may be now.")
        else:
            box.setText(f"Delete the run {path.name}?")
            box.setInformativeText(f"{path} with its checkpoints, curves and samples is gone then. Models in use stay.")
        delete = box.addButton("Take off the list" if missing else "Delete", QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        delete.clicked.connect(lambda: self._session.training.delete(path))
        box.finished.connect(box.deleteLater)
        box.open()

    # Qt's ------------------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Look at the runs more often while they are in view."""
        super().showEvent(event)
        self._timer.start()
        self._session.training.poll(again=True)
        self._show_runs()
        if self._is(self.view):
            self.view.refresh_record()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Leave the looking to the window."""
        super().hideEvent(event)
        self._timer.stop()
