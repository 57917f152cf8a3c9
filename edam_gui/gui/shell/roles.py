"""Roles of labels and buttons that the application's style sheet knows; so widgets need no style sheet of their own."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from PySide6.QtWidgets import QWidget

WidgetT = TypeVar("WidgetT", bound=QWidget)


class Role(StrEnum):
    """How a widget is to look."""

    TITLE = "title"
    HEADING = "heading"
    HINT = "hint"
    VALUE = "value"
    WARNING = "warning"
    ERROR = "error"
    KEY = "key"
    PANEL = "panel"
    SECTION = "section"


def with_role(widget: WidgetT, role: Role | None) -> WidgetT:
    """Give the widget this look, or its usual one, and return it."""
    set_style_property(widget, "role", role.value if role else None)
    return widget


def set_style_property(widget: QWidget, name: str, value: str | None) -> None:
    """Set a property that the style sheet selects by, and have the widget drawn anew."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()
