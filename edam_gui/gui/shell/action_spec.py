"""One row of the action table: everything there is to say about an action but what it does."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")


@dataclass(frozen=True)
class ActionSpec:
    """An action: menus, tool bars, command palette, shortcut editor and key page all read it here.

    Parameters
    ----------
    id
        `group.name`, lower case; what code and settings call it.
    text
        In menus, with `&` before the mnemonic and `…` where a dialog asks for more.
    group
        Heading in the shortcut editor, the command palette and the key page.
    icon
        Stem in `resources/icons`, or "".
    keys
        Default shortcuts in Qt's portable form ("Ctrl+Shift+P"); the first is shown.
    tip
        One sentence; "" takes the text.
    checkable
        Whether it is on or off.
    choice_of
        Actions with the same name here exclude each other (tools); implies `checkable`.
    enabled_when
        Name of the condition that must hold, see `ActionBook.set_condition`; "" is always.
    repeats
        Whether a held key repeats it.
    """

    id: str
    text: str
    group: str
    icon: str = ""
    keys: tuple[str, ...] = ()
    tip: str = ""
    checkable: bool = False
    choice_of: str = ""
    enabled_when: str = ""
    repeats: bool = False

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise ValueError(f"'{self.id}' is not an action's id (group.name, lower case)")

    @property
    def is_checkable(self) -> bool:
        """Whether it is on or off."""
        return self.checkable or bool(self.choice_of)


def plain(text: str) -> str:
    """Return a menu text without mnemonic and dots, for lists and screen readers."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&").removesuffix("…")


def specs_by_id(specs: Iterable[ActionSpec]) -> dict[str, ActionSpec]:
    """Return the specs by id, in their order.

    Raises
    ------
    ValueError
        Two share an id.
    """
    table: dict[str, ActionSpec] = {}
    for spec in specs:
        if spec.id in table:
            raise ValueError(f"two actions are called '{spec.id}'")
        table[spec.id] = spec
    return table
