"""Number boxes with the same distance from frame to text as other boxes."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtWidgets import QAbstractSpinBox, QLineEdit

BoxT = TypeVar("BoxT", bound=QAbstractSpinBox)


def padded(box: BoxT) -> BoxT:
    """Move the number off the frame, and return the box.

    Style sheets cannot: Qt counts a number box's padding for its size, but not for the place of the text.
    """
    line = box.findChild(QLineEdit)
    if line is not None:
        line.setTextMargins(5, 0, 0, 0)
    return box
