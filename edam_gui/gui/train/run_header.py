"""The head of a run: what it is doing, how far it is, and what can be done with it."""

from __future__ import annotations

import math

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.elided_label import ElidedLabel
from edam_gui.gui.shell.eta import in_words
from edam_gui.gui.shell.icons import icon_pixmap, keep_icon
from edam_gui.gui.shell.roles import Role, with_role
from edam_gui.gui.shell.theme import current_theme
from edam_gui.gui.train.phase_looks import phase_look, sentence_of, state_text
from edam_gui.session.training.look import Phase, RunLook
from edam_gui.session.training.record import RunRecord


class RunHeader(QWidget):
    """Name, state, progress and buttons of a run.

    Signals: `pause_asked()`, `go_on_asked()`, `stop_asked()`, `end_asked()`, `resume_asked()`, `change_asked()`,
    `clone_asked()`, `delete_asked()`, `use_asked()`.
    """

    pause_asked = Signal()
    go_on_asked = Signal()
    stop_asked = Signal()
    end_asked = Signal()
    resume_asked = Signal()
    change_asked = Signal()
    clone_asked = Signal()
    delete_asked = Signal()
    use_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look: RunLook | None = None
        self.name = with_role(ElidedLabel("", self), Role.TITLE)
        self._icon = QLabel(self)
        self.state = QLabel("", self)
        self.sentence = with_role(QLabel("", self), Role.HINT)
        self.sentence.setWordWrap(True)
        self.figures = with_role(ElidedLabel("", self), Role.VALUE)
        self.bar = QProgressBar(self)
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of the run")
        self.use = self._button("Use this model", "model", "The project goes on with this run's model; edits stay")
        self.pause = self._button("Pause", "pause", "Wait after this step; memory is kept")
        self.go_on = self._button("Go on", "play", "Continue after the pause")
        self.stop = self._button("Stop and save", "stop", "Finish this step, save everything and end")
        self.end = self._button(
            "End process", "cancel", "End the frozen process; what it did after its last save is lost"
        )
        self.resume = self._button("Resume", "play", "Go on from the last checkpoint")
        self.change = self._button(
            "Resume with…", "settings", "Go on with other settings: longer, more slowly, in less memory"
        )
        self.clone = self._button("Clone…", "copy", "A new run with the same data and settings, to be changed")
        self.delete = self._button("Delete…", "delete", "Delete the run's folder with its checkpoints")
        self._connect()
        self._lay_out()
        current_theme().changed.connect(self._draw_icon)

    def _button(self, text: str, icon: str, tip: str) -> QPushButton:
        button = QPushButton(text, self)
        keep_icon(button, icon, button.setIcon)
        button.setIconSize(QSize(spacing.ICON, spacing.ICON))
        button.setToolTip(tip)
        return button

    def _connect(self) -> None:
        self.use.clicked.connect(self.use_asked)
        self.pause.clicked.connect(self.pause_asked)
        self.go_on.clicked.connect(self.go_on_asked)
        self.stop.clicked.connect(self.stop_asked)
        self.end.clicked.connect(self.end_asked)
        self.resume.clicked.connect(self.resume_asked)
        self.change.clicked.connect(self.change_asked)
        self.clone.clicked.connect(self.clone_asked)
        self.delete.clicked.connect(self.delete_asked)

    def _lay_out(self) -> None:
        first = QHBoxLayout()
        first.addWidget(self._icon)
        first.addWidget(self.state)
        first.addWidget(self.sentence, 100)
        first.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(spacing.NORMAL)
        for button in (self.use, self.pause, self.go_on, self.stop, self.end, self.resume, self.change):
            buttons.addWidget(button)
        for button in (self.pause, self.go_on, self.stop, self.end, self.resume):
            button.hide()  # never all at once: together they would widen the window
        buttons.addStretch(1)
        buttons.addWidget(self.clone)
        buttons.addWidget(self.delete)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(spacing.NORMAL)
        layout.addWidget(self.name)
        layout.addLayout(first)
        layout.addWidget(self.bar)
        layout.addWidget(self.figures)
        layout.addLayout(buttons)

    def show_run(self, look: RunLook, record: RunRecord) -> None:
        """Show a run as it is."""
        self._look = look
        phase = look.phase
        self.name.setText(look.name)
        self.state.setText(state_text(look).split(",")[0])
        validates = record.started is None or record.started.validation_images > 0
        self.sentence.setText(sentence_of(look, validates=validates))
        self.sentence.setVisible(phase is not Phase.CRASHED)
        self.bar.setValue(round(1000 * look.progress))
        self.figures.setText(figures(look, record))
        self.pause.setVisible(phase in (Phase.RUNNING, Phase.STARTING) and not look.pausing)
        self.pause.setEnabled(phase is Phase.RUNNING)
        self.go_on.setVisible(phase is Phase.PAUSED or look.pausing)
        self.stop.setVisible(phase.alive)
        self.stop.setEnabled(phase in (Phase.RUNNING, Phase.PAUSED, Phase.FROZEN))
        self.end.setVisible(phase is Phase.FROZEN)
        self.resume.setVisible(phase in (Phase.PREPARED, Phase.STOPPED, Phase.CRASHED))
        self.change.setVisible(phase in (Phase.STOPPED, Phase.CRASHED, Phase.FINISHED))
        self.resume.setText("Start" if phase is Phase.PREPARED else "Resume")
        self.use.setEnabled(look.has_model)
        self.use.setToolTip(
            "The project goes on with this run's model; edits stay"
            if look.has_model
            else "There is no model before the end of the first epoch"
        )
        self.clone.setEnabled(phase is not Phase.MISSING)
        self.delete.setEnabled(not phase.alive)
        self.delete.setText("Take off the list…" if phase is Phase.MISSING else "Delete…")
        self._draw_icon()

    def _draw_icon(self) -> None:
        if self._look is None:
            return
        shown = phase_look(self._look.phase)
        color = getattr(current_theme().colors, shown.color)
        self._icon.setPixmap(icon_pixmap(shown.icon, color, spacing.TOOL_ICON, self.devicePixelRatioF()))


def figures(look: RunLook, record: RunRecord) -> str:
    """Return how far a run is, in one line."""
    parts = []
    beat = look.heartbeat
    if beat is not None and beat.max_steps:
        parts.append(f"Step {beat.step} of {beat.max_steps}")
        if record.started is not None and record.started.epochs:
            parts.append(f"epoch {min(beat.epoch + 1, record.started.epochs)} of {record.started.epochs}")
    if look.phase is Phase.RUNNING and math.isfinite(record.eta_s) and len(record):
        parts.append(f"{in_words(record.eta_s)} left")
    if len(record):
        parts.append(f"{float(record.column('images_per_second')[-20:].mean()):.1f} images/s")
        parts.append(f"{float(record.column('memory_mb')[-1]) / 1000:.1f} GB")
    if record.validations:
        best = max(record.validations, key=lambda event: event.miou_masks)
        parts.append(f"best mIoU {100 * best.miou_masks:.1f} % (epoch {best.epoch})")
    return "  ·  ".join(parts)
