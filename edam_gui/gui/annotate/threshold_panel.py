"""Thresholds and method: what turns activation masks into the label map."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from edam_gui.core.options import Dialect, LabelRule, Rule, ScoreForm, ScoreSource
from edam_gui.core.threshold_scale import GreyScale, ScoreScale
from edam_gui.gui.annotate.threshold_row import ThresholdRow
from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.icons import keep_icon
from edam_gui.gui.shell.roles import Role, with_role
from edam_gui.gui.shell.wheel_guard import WheelGuard
from edam_gui.session.messages import Level, Message
from edam_gui.session.rules import PRESETS, Scope
from edam_gui.session.session import Session

_TOPIC: Final = "threshold"
_DIALECTS: Final = (
    (Dialect.REFERENCE, "Reference", "As in the authors' script: alpha takes out weak classes everywhere, then beta."),
    (Dialect.PAPER, "Paper", "Algorithm 1 as printed: the winner is judged by alpha inside, by beta outside."),
)
_RULES: Final = (
    (Rule.PIXEL, "Pixel", "Every pixel is judged by its own score."),
    (Rule.REGION, "Region", "Connected regions are judged by their best score (paper dialect only)."),
)
_FORMS: Final = (
    (ScoreForm.MAX, "Relative (max)", "Each mask is divided by its own maximum over the image."),
    (ScoreForm.MEAN, "Absolute (mean)", "The mean over all passes of the network."),
)
_SCORE_STEP: Final = 10
"""Slider stops by which a key press moves alpha and beta."""
_ALL_CLASSES: Final = "All classes"


class ThresholdPanel(QWidget):
    """Theta, alpha, beta and the choices beside them.

    Parameters
    ----------
    session
        Whose rules it shows and changes.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._theta_step = 5.0
        self.rows = _make_rows(self)
        self.scope = _combo(self, "Applies to")
        self.scope.addItem("Whole project", Scope.PROJECT)
        self.scope.addItem("This image only", Scope.IMAGE)
        self.scope.setToolTip("What the sliders change. An image's own thresholds win over the project's.")
        self.classes = _combo(self, "Class")
        self.classes.setToolTip("Thresholds of one class win over those of all classes.")
        self.ignore_saliency = QCheckBox("Ignore saliency for it", self)
        self.ignore_saliency.setToolTip("For classes that saliency maps miss, such as tables and sofas.")
        self.dialect = _choice_box(self, "Dialect", _DIALECTS)
        self.rule = _choice_box(self, "Rule", _RULES)
        self.form = _choice_box(self, "Scores", _FORMS)
        self.crf = QCheckBox("Refine scores with a dense CRF", self)
        self.crf.setToolTip("Moves borders to edges in the photo. Runs in the background whenever masks change.")
        self.crf_options = QToolButton(self)
        keep_icon(self.crf_options, "settings", self.crf_options.setIcon)
        self.crf_options.setAccessibleName("Parameters of the dense CRF")
        self.crf_options.setToolTip("Parameters of the dense CRF")
        self.crf_options.clicked.connect(self._show_crf_options)
        self.respect = QCheckBox("Respect my strokes", self)
        self.respect.setToolTip("The dense CRF takes what was painted by hand as certain, and spreads it to its like.")
        self.preset = _combo(self, "Preset")
        self.preset.setToolTip("A named set of method and thresholds, for the whole project")
        self.preset.addItem("Choose a preset…")
        for preset in PRESETS:
            self.preset.addItem(preset.name, preset)
            self.preset.setItemData(self.preset.count() - 1, preset.tip, 3)
        self.hint = with_role(QLabel("", self), Role.HINT)
        self.hint.setWordWrap(True)
        self.reset_all = QPushButton("Reset all", self)
        self.reset_all.setToolTip("Take back everything that is set in the chosen scope")
        self._lay_out()
        self._connect()
        self._fill_classes()
        self.refresh()
        WheelGuard(self)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(spacing.NORMAL, spacing.NORMAL, spacing.NORMAL, spacing.NORMAL)
        layout.setSpacing(spacing.NORMAL)
        scope = QFormLayout()
        scope.setContentsMargins(0, 0, 0, 0)
        scope.addRow("Applies to", self.scope)
        scope.addRow("Class", self.classes)
        layout.addLayout(scope)
        layout.addWidget(self.ignore_saliency)
        for row in self.rows.values():
            layout.addWidget(row)
        layout.addWidget(self.hint)
        layout.addWidget(with_role(QLabel("Method", self), Role.HEADING))
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        for name, box in (
            ("Preset", self.preset),
            ("Dialect", self.dialect),
            ("Rule", self.rule),
            ("Scores", self.form),
        ):
            form.addRow(name, box)
        layout.addLayout(form)
        crf = QHBoxLayout()
        crf.addWidget(self.crf, 1)
        crf.addWidget(self.crf_options)
        layout.addLayout(crf)
        layout.addWidget(self.respect)
        layout.addWidget(self.reset_all)
        layout.addStretch(1)

    def _connect(self) -> None:
        events, rules = self._session.events, self._session.rules
        for name, row in self.rows.items():
            row.dragged.connect(lambda value, name=name: rules.drag(**{name: value}))
            row.committed.connect(rules.commit)
            row.entered.connect(lambda value, name=name: rules.set(**{name: value}))
            row.reset.connect(lambda name=name: rules.reset(name))
            row.refused.connect(self._refused)
            row.entered.connect(self._settled)
        self._session.events.current_changed.connect(self._settled)
        self.scope.activated.connect(self._choose_scope)
        self.classes.activated.connect(self._choose_scope)
        self.ignore_saliency.clicked.connect(lambda on: rules.set(ignore_saliency=on))
        self.dialect.activated.connect(lambda _: rules.choose(dialect=self.dialect.currentData()))
        self.rule.activated.connect(lambda _: rules.choose(rule=self.rule.currentData()))
        self.form.activated.connect(lambda _: rules.choose(score_form=self.form.currentData()))
        self.crf.clicked.connect(lambda on: rules.choose(scores=ScoreSource.CRF if on else ScoreSource.MASKS))
        self.respect.clicked.connect(self._session.labelling.respect_strokes)
        self.preset.activated.connect(self._apply_preset)
        self.reset_all.clicked.connect(lambda: rules.reset())
        events.rule_changed.connect(self.refresh)
        events.project_changed.connect(self._fill_classes)
        events.project_changed.connect(self.refresh)
        events.classes_changed.connect(self._fill_classes)
        events.current_changed.connect(self.refresh)

    def set_theta_step(self, grey_levels: float) -> None:
        """Say how far one key press moves theta."""
        self._theta_step = grey_levels

    def step(self, name: str, sign: int) -> None:
        """Move a threshold up (1) or down (-1), as a key does."""
        row = self.rows[name]
        if not row.isEnabled():
            return
        if name == "theta":
            self._session.rules.set(theta=row.value + sign * self._theta_step)
        else:
            row.step(sign * _SCORE_STEP)

    def refresh(self) -> None:
        """Show what holds now."""
        session = self._session
        rules, rule = session.rules, session.rules.effective()
        shown, own = rules.shown(), rules.own_fields()
        for name, row in self.rows.items():
            row.show_value(getattr(shown, name), own=getattr(own, name) is not None)
        with_saliency = session.current is not None and session.current.with_saliency
        reference = rule.dialect is Dialect.REFERENCE
        usable = _usable(rule, with_saliency=with_saliency)
        has_project = session.project is not None
        for name, row in self.rows.items():
            row.setVisible(name != "background" or (reference and not with_saliency))
            row.setEnabled(has_project and name in usable)
        self.rows["theta"].show_note(_cut_text(rule, shown.theta, with_saliency=with_saliency))
        self.ignore_saliency.setVisible(rules.class_index is not None)
        self.ignore_saliency.setChecked(shown.ignore_saliency)
        self._show_choices(rule)
        self.hint.setText(self._hint_text(with_saliency, reference))
        self.hint.setVisible(bool(self.hint.text()))
        for widget in (self.scope, self.classes, self.dialect, self.form, self.crf, self.preset, self.reset_all):
            widget.setEnabled(has_project)
        self.rule.setEnabled(has_project and not reference)
        self.reset_all.setEnabled(has_project and bool(own))

    def _show_choices(self, rule: LabelRule) -> None:
        rules = self._session.rules
        for box, value in (
            (self.scope, rules.scope),
            (self.dialect, rule.dialect),
            (self.rule, rule.rule),
            (self.form, rules.score_form()),
        ):
            with QSignalBlocker(box):
                box.setCurrentIndex(box.findData(value))
        with QSignalBlocker(self.classes):
            self.classes.setCurrentIndex(max(0, self.classes.findData(rules.class_index)))
        self.crf.setChecked(rule.scores is ScoreSource.CRF)
        self.respect.setVisible(rule.scores is ScoreSource.CRF)
        self.respect.setChecked(self._session.labelling.respects_strokes)

    def _hint_text(self, with_saliency: bool, reference: bool) -> str:
        rules, current = self._session.rules, self._session.current
        if current is not None and rules.scope is Scope.PROJECT and rules.image_has_own():
            return "This image has thresholds of its own, which win over the project's."
        if current is not None and current.files is not None and not with_saliency:
            if reference:
                return "Without a saliency map a class must exceed the background score; alpha and beta are not used."
            return "Without a saliency map every pixel counts as salient; theta and beta are not used."
        return ""

    def _fill_classes(self) -> None:
        with QSignalBlocker(self.classes):
            self.classes.clear()
            self.classes.addItem(_ALL_CLASSES, None)
            for index, name in enumerate(self._session.label_set.names):
                if index:
                    self.classes.addItem(name, index)

    def _refused(self, sentence: str) -> None:
        self._session.events.message.emit(Message(Level.WARNING, sentence, _TOPIC))

    def _settled(self, _: object = None) -> None:
        """Withdraw what was said of a value that is no longer in the box."""
        self._session.events.message.emit(Message(Level.INFO, "", _TOPIC))

    def _choose_scope(self, _: int) -> None:
        self._session.rules.choose_scope(Scope(self.scope.currentData()), self.classes.currentData())

    def _show_crf_options(self) -> None:
        from edam_gui.gui.dialogs.crf_dialog import CrfDialog

        dialog = CrfDialog(self._session, self.window())
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _apply_preset(self, place: int) -> None:
        preset = self.preset.itemData(place)
        if preset is not None:
            self._session.rules.apply_preset(preset)
        self.preset.setCurrentIndex(0)


