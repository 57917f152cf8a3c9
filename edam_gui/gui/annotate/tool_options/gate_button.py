"""Painting only where the activation mask or the saliency map says so."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, QSize, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QLabel,
    QMenu,
    QSpinBox,
    QToolButton,
    QWidget,
    QWidgetAction,
)

from edam_gui.core.edits.paint_rule import PaintRule
from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.menu_button import give_menu
from edam_gui.gui.shell.number_box import padded
from edam_gui.gui.shell.roles import Role, with_role
from edam_gui.session.session import Session

_AT_LEAST, _BELOW = 0, 1
_TIP = "Paint only where the picked class scores high enough, or by the saliency map"


class GateButton(QToolButton):
    """A button that tells the gate and opens a small form to change it.

    Parameters
    ----------
    session
        Whose paint rule.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(QSize(spacing.ICON, spacing.ICON))
        self.setAccessibleName("Paint only where")
        form = QWidget(self)
        self.by_score = QCheckBox("Only where the picked class scores above", form)
        self.score = padded(QDoubleSpinBox(form))
        self.score.setRange(0.0, 1.0)
        self.score.setDecimals(3)
        self.score.setSingleStep(0.05)
        self.score.setValue(0.3)
        self.by_saliency = QCheckBox("Only where saliency is", form)
        self.side = QComboBox(form)
        self.side.addItems(["at least", "below"])
        self.saliency = padded(QSpinBox(form))
        self.saliency.setRange(0, 256)
        self.saliency.setValue(128)
        for widget, name in ((self.score, "Score"), (self.side, "Side"), (self.saliency, "Saliency")):
            widget.setAccessibleName(name)
        for control, tip in (
            (self.by_score, "Tools leave pixels alone where the activation mask of the picked class is weak"),
            (self.score, "The score that must be exceeded, 0 to 1"),
            (self.by_saliency, "Tools leave pixels alone on the other side of this cut through the saliency map"),
            (self.side, "Which side of the cut may be painted"),
            (self.saliency, "Where the saliency map is cut, in grey levels"),
        ):
            control.setToolTip(tip)
        self._lay_out(form)
        action = QWidgetAction(self)
        action.setDefaultWidget(form)
        menu = QMenu(self)
        menu.addAction(action)
        give_menu(self, menu)
        self.by_score.toggled.connect(self._set)
        self.by_saliency.toggled.connect(self._set)
        self.score.valueChanged.connect(self._set)
        self.saliency.valueChanged.connect(self._set)
        self.side.currentIndexChanged.connect(self._set)
        self.refresh()

    def _lay_out(self, form: QWidget) -> None:
        grid = QGridLayout(form)
        grid.setContentsMargins(spacing.NORMAL, spacing.NORMAL, spacing.NORMAL, spacing.NORMAL)
        grid.setSpacing(spacing.NORMAL)
        grid.addWidget(self.by_score, 0, 0, 1, 2)
        grid.addWidget(self.score, 0, 2)
        grid.addWidget(self.by_saliency, 1, 0)
        grid.addWidget(self.side, 1, 1)
        grid.addWidget(self.saliency, 1, 2)
        note = QLabel("The score is that of the activation mask, as the status bar shows it.", form)
        grid.addWidget(with_role(note, Role.HINT), 2, 0, 1, 3)

    @property
    def is_set(self) -> bool:
        """Whether it limits painting."""
        rule = self._session.editing.paint.rule
        return rule.score_above is not None or rule.by_saliency

    def refresh(self) -> None:
        """Show the gate."""
        rule = self._session.editing.paint.rule
        cut = rule.saliency_from if rule.saliency_from is not None else rule.saliency_below
        blocked = [QSignalBlocker(w) for w in (self.by_score, self.score, self.by_saliency, self.side, self.saliency)]
        self.by_score.setChecked(rule.score_above is not None)
        if rule.score_above is not None:
            self.score.setValue(rule.score_above)
        self.by_saliency.setChecked(cut is not None)
        if cut is not None:
            self.saliency.setValue(cut)
            self.side.setCurrentIndex(_AT_LEAST if rule.saliency_from is not None else _BELOW)
        for blocker in blocked:
            blocker.unblock()
        self.score.setEnabled(self.by_score.isChecked())
        self.side.setEnabled(self.by_saliency.isChecked())
        self.saliency.setEnabled(self.by_saliency.isChecked())
        self.setText(_sentence(rule))
        self.setToolTip(f"{_TIP}. Now: {_sentence(rule)[0].lower()}{_sentence(rule)[1:]}")

    def _set(self, _: object) -> None:
        cut = self.saliency.value() if self.by_saliency.isChecked() else None
        at_least = self.side.currentIndex() == _AT_LEAST
        editing = self._session.editing
        rule = replace(
            editing.paint.rule,
            score_above=self.score.value() if self.by_score.isChecked() else None,
            saliency_from=cut if at_least else None,
            saliency_below=None if at_least else cut,
        )
        editing.set_paint(replace(editing.paint, rule=rule))


def _sentence(rule: PaintRule) -> str:
    parts = []
    if rule.score_above is not None:
        parts.append(f"score > {rule.score_above:g}")
    if rule.saliency_from is not None:
        parts.append(f"saliency ≥ {rule.saliency_from}")
    if rule.saliency_below is not None:
        parts.append(f"saliency < {rule.saliency_below}")
    return "Where " + ", ".join(parts) if parts else "Anywhere"
