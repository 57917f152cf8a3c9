"""Shortcuts as text: their one spelling, how they are shown, and which of them clash."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtGui import QKeySequence

Keys = tuple[str, ...]
"""Shortcuts of one action in Qt's portable form; the first is the one that is shown."""

_PORTABLE = QKeySequence.SequenceFormat.PortableText
_NATIVE = QKeySequence.SequenceFormat.NativeText


def portable(key: str) -> str:
    """Return the one spelling of a shortcut ("ctrl+p" -> "Ctrl+P"), "" if Qt does not know it."""
    return QKeySequence.fromString(key, _PORTABLE).toString(_PORTABLE)


def shown(key: str) -> str:
    """Return a shortcut as the system writes it (on a Mac with its signs)."""
    return QKeySequence.fromString(key, _PORTABLE).toString(_NATIVE)


def shown_keys(keys: Sequence[str]) -> str:
    """Return the shortcuts of an action as shown, separated by "or"; "" if it has none."""
    return " or ".join(shown(key) for key in keys)


def clashes(keys: str, others: Mapping[str, Keys]) -> tuple[str, ...]:
    """Return the ids of `others` that would fire, or be blocked, by the same keys.

    A sequence clashes with one it begins with, too: Qt could not tell whether to wait for the rest.

    Parameters
    ----------
    keys
        One shortcut.
    others
        Shortcuts by action id.
    """
    sequence = QKeySequence.fromString(keys, _PORTABLE)
    return tuple(name for name, theirs in others.items() if any(_clash(sequence, key) for key in theirs))


def all_clashes(table: Mapping[str, Keys]) -> dict[str, tuple[str, ...]]:
    """Return, for every shortcut used more than once, the ids of its actions."""
    by_key: dict[str, tuple[str, ...]] = {}
    for name, keys in table.items():
        others = {other: theirs for other, theirs in table.items() if other != name}
        for key in keys:
            if found := clashes(key, others):
                by_key[portable(key)] = (name, *found)
    return by_key


def normalised(keys: Iterable[str]) -> Keys:
    """Return shortcuts in their one spelling, without doubles and without what Qt does not know."""
    return tuple(dict.fromkeys(key for raw in keys if (key := portable(raw))))


def _clash(sequence: QKeySequence, other: str) -> bool:
    theirs = QKeySequence.fromString(other, _PORTABLE)
    none = QKeySequence.SequenceMatch.NoMatch
    return sequence.matches(theirs) != none or theirs.matches(sequence) != none
