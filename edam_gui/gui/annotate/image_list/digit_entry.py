"""Numbers of classes typed digit by digit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

_SECOND_DIGIT_MS: Final = 500


class DigitEntry(QObject):
    """Tells a class once its number is certain.

    A digit counts at once if no longer number begins with it; else after the next digit, a pause, or `finish`. A
    leading zero makes a number certain too: `0 1` is class 1, at once.

    Parameters
    ----------
    count
        Returns the number of classes.

    Attributes
    ----------
    chosen
        Signal: the number of a class, 1..count.
    typed
        Signal: the digits that wait for more; empty: none do.
    """

    chosen = Signal(int)
    typed = Signal(str)

    def __init__(self, count: Callable[[], int], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._count = count
        self._digits = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SECOND_DIGIT_MS)
        self._timer.timeout.connect(self.finish)

    @property
    def digits(self) -> str:
        """What waits for more."""
        return self._digits

    def press(self, digit: int) -> None:
        """Take a digit."""
        count = self._count()
        if self._digits and int(self._digits + str(digit)) > count:
            self.finish()  # 2, then 5 of twenty classes: two numbers
        digits = self._digits + str(digit)
        if len(digits) < len(str(count)) and (int(digits) == 0 or int(digits) * 10 <= count):
            self._digits = digits
            self._timer.start()
            self.typed.emit(digits)
        else:
            self._tell(digits)

    def finish(self) -> bool:
        """Take what was typed so far as the whole number; return whether there was anything."""
        waiting = bool(self._digits)
        if waiting:
            self._tell(self._digits)
        return waiting

    def cancel(self) -> bool:
        """Forget what was typed; return whether there was anything."""
        waiting = bool(self._digits)
        self._clear()
        return waiting

    def _tell(self, digits: str) -> None:
        self._clear()
        if 1 <= int(digits) <= self._count():
            self.chosen.emit(int(digits))

    def _clear(self) -> None:
        self._timer.stop()
        if self._digits:
            self._digits = ""
            self.typed.emit("")
