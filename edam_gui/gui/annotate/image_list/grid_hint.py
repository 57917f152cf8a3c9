"""The line above the grid that says which keys do what, and what a number that is being typed may become."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QWidget

from edam_gui.gui.shell.elided_label import ElidedLabel
from edam_gui.gui.shell.roles import Role, with_role

_SHORT: Final = "Numbers tick classes. Space: confirm, Del: no class, S: accept, Enter: open"
_LONG: Final = """Type a number to tick a class on the selected images, or to untick it if all of them have it.
1 and 2 may begin a longer number: they count after half a second, or at the next other key; 01 is 1 at once.
Space confirms suggestions, Del says that there is no class at all.
S accepts and goes on, Shift+S accepts, W: needs work, Shift+W: skip.
Arrows move, Shift and Ctrl select several, Ctrl+Z takes back, Enter opens the image."""


class GridHint(ElidedLabel):
    """One line; the whole help is in its tip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_SHORT, parent, tip=_LONG)
        with_role(self, Role.HINT)

    def show_waiting(self, typed: str, names: tuple[str, ...]) -> None:
        """Say what the digits that wait for more may become; empty: the help again.

        Parameters
        ----------
        typed
            Digits.
        names
            Of the labels, background first.
        """
        self.setText(waiting_text(typed, names) if typed else _SHORT)
        with_role(self, Role.HEADING if typed else Role.HINT)


def waiting_text(typed: str, names: tuple[str, ...]) -> str:
    """Return what digits mean after a pause, and what they can become."""
    begun, number = typed.lstrip("0"), int(typed)
    longer = [n for n in range(1, len(names)) if n != number and str(n).startswith(begun)]
    ways = [f"{number} {names[number]} after a pause"] if 1 <= number < len(names) else []
    if longer:
        low, high = longer[0], min(longer[-1], longer[0] + 9 - longer[0] % 10)
        ways.append(f"{low}–{high} with another digit" if high > low else f"{low} {names[low]} with another digit")
    return f"{typed}_   {', or '.join(ways)}"
