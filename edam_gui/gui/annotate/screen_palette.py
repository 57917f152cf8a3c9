"""The colours in which classes are shown, everywhere in the window; files keep their own."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QObject, Signal

from edam_gui.core.arrays import UInt8Array
from edam_gui.core.label_set import LabelSet


class ScreenPalette(QObject):
    """Colours that the user has chosen in place of the classes' own.

    Attributes
    ----------
    changed
        Signal: other colours hold.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._chosen: UInt8Array | None = None

    def choose(self, palette: UInt8Array | None) -> None:
        """Show classes in these colours, (256, 3) uint8 RGB; `None`: in their own."""
        if palette is not self._chosen:
            self._chosen = palette
            self.changed.emit()

    def of(self, label_set: LabelSet) -> UInt8Array:
        """Return the colours of the classes, (256, 3) uint8 RGB."""
        return label_set.palette if self._chosen is None else self._chosen


@cache
def screen_palette() -> ScreenPalette:
    """Return the palette of this program."""
    return ScreenPalette()
