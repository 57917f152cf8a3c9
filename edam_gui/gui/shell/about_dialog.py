"""Version, licence, and where things are: what a bug report needs."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLabel, QVBoxLayout, QWidget

from edam_gui import __version__
from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.dialogs import no_default
from edam_gui.gui.shell.icons import keep_icon
from edam_gui.gui.shell.roles import Role, with_role

_PACKAGES = ("PySide6_Essentials", "pyqtgraph", "numpy", "opencv-python-headless", "torch")
_WIDTH = 480


class AboutDialog(QDialog):
    """Shows facts, and copies them.

    Parameters
    ----------
    places
        Names and paths: settings, log.
    parent
        The window.
    """

    def __init__(self, places: Sequence[tuple[str, Path]] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("About EDAM GUI")
        self._facts = [*versions(), *((name, str(path)) for name, path in places)]
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing.WIDE, spacing.WIDE, spacing.WIDE, spacing.WIDE)
        column.setSpacing(spacing.NORMAL)
        column.addWidget(with_role(QLabel("EDAM GUI", self), Role.TITLE))
        column.addWidget(
            self._text(
                "From image-level labels to pixel label maps: EDAM activation masks, saliency and three thresholds."
            )
        )
        form = QFormLayout()
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.setHorizontalSpacing(spacing.WIDE)
        for name, value in self._facts:
            shown = self._text(value)
            shown.setAccessibleName(name)
            form.addRow(with_role(QLabel(name, self), Role.HINT), shown)
        column.addLayout(form)
        column.addWidget(
            self._text(
                "Apache License 2.0. The method is the work of Tong Wu, Junshi Huang, Guangyu Gao, Xiaoming Wei, "
                "Xiaolin Wei, Xuan Luo and Chi Harold Liu (CVPR 2021); none of their code is in here."
            )
        )
        column.addStretch(1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        copy = buttons.addButton("Copy", QDialogButtonBox.ButtonRole.ActionRole)
        copy.setToolTip("Copy versions and places, for a bug report")
        copy.clicked.connect(self.copy)
        keep_icon(copy, "copy", copy.setIcon)
        no_default(buttons)
        buttons.rejected.connect(self.close)
        column.addWidget(buttons)
        self.resize(_WIDTH, column.heightForWidth(_WIDTH))

    def copy(self) -> None:
        """Put the facts on the clipboard."""
        QGuiApplication.clipboard().setText("\n".join(f"{name}: {value}" for name, value in self._facts))

    def _text(self, text: str) -> QLabel:
        label = QLabel(text, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label


def versions() -> list[tuple[str, str]]:
    """Return names and versions of the program and of what it stands on; imports none of it."""
    facts = [
        ("Version", __version__),
        ("System", f"{platform.system()} {platform.release()} ({platform.machine()})"),
        ("Python", platform.python_version()),
        ("Qt", f"{qVersion()}, {QGuiApplication.platformName()}"),
    ]
    for package in _PACKAGES:
        try:
            facts.append((package, version(package)))
        except PackageNotFoundError:
            facts.append((package, "not installed"))
    return facts
