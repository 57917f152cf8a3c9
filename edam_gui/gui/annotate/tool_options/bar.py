"""The bar itself: shows what the tool in use takes, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from edam_gui.gui.annotate.tool_options.brush_options import BrushOptions
from edam_gui.gui.annotate.tool_options.label_button import LabelButton
from edam_gui.gui.annotate.tool_options.labels import Colors
from edam_gui.gui.annotate.tool_options.rule_options import Brevity, RuleOptions
from edam_gui.gui.annotate.tools import Option, ToolController
from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.roles import Role, with_role
from edam_gui.session.paint import Target
from edam_gui.session.paint_settings import paint_from_data, paint_to_data
from edam_gui.session.session import Session

_LEAST_EM: Final = 12
"""Width, in heights of a letter, below which part of a hint says nothing."""


class ToolOptionsBar(QWidget):
    """Options of the tool in use.

    Parameters
    ----------
    session, controller
        What it changes, and which tool is in use.
    colors
        Returns the colours of labels on the screen; the class's own by default.
    stored, keep
        Settings of the last sitting, and what is called with them (a JSON object) when they change.
    """

    def __init__(
        self,
        session: Session,
        controller: ToolController,
        *,
        colors: Colors | None = None,
        stored: object = None,
        keep: Callable[[Mapping[str, Any]], None] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._controller = controller
        self._keep = keep
        session.editing.set_paint(paint_from_data(stored, session.editing.paint))
        self._kept = paint_to_data(session.editing.paint)
        shown = colors or (lambda: session.label_set.palette)
        self.label = LabelButton(session, shown, self)
        self.brush = BrushOptions(session, self)
        self.rule = RuleOptions(session, shown, self)
        self.saliency = QPushButton("Remove saliency corrections", self)
        self.saliency.setToolTip("Take back everything painted on this image's saliency map; can be undone")
        self.saliency.clicked.connect(lambda: session.editing.remove_corrections(Target.SALIENCY))
        self.hint = ElidedLabel(self)
        self._parts = {
            Option.LABEL: self.label,
            Option.BRUSH: self.brush,
            Option.RULE: self.rule,
            Option.SALIENCY: self.saliency,
        }
        row = QHBoxLayout(self)
        row.setContentsMargins(spacing.NORMAL, spacing.TIGHT, spacing.NORMAL, spacing.TIGHT)
        row.setSpacing(spacing.WIDE)
        for part in self._parts.values():
            row.addWidget(part)
        row.addWidget(self.hint, 1)
        self.setMinimumHeight(40)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        controller.changed.connect(self._show_tool)
        session.events.tool_changed.connect(self._changed)
        for signal in (session.events.current_changed, session.events.photo_changed, session.events.edits_changed):
            signal.connect(self._enable)
        self._show_tool()
        self._enable()

    def _show_tool(self, _: str = "") -> None:
        tool = self._controller.tool
        for option, part in self._parts.items():
            part.setVisible(option in tool.options)
        self.hint.setText(tool.hint)
        self.setToolTip(tool.hint)
        self._fit()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return that the bar never keeps the window wide."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Show less where there is less room."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Leave out what says least until the rest has room: words of buttons, then the slider."""
        for level in range(5):
            self.rule.set_brief(Brevity(min(level, 1) + level // 4))
            self.brush.set_brief(without_slider=level >= 2, icons=level >= 3)
            shown = [part for part in self._parts.values() if not part.isHidden()]
            needed = sum(part.sizeHint().width() for part in shown) + spacing.WIDE * len(shown)
            if needed <= self.width() - 2 * spacing.NORMAL:
                break

    def _enable(self) -> None:
        current = self._session.current
        for part in (self.label, self.brush, self.rule):
            part.setEnabled(current is not None)
        edits = current.saliency_edits if current is not None else None
        self.saliency.setEnabled(edits is not None and edits.count > 0)

    def _changed(self) -> None:
        self._fit()
        data = paint_to_data(self._session.editing.paint)
        if data != self._kept:
            self._kept = data
            if self._keep is not None:
                self._keep(data)


class ElidedLabel(QLabel):
    """A hint that takes the room that is left, and shows the rest in its tip; nothing where a few letters fit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        with_role(self, Role.HINT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def setText(self, text: str) -> None:  # noqa: N802 - Qt's name
        """Show a text."""
        super().setText(text)
        self.setToolTip(text)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Return that it can do without room."""
        return QSize(0, super().minimumSizeHint().height())

    def shown_text(self) -> str:
        """Return what fits; empty where that would say nothing."""
        metrics = self.fontMetrics()
        shown = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        return shown if shown == self.text() or self.width() >= _LEAST_EM * metrics.height() else ""

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Draw what fits."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self.shown_text())
        painter.end()
