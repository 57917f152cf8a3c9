"""One run: its state, its curves, samples and log."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QTabWidget, QVBoxLayout, QWidget

from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.roles import Role, with_role
from edam_gui.gui.train.curves import Curves
from edam_gui.gui.train.log_view import LogView
from edam_gui.gui.train.resume_dialog import ResumeDialog
from edam_gui.gui.train.run_details import RunDetails
from edam_gui.gui.train.run_header import RunHeader
from edam_gui.gui.train.samples import SampleStrip
from edam_gui.session.session import Session
from edam_gui.session.training.look import Phase, RunLook, log_tail
from edam_gui.session.training.record import RunRecord


class RunView(QWidget):
    """Shows a run and steers it.

    Signals: `clone_asked(path)`, `delete_asked(path)`, `use_asked(path)`.

    Parameters
    ----------
    session
        Whose runs they are.
    """

    clone_asked = Signal(object)
    delete_asked = Signal(object)
    use_asked = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._path: Path | None = None
        self._others: list[RunRecord] = []
        self.header = RunHeader(self)
        self.trouble = with_role(QLabel("", self), Role.ERROR)
        self.trouble.setWordWrap(True)
        self.tail = QPlainTextEdit(self)
        self.tail.setReadOnly(True)
        self.tail.setAccessibleName("End of what the run printed")
        self.tail.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.tail.setMaximumHeight(self.fontMetrics().height() * 9)
        self.tail.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.legend = QLabel("", self)
        self.curves, self.samples = Curves(self), SampleStrip(self)
        self.log, self.details = LogView(self), RunDetails(self)
        self.tabs = QTabWidget(self)
        for title, widget in (
            ("Curves", self.curves),
            ("Samples", self.samples),
            ("Log", self.log),
            ("Data and settings", self.details),
        ):
            self.tabs.addTab(widget, title)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(spacing.WIDE, spacing.NORMAL, spacing.WIDE, spacing.NORMAL)
        layout.setSpacing(spacing.NORMAL)
        for part in (self.header, self.trouble, self.tail, self.legend):
            layout.addWidget(part)
        layout.addWidget(self.tabs, 1)
        self._connect()

    def _connect(self) -> None:
        desk, header = self._session.training, self.header
        header.pause_asked.connect(lambda: self._with_path(desk.pause))
        header.go_on_asked.connect(lambda: self._with_path(desk.go_on))
        header.stop_asked.connect(lambda: self._with_path(desk.stop))
        header.end_asked.connect(lambda: self._with_path(desk.end_process))
        header.resume_asked.connect(lambda: self._with_path(desk.resume))
        header.change_asked.connect(self._ask_changes)
        header.clone_asked.connect(lambda: self.clone_asked.emit(self._path))
        header.delete_asked.connect(lambda: self.delete_asked.emit(self._path))
        header.use_asked.connect(lambda: self.use_asked.emit(self._path))

    def _with_path(self, act: object) -> None:
        if self._path is not None and callable(act):
            act(self._path)

    def _ask_changes(self) -> None:
        look = self._session.training.look(self._path) if self._path is not None else None
        if look is None:
            return
        dialog = ResumeDialog(look, self)
        dialog.accepted.connect(lambda: self._session.training.resume(dialog.path, dialog.words))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @property
    def path(self) -> Path | None:
        """The run shown."""
        return self._path

    def show_run(self, path: Path) -> None:
        """Show another run."""
        self._path = path
        record = self._session.training.follow(path)
        self.samples.show_record(record)
        self.log.show_record(record)
        self.details.show_record(record)
        self.refresh_state()
        self.refresh_record()

    def compare_with(self, paths: list[Path]) -> None:
        """Draw other runs' curves too."""
        self._others = [self._session.training.follow(path) for path in paths if path != self._path]
        self.refresh_record()

    def refresh_state(self) -> None:
        """Show what the run is doing now."""
        look = self._session.training.look(self._path) if self._path is not None else None
        if look is None or self._path is None:
            return
        self.header.show_run(look, self._session.training.follow(self._path))
        self._show_trouble(look)

    def _show_trouble(self, look: RunLook) -> None:
        crashed = look.phase is Phase.CRASHED
        self.trouble.setVisible(crashed)
        saved = self._session.training.follow(look.path).saved_step
        known = crashed and look.has_state and saved >= 0 and "checkpoint" not in look.sentence
        rest = f" Step {saved} is saved; Resume goes on from there." if known else ""
        self.trouble.setText(look.sentence + rest if crashed else "")
        text = log_tail(look.path) if look.phase in (Phase.CRASHED, Phase.FROZEN) else ""
        self.tail.setVisible(bool(text))
        if text != self.tail.toPlainText():
            self.tail.setPlainText(text)
            self.tail.verticalScrollBar().setValue(self.tail.verticalScrollBar().maximum())

    def refresh_record(self) -> None:
        """Draw what the runs have told by now."""
        if self._path is None:
            return
        records = [self._session.training.follow(self._path), *self._others]
        self.curves.show_records(records)
        self.samples.refresh()
        self.log.refresh()
        self.details.refresh()
        look = self._session.training.look(self._path)
        if look is not None:
            self.header.show_run(look, records[0])
            self._show_trouble(look)  # the record knows by now what was saved
        self.legend.setVisible(len(records) > 1)
        self.legend.setText(
            "&nbsp;&nbsp;&nbsp;".join(
                f'<span style="color:{self.curves.color_of(number)}">■</span> {record.path.name}'
                for number, record in enumerate(records)
            )
        )