def _make_rows(parent: QWidget) -> dict[str, ThresholdRow]:
    unit = (0.0, 1.0)
    return {
        "theta": ThresholdRow(
            "Theta",
            GreyScale(),
            "Saliency cut, in grey levels: pixels of the saliency map above it count as salient. "
            "Lower it if objects are cut off.",
            (-1e6, 1e6),
            parent,
        ),
        "alpha": ThresholdRow(
            "Alpha",
            ScoreScale(),
            "Background suppression: a class that scores below alpha gets no pixel. Raise it if labels spill over.",
            unit,
            parent,
        ),
        "beta": ThresholdRow(
            "Beta",
            ScoreScale(),
            "Foreground pop-up: outside salient regions a class needs more than beta to get a pixel. "
            "Lower it if the saliency map misses objects.",
            unit,
            parent,
        ),
        "background": ThresholdRow(
            "Background score",
            ScoreScale(),
            "Without a saliency map: a class must score above this to get a pixel.",
            unit,
            parent,
        ),
    }


def _usable(rule: LabelRule, *, with_saliency: bool) -> frozenset[str]:
    """Return the thresholds that change anything."""
    if with_saliency:
        return frozenset({"theta", "alpha", "beta"})
    if rule.dialect is Dialect.PAPER:
        return frozenset({"alpha"})
    return frozenset() if rule.scores is ScoreSource.CRF else frozenset({"background"})


def _cut_text(rule: LabelRule, theta: float, *, with_saliency: bool) -> str:
    if not with_saliency:
        return ""
    return f"salient: {'≥' if rule.dialect is Dialect.PAPER else '>'} {theta:.6g}"


def _combo(parent: QWidget, name: str) -> QComboBox:
    box = QComboBox(parent)
    box.setAccessibleName(name)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(12)
    return box


def _choice_box(parent: QWidget, name: str, choices: tuple[tuple[Any, str, str], ...]) -> QComboBox:
    box = _combo(parent, name)
    for value, text, tip in choices:
        box.addItem(text, value)
        box.setItemData(box.count() - 1, tip, 3)
    box.setToolTip("\n".join(f"{text}: {tip}" for _, text, tip in choices))
    return box
