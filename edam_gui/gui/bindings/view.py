"""What the View menu does."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QMainWindow

from edam_gui.gui.annotate.canvas import Canvas, Layer
from edam_gui.gui.shell.action_book import ActionBook

_EXACT: Final = QKeySequence.SequenceMatch.ExactMatch
_LAYERS: Final = {
    "view.label_map": Layer.LABELS,
    "view.mask": Layer.MASK,
    "view.saliency": Layer.SALIENCY,
    "view.corrections": Layer.EDITS,
    "view.ground_truth": Layer.GROUND_TRUTH,
    "view.difference": Layer.DIFFERENCE,
}


def bind_view(book: ActionBook, canvas: Canvas, window: QMainWindow) -> PeekKey:
    """Bind zoom, layers, peek and full screen; return what hears the peek key's release."""
    book.bind_all(
        {
            "view.zoom_in": canvas.zoom_in,
            "view.zoom_out": canvas.zoom_out,
            "view.zoom_fit": canvas.fit,
            "view.zoom_actual": canvas.actual_size,
            "view.pixel_grid": canvas.set_pixel_grid,
            "view.minimap": canvas.set_minimap,
            "view.full_screen": lambda on: window.showFullScreen() if on else window.showNormal(),
        }
    )
    for name in ("view.pixel_grid", "view.minimap"):
        book.set_checked(name, True)
    for name, layer in _LAYERS.items():
        book.bind(name, lambda on, layer=layer: canvas.layers.set_visible(layer, on))

    def show(layer: Layer) -> None:
        for name, own in _LAYERS.items():
            if own is layer:
                book.set_checked(name, canvas.layers.state(layer).visible)

    canvas.layers.changed.connect(show)
    for layer in _LAYERS.values():
        show(layer)
    peek = PeekKey(book, canvas)
    book.bind("view.peek", peek.press)
    return peek


class PeekKey(QObject):
    """Shows the photo alone while the key of `view.peek` is held; from the menu, until the next click or key.

    Parameters
    ----------
    book, canvas
        The action, and what peeks.
    """

    def __init__(self, book: ActionBook, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._book = book
        self._canvas = canvas
        self._on = False

    def press(self) -> None:
        """Begin to peek."""
        if self._on:
            return
        self._on = True
        self._canvas.set_peek(True)
        app = QApplication.instance()
        if app is not None:
            app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802, D102
        released = event.type() is QEvent.Type.KeyRelease and isinstance(event, QKeyEvent) and self._is_own(event)
        ends = event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.ApplicationDeactivate)
        if released or ends:
            self._end()
        return super().eventFilter(watched, event)

    def _is_own(self, event: QKeyEvent) -> bool:
        if event.isAutoRepeat():
            return False
        keys = self._book.keys().get("view.peek", ())
        return any(QKeySequence(key).matches(QKeySequence(event.key())) == _EXACT for key in keys)

    def _end(self) -> None:
        self._on = False
        self._canvas.set_peek(False)
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)
