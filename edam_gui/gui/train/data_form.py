"""Where the data of a new run come from."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QLabel,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from edam_gui.batch.train_data import TrainDataRequest
from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.roles import Role, with_role
from edam_gui.gui.train.path_row import PathRow
from edam_gui.session.session import Session
from edam_gui.session.training.request import DataKind

_KINDS = (
    (DataKind.PROJECT, "This project"),
    (DataKind.FOLDER, "A folder of photos or a VOC root"),
    (DataKind.RUN, "The data of an earlier run"),
)


class DataForm(QWidget):
    """Chooses the data.

    Parameters
    ----------
    session
        Whose project and runs can be chosen.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.kind = QComboBox(self)
        self.kind.setAccessibleName("Data")
        for kind, text in _KINDS:
            self.kind.addItem(text, kind)
        self.accepted = QCheckBox("Only accepted images", self)
        self.accepted.setToolTip("Images whose label map you have accepted; else all images with confirmed ticks")
        self.project_note = with_role(QLabel("", self), Role.HINT)
        self.project_note.setWordWrap(True)
        self.photos = PathRow("Photos", "A folder, or a VOC root", parent=self)
        labels = "Labels (*.npy *.csv *.json);;All files (*)"
        self.labels = PathRow("Image-level labels", "cls_labels.npy, CSV or JSON; a VOC root has its own", labels, self)
        self.classes = PathRow("Classes", "JSON class file; PASCAL VOC without it", "JSON (*.json)", self)
        self.validation = PathRow("Label maps for validation", "May stay empty", parent=self)
        self.run = QComboBox(self)
        self.run.setAccessibleName("Run whose data are used again")
        self._pages = QStackedWidget(self)
        for page in (self._project_page(), self._folder_page(), self._run_page()):
            self._pages.addWidget(page)
        self.kind.currentIndexChanged.connect(self._show_page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(spacing.NORMAL)
        layout.addWidget(self.kind)
        layout.addWidget(self._pages)
        self._show_page(self.kind.currentIndex())
        self.refresh()

    def _project_page(self) -> QWidget:
        page = QWidget(self)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.project_note)
        layout.addWidget(self.accepted)
        layout.addStretch(1)
        return page

    def _folder_page(self) -> QWidget:
        page = QWidget(self)
        form = QFormLayout(page)
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow("Photos", self.photos)
        form.addRow("Labels", self.labels)
        form.addRow("Classes", self.classes)
        form.addRow("Validation", self.validation)
        return page

    def _run_page(self) -> QWidget:
        page = QWidget(self)
        form = QFormLayout(page)
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow("Run", self.run)
        return page

    def _show_page(self, index: int) -> None:
        policy = QSizePolicy.Policy
        for number in range(self._pages.count()):
            # A page that is not shown must not hold room open.
            self._pages.widget(number).setSizePolicy(
                policy.Preferred, policy.Preferred if number == index else policy.Ignored
            )
        self._pages.setCurrentIndex(index)
        self._pages.adjustSize()

    def refresh(self) -> None:
        """Show the project and the runs that there are now."""
        project = self._session.project
        self.accepted.setEnabled(project is not None)
        if project is None:
            self.project_note.setText("No project is open.")
        else:
            counts = project.store.counts()
            self.project_note.setText(
                f"{project.name}: {counts.labelled} of {counts.total} images have image-level labels. Only confirmed "
                "ticks count; images with ground truth serve for validation."
            )
        chosen = self.run.currentData()
        self.run.clear()
        for look in self._session.training.runs:
            self.run.addItem(look.name, look.path)
        self.run.setCurrentIndex(max(0, self.run.findData(chosen)))
        if project is None and self.kind.currentData() is DataKind.PROJECT:
            self.kind.setCurrentIndex(self.kind.findData(DataKind.FOLDER))

    def choose(self, kind: DataKind, run: Path | None = None) -> None:
        """Choose where data come from."""
        self.kind.setCurrentIndex(self.kind.findData(kind))
        if run is not None:
            if self.run.findData(run) < 0:
                self.run.addItem(run.name, run)
            self.run.setCurrentIndex(self.run.findData(run))

    @property
    def chosen(self) -> DataKind:
        """Where they come from."""
        return DataKind(self.kind.currentData())

    def request(self) -> TrainDataRequest | None:
        """Return the folder's data; `None` unless a folder is chosen."""
        if self.chosen is not DataKind.FOLDER or self.photos.path is None:
            return None
        return TrainDataRequest(self.photos.path, None, self.labels.path, self.classes.path, self.validation.path)
