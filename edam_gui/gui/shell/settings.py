"""The settings as typed values that tell when they change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from PySide6.QtCore import QObject, QSettings, Signal

from edam_gui.gui.shell.setting_spec import SettingSpec, Value, settings_by_key
from edam_gui.gui.shell.settings_file import open_settings_file, write_problem

T = TypeVar("T", bool, int, float, str)


class Settings(QObject):
    """The values of a settings table; what differs from the defaults is stored at once.

    A stored value that the table does not allow (older version, edited by hand) counts as not stored.

    Signals: `changed(key)`; `failed(sentence)`, once, if the file cannot be written.
    """

    changed = Signal(str)
    failed = Signal(str)

    def __init__(
        self, specs: Iterable[SettingSpec], file: QSettings | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._specs = settings_by_key(specs)
        self.file = file if file is not None else open_settings_file()
        self._values = {key: self._stored(spec) for key, spec in self._specs.items()}
        self._told = False

    def specs(self) -> tuple[SettingSpec, ...]:
        """Return the table, in its order."""
        return tuple(self._specs.values())

    def value(self, key: str) -> Value:
        """Return a setting's value; KeyError if the table lacks it."""
        return self._values[key]

    def switch(self, key: str) -> bool:
        """Return the value of a `SWITCH`."""
        return self._typed(key, bool)

    def whole(self, key: str) -> int:
        """Return the value of a `WHOLE`."""
        return self._typed(key, int)

    def number(self, key: str) -> float:
        """Return the value of a `NUMBER`."""
        return self._typed(key, float)

    def text(self, key: str) -> str:
        """Return the value of a `TEXT` or `CHOICE`."""
        return self._typed(key, str)

    def set(self, key: str, value: Value) -> None:
        """Change a setting and store it.

        Raises
        ------
        KeyError
            The table lacks it.
        ValueError
            The table does not allow the value.
        """
        spec = self._specs[key]
        checked = spec.checked(value)
        if checked is None:
            raise ValueError(f"{value!r} is no value for '{key}'")
        if checked == self._values[key]:
            return
        self._values[key] = checked
        if checked == spec.default:
            self.file.remove(_path(key))
        else:
            self.file.setValue(_path(key), checked)
        self._write()
        self.changed.emit(key)

    def reset(self, key: str) -> None:
        """Go back to the default."""
        self.set(key, self._specs[key].default)

    def reset_all(self) -> None:
        """Go back to all defaults."""
        for key in self._specs:
            self.reset(key)

    def is_default(self, key: str) -> bool:
        """Whether a setting has its default value."""
        return self._values[key] == self._specs[key].default

    def _stored(self, spec: SettingSpec) -> Value:
        checked = spec.checked(self.file.value(_path(spec.key)))
        return spec.default if checked is None else checked

    def _typed(self, key: str, kind: type[T]) -> T:
        value = self._values[key]
        if not isinstance(value, kind):
            raise TypeError(f"'{key}' is a {type(value).__name__}, not a {kind.__name__}")
        return value

    def _write(self) -> None:
        problem = write_problem(self.file)
        if problem and not self._told:
            self._told = True
            self.failed.emit(problem)


def _path(key: str) -> str:
    return "settings/" + key.replace(".", "/")
