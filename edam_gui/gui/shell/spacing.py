"""Distances in device-independent pixels; every layout of the program uses these."""

from __future__ import annotations

from typing import Final

TIGHT: Final = 4
"""Between things that belong together (a slider and its box)."""
NORMAL: Final = 8
"""Between rows, and from a panel's edge to what is in it."""
WIDE: Final = 16
"""Between groups, and from a dialog's edge to what is in it."""
ICON: Final = 18
"""Side of an icon in a button or a list."""
TOOL_ICON: Final = 20
"""Side of an icon in a tool bar."""
