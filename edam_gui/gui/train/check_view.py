"""What a check of a new run found."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.eta import in_words
from edam_gui.gui.shell.roles import Role, with_role
from edam_gui.gui.train.balance import BalanceChart
from edam_gui.session.training.estimating import RunEstimate
from edam_gui.session.training.request import Preparation

_MOST = 12


class CheckView(QWidget):
    """Problems, warnings, class balance and estimate."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.summary = with_role(QLabel("", self), Role.HEADING)
        self.problems = with_role(QLabel("", self), Role.ERROR)
        self.warnings = with_role(QLabel("", self), Role.WARNING)
        self.facts = with_role(QLabel("", self), Role.VALUE)
        self.estimate = with_role(QLabel("", self), Role.VALUE)
        self.balance_title = with_role(QLabel("Images per class", self), Role.HEADING)
        self.balance = BalanceChart(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(spacing.NORMAL)
        for label in (self.summary, self.facts, self.estimate, self.problems, self.warnings):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            layout.addWidget(label)
        layout.addWidget(self.balance_title)
        layout.addWidget(self.balance)
        layout.addStretch(1)
        self.clear()

    def clear(self, text: str = "") -> None:
        """Show nothing but a sentence."""
        self.summary.setText(text)
        for label in (self.facts, self.problems, self.warnings, self.estimate):
            label.setText("")
            label.setVisible(False)
        self.balance_title.setVisible(False)
        self.balance.show_counts({})

    def show_failure(self, sentence: str) -> None:
        """Show why there is no run to check."""
        self.clear("This run cannot start.")
        self.problems.setText(sentence)
        self.problems.setVisible(True)

    def show_check(self, prepared: Preparation, notes: tuple[str, ...] = ()) -> None:
        """Show what was found, with further sentences that somebody should know."""
        check = prepared.check
        self.clear("This run can start." if check.usable else "This run cannot start.")
        validation = f"{check.validation_images} for validation" if check.validation_images else "no validation"
        self.facts.setText(
            f"{check.images} images to learn from, {check.negatives} of them without a class; {validation}."
        )
        self.facts.setVisible(True)
        for label, sentences in (
            (self.problems, check.problems),
            (self.warnings, (*notes, *check.warnings, *prepared.left_out)),
        ):
            shown = [f"• {sentence}" for sentence in sentences[:_MOST]]
            if len(sentences) > _MOST:
                shown.append(f"… and {len(sentences) - _MOST} more.")
            label.setText("\n".join(shown))
            label.setVisible(bool(shown))
        counts = {name: count for name, count in check.images_per_class.items() if count}
        self.balance_title.setVisible(bool(counts))
        self.balance.show_counts(counts)

    def tell_estimate(self, text: str) -> None:
        """Show how far the estimate is, or why there is none."""
        self.estimate.setText(text)
        self.estimate.setVisible(bool(text))

    def show_estimate(self, found: RunEstimate) -> None:
        """Show what the run will need."""
        self.tell_estimate(
            f"{found.max_steps} steps of {found.step_seconds:.2f} s ({found.images_per_second:.1f} images/s): "
            f"{in_words(found.total_seconds)} in all, {found.memory_mb / 1000:.1f} GB of memory."
        )
