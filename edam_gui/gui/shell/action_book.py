"""The actions of the table as QActions: handlers, conditions and shortcuts are put in by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QWidget

from edam_gui.gui.shell.action_spec import ActionSpec, plain, specs_by_id
from edam_gui.gui.shell.icons import keep_icon
from edam_gui.gui.shell.shortcuts import Keys, all_clashes, normalised, shown

Handler = Callable[[], object] | Callable[[bool], object]


@dataclass
class _Entry:
    spec: ActionSpec
    action: QAction
    keys: Keys
    handler: Handler | None = None


class ActionBook(QObject):
    """One QAction per spec.

    An action shows up once it has a handler (`bind`), and is enabled while its condition holds. Conditions start as
    False. Errors of handlers are not caught here.

    Signals: `ran(id)` after the handler of an action was called by the user; `keys_changed()` after shortcuts changed.
    """

    ran = Signal(str)
    keys_changed = Signal()

    def __init__(self, specs: Iterable[ActionSpec], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._conditions: dict[str, bool] = {}
        self._choices: dict[str, QActionGroup] = {}
        self._entries = {name: self._make(spec) for name, spec in specs_by_id(specs).items()}
        for spec in self.specs():
            if spec.enabled_when:
                self._conditions[spec.enabled_when] = False
        for name in self._entries:
            self._refresh(name)

    # What there is

    def specs(self) -> tuple[ActionSpec, ...]:
        """Return the table, in its order."""
        return tuple(entry.spec for entry in self._entries.values())

    def action(self, name: str) -> QAction:
        """Return the QAction of an id; KeyError if there is none."""
        return self._entries[name].action

    def unbound(self) -> tuple[str, ...]:
        """Return the ids without a handler; a finished window has none."""
        return tuple(name for name, entry in self._entries.items() if entry.handler is None)

    def conditions(self) -> Mapping[str, bool]:
        """Return the conditions and whether they hold."""
        return dict(self._conditions)

    def available(self) -> tuple[ActionSpec, ...]:
        """Return the actions that can be run now."""
        return tuple(e.spec for e in self._entries.values() if e.handler is not None and e.action.isEnabled())

    # What they do

    def bind(self, name: str, handler: Handler) -> None:
        """Say what an action does.

        Parameters
        ----------
        name
            The id.
        handler
            Called without arguments, or with whether it is now on if the action is checkable.

        Raises
        ------
        KeyError
            There is no such action.
        ValueError
            It has a handler already.
        """
        entry = self._entries[name]
        if entry.handler is not None:
            raise ValueError(f"'{name}' is bound already")
        entry.handler = handler
        self._refresh(name)

    def bind_all(self, handlers: Mapping[str, Handler]) -> None:
        """Say what several actions do."""
        for name, handler in handlers.items():
            self.bind(name, handler)

    def run(self, name: str) -> bool:
        """Do what a click does; return whether the action could be run."""
        action = self._entries[name].action
        if self._entries[name].handler is None or not action.isEnabled():
            return False
        action.trigger()
        return True

    # Their state

    def set_condition(self, name: str, holds: bool) -> None:
        """Enable or disable all actions with this `enabled_when`; KeyError if no action knows the condition."""
        if self._conditions[name] == holds:
            return
        self._conditions[name] = holds
        for entry in self._entries.values():
            if entry.spec.enabled_when == name:
                self._refresh(entry.spec.id)

    def set_conditions(self, conditions: Mapping[str, bool]) -> None:
        """Set several conditions."""
        for name, holds in conditions.items():
            self.set_condition(name, holds)

    def set_checked(self, name: str, on: bool) -> None:
        """Show an action as on or off without calling its handler."""
        self._entries[name].action.setChecked(on)

    def set_text(self, name: str, text: str) -> None:
        """Show another text ("Undo Brush stroke"); "" shows the spec's again."""
        entry = self._entries[name]
        entry.action.setText(text or entry.spec.text)

    def plain_text(self, name: str) -> str:
        """Return the text shown now, without mnemonic and dots."""
        return plain(self._entries[name].action.text())

    # Their keys

    def keys(self) -> dict[str, Keys]:
        """Return the shortcuts in force, by id."""
        return {name: entry.keys for name, entry in self._entries.items()}

    def default_keys(self) -> dict[str, Keys]:
        """Return the shortcuts of the table, by id."""
        return {name: normalised(entry.spec.keys) for name, entry in self._entries.items()}

    def set_keys(self, changed: Mapping[str, Iterable[str]]) -> None:
        """Put these shortcuts in force, and the defaults for all other actions; unknown ids are ignored.

        Ids of an older version's settings are no error.
        """
        for name, entry in self._entries.items():
            keys = normalised(changed.get(name, entry.spec.keys))
            if keys != entry.keys:
                entry.keys = keys
                self._show_keys(entry)
        self.keys_changed.emit()

    def changed_keys(self) -> dict[str, Keys]:
        """Return the shortcuts that differ from the table's; what settings store."""
        defaults = self.default_keys()
        return {name: keys for name, keys in self.keys().items() if keys != defaults[name]}

    def clashes(self) -> dict[str, tuple[str, ...]]:
        """Return the shortcuts used by several actions, with their ids."""
        return all_clashes(self.keys())

    def add_to(self, widget: QWidget) -> None:
        """Make all shortcuts work in a window, shown in a menu or not."""
        widget.addActions([entry.action for entry in self._entries.values()])

    def _make(self, spec: ActionSpec) -> _Entry:
        action = QAction(spec.text, self)
        action.setObjectName(spec.id)
        action.setAutoRepeat(spec.repeats)
        action.setCheckable(spec.is_checkable)
        if spec.choice_of:
            group = self._choices.setdefault(spec.choice_of, QActionGroup(self))
            group.addAction(action)
        if spec.icon:
            keep_icon(action, spec.icon, action.setIcon)
        entry = _Entry(spec, action, normalised(spec.keys))
        self._show_keys(entry)
        action.triggered.connect(lambda on: self._called(spec.id, on))
        return entry

    def _called(self, name: str, on: bool) -> None:
        entry = self._entries[name]
        if entry.handler is None:
            return
        if entry.spec.is_checkable:
            entry.handler(on)  # type: ignore[call-arg]
        else:
            entry.handler()  # type: ignore[call-arg]
        self.ran.emit(name)

    def _refresh(self, name: str) -> None:
        entry = self._entries[name]
        bound = entry.handler is not None
        entry.action.setVisible(bound)
        condition = entry.spec.enabled_when
        entry.action.setEnabled(bound and (not condition or self._conditions[condition]))

    @staticmethod
    def _show_keys(entry: _Entry) -> None:
        entry.action.setShortcuts([QKeySequence(key) for key in entry.keys])
        tip = entry.spec.tip or plain(entry.spec.text)
        entry.action.setStatusTip(tip)
        entry.action.setToolTip(f"{tip} ({shown(entry.keys[0])})" if entry.keys else tip)
