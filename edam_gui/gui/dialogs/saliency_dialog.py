"""Where saliency maps come from."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.roles import Role, with_role
from edam_gui.session.image_files import AUTO_SALIENCY, FILES_ONLY, NO_SALIENCY
from edam_gui.session.session import Session

_ONNX = "onnx"


class SaliencyDialog(QDialog):
    """Files, made here, a network of the user's, or none.

    Parameters
    ----------
    session
        Whose project it is about.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Saliency maps")
        self._session = session
        self.choices = {
            AUTO_SALIENCY: QRadioButton("Make a map where there is no file", self),
            FILES_ONLY: QRadioButton("Files only; photos without one have no saliency map", self),
            _ONNX: QRadioButton("Make all maps with a network of mine (ONNX)", self),
            NO_SALIENCY: QRadioButton("Use no saliency maps", self),
        }
        self._group = QButtonGroup(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(spacing.WIDE, spacing.WIDE, spacing.WIDE, spacing.WIDE)
        layout.setSpacing(spacing.NORMAL)
        intro = QLabel(
            "A saliency map says where something stands out, whatever it is. Theta cuts it. The folder of saliency "
            "files is chosen under File ▸ Folders.",
            self,
        )
        intro.setWordWrap(True)
        layout.addWidget(with_role(intro, Role.HINT))
        tips = {
            AUTO_SALIENCY: "Maps made here are marked as such in the status bar",
            FILES_ONLY: "Without a map, a class must exceed the background score",
            _ONNX: "For all photos, in place of files",
            NO_SALIENCY: "A class must exceed the background score",
        }
        for name, button in self.choices.items():
            button.setToolTip(tips[name])
            self._group.addButton(button)
            layout.addWidget(button)
        self.onnx = QLineEdit(self)
        self.onnx.setPlaceholderText("e.g. u2net.onnx")
        self.onnx.setAccessibleName("ONNX file")
        self.onnx.setToolTip("A network with one picture in and one map out; it runs in a process of its own")
        browse = QPushButton("Choose…", self)
        browse.setAutoDefault(False)
        browse.setToolTip("Choose the file of the network")
        browse.clicked.connect(self._browse)
        row = QHBoxLayout()
        row.addSpacing(spacing.WIDE)
        row.addWidget(self.onnx, 1)
        row.addWidget(browse)
        layout.insertLayout(4, row)
        layout.addStretch()
        standard = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(standard.Ok | standard.Cancel, self)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        self._show()
        self.resize(520, self.sizeHint().height())

    def _show(self) -> None:
        project = self._session.project
        sources = project.sources() if project is not None else None
        if sources is not None and sources.onnx is not None:
            self.onnx.setText(str(sources.onnx))
            self.choices[_ONNX].setChecked(True)
        elif sources is not None:
            self.choices[sources.saliency_choice].setChecked(True)

    def _browse(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "Choose a saliency network", str(Path.home()), "ONNX (*.onnx)")
        if chosen:
            self.onnx.setText(chosen)
            self.choices[_ONNX].setChecked(True)

    def accept(self) -> None:
        """Use what is chosen from now on."""
        chosen = next((name for name, button in self.choices.items() if button.isChecked()), AUTO_SALIENCY)
        if chosen == _ONNX:
            chosen = self.onnx.text().strip()
            if not chosen:
                self.onnx.setFocus()
                return
        self._session.folders.choose_saliency(chosen)
        super().accept()
