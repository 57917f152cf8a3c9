"""Which folder is for what, and how well it fits the photos."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.roles import Role as Look
from edam_gui.gui.shell.roles import with_role
from edam_gui.project.store import Role
from edam_gui.session.folders import MATCH, Fit, FolderState
from edam_gui.session.session import Session

_NAMES: Final = {
    Role.SALIENCY: ("Saliency maps", "Grey pictures, bright where something stands out"),
    Role.MASKS: ("Activation masks", "Masks of any method (.npy, .npz), used in place of the model's"),
    Role.LABELS: ("Image-level labels", "Which classes a photo shows: CSV, JSON, cls_labels.npy, VOC XML, label maps"),
    Role.GROUND_TRUTH: ("Ground truth", "Label maps to compare with"),
    Role.BASE_MAPS: ("Base label maps", "Label maps to be corrected in place of the model's result"),
}


class FoldersDialog(QDialog):
    """A row per role: the folder, what matches, and buttons to change it. Changes hold at once.

    Parameters
    ----------
    session
        Whose folders it shows.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Folders of this project")
        self._session = session
        self.paths: dict[Role, QLineEdit] = {}
        self.fits: dict[Role, QLabel] = {}
        self.takes: dict[Role, QPushButton] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(spacing.WIDE, spacing.WIDE, spacing.WIDE, spacing.WIDE)
        layout.setSpacing(spacing.WIDE)
        intro = QLabel("Files belong to photos by their names: cat.jpg and cat.png. Changes hold at once.", self)
        layout.addWidget(with_role(intro, Look.HINT))
        layout.addLayout(self._rows())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        self.resize(720, self.sizeHint().height())
        self.refresh()

    def _rows(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(spacing.NORMAL)
        grid.setVerticalSpacing(spacing.TIGHT)
        for number, (role, (name, tip)) in enumerate(_NAMES.items()):
            line = 3 * number
            title = QLabel(name, self)
            path = QLineEdit(self)
            path.setReadOnly(True)
            path.setPlaceholderText("none")
            path.setAccessibleName(name)
            choose = QPushButton("Choose…", self)
            choose.setAutoDefault(False)
            choose.setAccessibleName(f"Choose {name.lower()}")
            choose.setToolTip(f"{tip}: choose where they are")
            choose.clicked.connect(lambda _=False, role=role: self._choose(role))
            take = QPushButton("None", self)
            take.setAutoDefault(False)
            take.setAccessibleName(f"No {name.lower()}")
            take.setToolTip(f"Use no {name.lower()} in this project; the files stay")
            take.clicked.connect(lambda _=False, role=role: self._set(role, None))
            fit = with_role(QLabel("", self), Look.HINT)
            fit.setWordWrap(True)
            for widget in (title, path):
                widget.setToolTip(tip)
            grid.addWidget(title, line, 0)
            grid.addWidget(path, line, 1)
            grid.addWidget(choose, line, 2)
            grid.addWidget(take, line, 3)
            grid.addWidget(fit, line + 1, 1, 1, 3)
            grid.setRowMinimumHeight(line + 2, spacing.TIGHT)
            self.paths[role], self.fits[role], self.takes[role] = path, fit, take
        grid.setColumnStretch(1, 1)
        return grid

    def refresh(self) -> None:
        """Show the project's folders and look anew how well they fit."""
        for state in self._session.folders.states():
            self._show(state)

    def done(self, result: int) -> None:
        """Stop looking, and close."""
        self._session.jobs.cancel_matching(MATCH)
        super().done(result)

    def _show(self, state: FolderState) -> None:
        role = state.role
        self.paths[role].setText("" if state.path is None else str(state.path))
        self.takes[role].setEnabled(state.path is not None)
        fit = self.fits[role]
        if state.problem:
            fit.setText(state.problem)
        elif state.path is None:
            fit.setText(_NAMES[role][1] + ".")
        else:
            fit.setText("Looking…")
            self._session.folders.check(
                role, state.path, lambda found: self._show_fit(role, found), lambda text: fit.setText(text)
            )

    def _show_fit(self, role: Role, fit: Fit) -> None:
        match = fit.match
        total = match.matched + match.missing
        parts = [f"{match.matched} of {total} photos have one."]
        if match.ambiguous:
            parts.append(f"{len(match.ambiguous)} are ambiguous: {match.ambiguous[0]}")
        if fit.other_size:
            parts.append(f"{len(fit.other_size)} have another size than their photo: {fit.other_size[0]}")
        parts += match.problems[:1]
        self.fits[role].setText(" ".join(parts))

    def _choose(self, role: Role) -> None:
        project = self._session.project
        start = self.paths[role].text() or (str(project.folder) if project is not None else "")
        title = f"Choose {_NAMES[role][0].lower()}"
        if role is Role.LABELS:
            filters = "Image-level labels (*.csv *.json *.npy);;All files (*)"
            chosen, _ = QFileDialog.getOpenFileName(self, title, start, filters)
        else:
            chosen = QFileDialog.getExistingDirectory(self, title, start)
        if chosen:
            self._set(role, Path(chosen))

    def _set(self, role: Role, path: Path | None) -> None:
        self._session.folders.set(role, path)
        self.refresh()
