"""Where tools may paint: over what, which classes are protected, and by score or saliency."""

from __future__ import annotations

from dataclasses import replace
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from edam_gui.core.edits.paint_rule import Over, PaintRule
from edam_gui.core.label_set import BACKGROUND, IGNORE
from edam_gui.gui.annotate.tool_options.gate_button import GateButton
from edam_gui.gui.annotate.tool_options.labels import Colors, fill_label_menu, label_name
from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.icons import themed_icon
from edam_gui.gui.shell.menu_button import give_menu
from edam_gui.gui.shell.roles import Role, with_role
from edam_gui.gui.shell.theme import current_theme
from edam_gui.session.session import Session


class Brevity(IntEnum):
    """Which buttons show words."""

    WORDS = 0
    LIMITS = 1
    ICONS = 2


class RuleOptions(QWidget):
    """Shows the paint rule and changes it; what limits painting is marked.

    Parameters
    ----------
    session, colors
        Whose rule, and the colours on the screen.
    """

    def __init__(self, session: Session, colors: Colors, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._colors = colors
        self._brevity = Brevity.WORDS
        self.over = _menu_button(self, "Paint over", "What may be painted over")
        self.protect = _menu_button(self, "Protected classes", "Classes that no tool paints over")
        self.gate = GateButton(session, self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(spacing.TIGHT)
        for widget in (self.over, self.protect, self.gate):
            row.addWidget(widget)
        self.over.menu().aboutToShow.connect(self._fill_over)
        self.protect.menu().aboutToShow.connect(self._fill_protect)
        session.events.tool_changed.connect(self.refresh)
        session.events.project_changed.connect(self.refresh)
        session.events.classes_changed.connect(self.refresh)
        current_theme().changed.connect(self.refresh)
        self.refresh()

    def set_brief(self, brevity: Brevity) -> None:
        """Say more or less."""
        if brevity is not self._brevity:
            self._brevity = brevity
            self.refresh()

    def refresh(self) -> None:
        """Show the rule."""
        rule = self._session.editing.paint.rule
        over = {Over.ALL: "Over everything", Over.BACKGROUND: "Over background only"}.get(rule.over, "")
        if rule.over_label is not None:
            over = f"Over {label_name(self._session, rule.over_label)} only"
        self.over.setText(over)
        self.over.setToolTip(f"What may be painted over. Now: {over[0].lower()}{over[1:]}")
        names = [label_name(self._session, label) for label in sorted(rule.protected)]
        self.protect.setText(f"{len(names)} protected" if names else "Protect")
        self.protect.setToolTip(
            f"Protected: {', '.join(names)}" if names else "Choose classes that no tool may paint over"
        )
        self.gate.refresh()
        self._mark(self.over, "layers", limits=rule.over is not Over.ALL)
        self._mark(self.protect, "shield", limits=bool(names))
        self._mark(self.gate, "target", limits=self.gate.is_set)

    def _mark(self, button: QToolButton, icon: str, *, limits: bool) -> None:
        with_role(button, Role.WARNING if limits else None)
        button.setIcon(themed_icon(icon, current_theme().colors.warning if limits else None))
        words = self._brevity is Brevity.WORDS or (limits and self._brevity is Brevity.LIMITS)
        style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon if words else Qt.ToolButtonStyle.ToolButtonIconOnly
        button.setToolButtonStyle(style)

    def _fill_over(self) -> None:
        menu, rule = self.over.menu(), self._session.editing.paint.rule

        def finish(action: QAction, label: int) -> None:
            if label == BACKGROUND:
                menu.removeAction(action)
            _check(action, rule.over_label == label)
            action.triggered.connect(lambda: self._set(over=Over.CLASS, over_label=label))

        fill_label_menu(menu, self._session, self._colors, finish)
        first = menu.actions()[0]
        for over, text in ((Over.ALL, "Over everything"), (Over.BACKGROUND, "Over background only")):
            action = QAction(text, menu)
            _check(action, rule.over is over)
            action.triggered.connect(lambda _=False, over=over: self._set(over=over, over_label=None))
            menu.insertAction(first, action)
        menu.insertSeparator(first)

    def _fill_protect(self) -> None:
        menu, protected = self.protect.menu(), self._session.editing.paint.rule.protected

        def finish(action: QAction, label: int) -> None:
            if label in (BACKGROUND, IGNORE):
                menu.removeAction(action)
            _check(action, label in protected)
            action.triggered.connect(lambda: self._set(protected=protected ^ {label}))

        fill_label_menu(menu, self._session, self._colors, finish)
        if protected:
            first = menu.actions()[0]
            none = QAction("Protect none", menu)
            none.triggered.connect(lambda: self._set(protected=frozenset()))
            menu.insertAction(first, none)
            menu.insertSeparator(first)

    def _set(self, **values: Any) -> None:
        editing = self._session.editing
        rule: PaintRule = replace(editing.paint.rule, **values)
        editing.set_paint(replace(editing.paint, rule=rule))


def _check(action: QAction, on: bool) -> None:
    action.setCheckable(True)
    action.setChecked(on)


def _menu_button(parent: QWidget, name: str, tip: str) -> QToolButton:
    button = QToolButton(parent)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setIconSize(QSize(spacing.ICON, spacing.ICON))
    button.setAccessibleName(name)
    button.setToolTip(tip)
    give_menu(button, QMenu(button))
    return button
