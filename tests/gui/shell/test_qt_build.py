"""The installed PySide6 and Python fit together."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject


def test_qt_calls_lose_no_reference_to_none() -> None:
    """PySide6 6.12 on Python 3.11 does, and Python aborts after some thousand calls ("deallocating None")."""
    thing = QObject()
    before = sys.getrefcount(None)
    for _ in range(300):
        thing.setObjectName("x")
    lost = before - sys.getrefcount(None)
    # From Python 3.12 on, None cannot be lost and its count says nothing.
    assert lost < 100, "install PySide6-Essentials older than 6.12, or Python 3.12"
