"""What to export, of which images, where to; then how it goes, and what failed."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.number_box import padded
from edam_gui.gui.shell.roles import Role, with_role
from edam_gui.jobs import JobInfo
from edam_gui.project.export import ExportFormat, ExportReport, ExportRequest, Split
from edam_gui.project.store import Query, Status
from edam_gui.session.exporting import EXPORT
from edam_gui.session.session import Session

_FORMATS: Final = (
    (ExportFormat.PNG, "Label maps (PNG, PASCAL VOC palette)", "One PNG per photo: each pixel is the class index"),
    (ExportFormat.VOC, "VOC tree, ready for training", "JPEGImages, SegmentationClass and lists of train and val"),
    (ExportFormat.OVERLAY, "Overlays", "The photo with its label map over it, to look at"),
    (ExportFormat.SHEET, "Contact sheets", "Pages of photos and label maps side by side"),
)
_WHICH: Final = (
    ("All but skipped images", frozenset(Status) - {Status.SKIPPED}),
    ("Accepted images", frozenset({Status.ACCEPTED})),
    ("All images, skipped ones too", frozenset[Status]()),
)


class ExportDialog(QDialog):
    """Choices first, then progress, then a summary.

    Parameters
    ----------
    session
        Whose project is exported.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export")
        self._session = session
        self.which = QComboBox(self)
        self.formats = {form: QCheckBox(text, self) for form, text, _ in _FORMATS}
        self.val_share = padded(QDoubleSpinBox(self))
        self.out = QLineEdit(self)
        self.resume = QCheckBox("Go on with an earlier export in this folder", self)
        self.problem = with_role(QLabel("", self), Role.ERROR)
        self.bar = QProgressBar(self)
        self.state = QLabel("", self)
        self.failures = QPlainTextEdit(self)
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self._choices())
        self.pages.addWidget(self._progress())
        self.buttons = QDialogButtonBox(self)
        self.go = self.buttons.addButton("Export", QDialogButtonBox.ButtonRole.AcceptRole)
        self.show_folder = self.buttons.addButton("Show in file manager", QDialogButtonBox.ButtonRole.ActionRole)
        self.close_button = self.buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(spacing.WIDE, spacing.WIDE, spacing.WIDE, spacing.WIDE)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.buttons)
        self.go.setToolTip("Write the files, and say what could not be written")
        self.show_folder.setToolTip("Open the folder that was written")
        self.resume.setToolTip("What is there already and has not changed is kept")
        self.show_folder.hide()
        self.buttons.accepted.connect(self._start)
        self.buttons.rejected.connect(self.reject)
        self.show_folder.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(self.out.text())))
        session.jobs.progressed.connect(self._progressed)
        session.jobs.failed.connect(self._failed)
        session.exporting.finished.connect(self._finished)
        self.resize(600, 400)
        self._check()

    def _choices(self) -> QWidget:
        page = QWidget(self)
        form = QFormLayout(page)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(spacing.NORMAL)
        for text, statuses in _WHICH:
            self.which.addItem(text, statuses)
        listed = self._session.navigator.query
        if listed != Query():
            self.which.addItem("Images of the filtered list", listed)
        self.which.setAccessibleName("Which images")
        self.which.setToolTip("By their status, or those that the filter of the list shows")
        form.addRow("Which images", self.which)
        column = QVBoxLayout()
        column.setSpacing(spacing.NORMAL)
        for kind, _, tip in _FORMATS:
            box = self.formats[kind]
            box.setToolTip(tip)
            box.toggled.connect(self._check)
            column.addWidget(box)
        self.formats[ExportFormat.PNG].setChecked(True)
        form.addRow("What", column)
        self.val_share.setRange(0.0, 1.0)
        self.val_share.setSingleStep(0.05)
        self.val_share.setValue(0.2)
        self.val_share.setAccessibleName("Share of validation images")
        self.val_share.setToolTip("Share of the images in val.txt; which ones depends on their names alone")
        form.addRow("Validation share", self.val_share)
        row = QHBoxLayout()
        row.setSpacing(spacing.NORMAL)
        choose = QPushButton("Choose…", page)
        choose.setAutoDefault(False)
        choose.setToolTip("Choose the folder to write into")
        choose.clicked.connect(self._choose)
        self.out.setAccessibleName("Folder to write into")
        self.out.setToolTip("It is made if it is not there; your photos stay as they are")
        self.out.setPlaceholderText("a new or empty folder")
        project = self._session.project
        if project is not None:
            self.out.setText(str(project.folder.with_name(f"{project.folder.name}-labels")))
        self.out.textChanged.connect(self._check)
        row.addWidget(self.out, 1)
        row.addWidget(choose)
        form.addRow("Into the folder", row)
        form.addRow("", self.resume)
        self.problem.setWordWrap(True)
        form.addRow(self.problem)
        return page

    def _progress(self) -> QWidget:
        page = QWidget(self)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        self.state.setWordWrap(True)
        self.failures.setReadOnly(True)
        self.failures.setAccessibleName("What failed")
        self.failures.setToolTip("One line for everything that could not be exported")
        self.failures.hide()
        layout.addWidget(self.state)
        layout.addWidget(self.bar)
        layout.addWidget(self.failures, 1)
        layout.addStretch()
        return page

    def request(self) -> ExportRequest:
        """Return what is chosen."""
        return ExportRequest(
            out=Path(self.out.text()).expanduser(),
            label_set=self._session.label_set,
            formats=frozenset(form for form, box in self.formats.items() if box.isChecked()),
            split=Split(self.val_share.value()),
            resume=self.resume.isChecked(),
        )

    def query(self) -> Query:
        """Return which images are chosen."""
        chosen = self.which.currentData()
        return chosen if isinstance(chosen, Query) else Query(statuses=frozenset(chosen))

    def _check(self) -> None:
        if hasattr(self, "go"):
            chosen = any(box.isChecked() for box in self.formats.values())
            self.go.setEnabled(chosen and bool(self.out.text().strip()))
        self.val_share.setEnabled(self.formats[ExportFormat.VOC].isChecked())

    def _choose(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Export into a folder", self.out.text())
        if chosen:
            self.out.setText(chosen)

    def _start(self) -> None:
        self.problem.clear()
        self.pages.setCurrentIndex(1)
        self.state.setText("Exporting…")
        self.bar.setRange(0, 0)
        self.go.setEnabled(False)
        self._session.exporting.start(self.request(), self.query())

    def _progressed(self, info: JobInfo) -> None:
        if info.key == EXPORT and info.total:
            self.bar.setRange(0, info.total)
            self.bar.setValue(info.done)
            remaining = info.remaining_s()
            left = f", about {remaining:.0f} s left" if remaining is not None and info.done < info.total else ""
            self.state.setText(f"Exporting: {info.done} of {info.total} images{left}")

    def _failed(self, info: JobInfo, sentence: str) -> None:
        if info.key == EXPORT:
            self.pages.setCurrentIndex(0)
            self.problem.setText(sentence)
            self.go.setEnabled(True)

    def _finished(self, report: ExportReport) -> None:
        self.bar.setRange(0, 1)
        self.bar.setValue(1)
        self.state.setText(summary(report))
        lines = [f"{name}: {sentence}" for name, sentence in report.failed] + report.problems
        self.failures.setPlainText("\n".join(lines))
        self.failures.setVisible(bool(lines))
        self.show_folder.show()
        self.go.hide()
        self.close_button.setText("Close")

    def done(self, result: int) -> None:
        """Stop what is running, and close."""
        session = self._session
        session.jobs.progressed.disconnect(self._progressed)
        session.jobs.failed.disconnect(self._failed)
        session.exporting.finished.disconnect(self._finished)
        session.exporting.cancel()
        super().done(result)


def summary(report: ExportReport) -> str:
    """Return how an export went, in a sentence or two."""
    parts = [f"{len(report.written)} images were exported to {report.out}."]
    if report.kept:
        parts.append(f"{len(report.kept)} were there already.")
    if report.failed or report.problems:
        parts.append(f"{len(report.failed) + len(report.problems)} things failed:")
    if report.cancelled:
        parts.append("The export was stopped; go on with it later by the box in the export dialog.")
    return " ".join(parts)
