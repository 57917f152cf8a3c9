"""The canvas by itself: ``python -m edam_gui.gui.annotate.canvas.example PHOTO [LABELMAP]``.

The left button paints class 1, the right button background; the wheel zooms, with Ctrl it resizes the brush. Space
pans, P shows the photo alone and back, 0 fits, 1 shows actual size.
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QShortcut
from PySide6.QtWidgets import QApplication

from edam_gui.core.arrays import UInt8Array
from edam_gui.core.label_set import PASCAL_VOC
from edam_gui.gui.annotate.canvas.canvas import Canvas
from edam_gui.gui.annotate.canvas.pointer import PointerEvent, PointerKind
from edam_gui.imaging.label_map_file import read_label_map
from edam_gui.imaging.photo import read_photo


class Painter(QObject):
    """A plain brush: what a tool does with the canvas.

    Parameters
    ----------
    canvas
        The canvas to paint on.
    labels
        (H, W) uint8, painted into.
    """

    def __init__(self, canvas: Canvas, labels: UInt8Array) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._labels = labels
        self._diameter = 15
        self._last: tuple[int, int] | None = None
        canvas.pointer.connect(self._paint)
        canvas.brush_wheel.connect(self._resize)
        self._resize(0)

    def _resize(self, notches: int) -> None:
        self._diameter = min(max(self._diameter + 2 * notches, 1), 301)
        self._canvas.set_brush_cursor(self._diameter)

    def _paint(self, event: PointerEvent) -> None:
        if event.button == Qt.MouseButton.NoButton:
            return
        at = int(event.x), int(event.y)
        start = at if event.kind is PointerKind.PRESS or self._last is None else self._last
        value = 1 if event.button == Qt.MouseButton.LeftButton else 0
        cv2.line(self._labels, start, at, value, self._diameter)
        self._last = at
        reach = self._diameter
        self._canvas.labels_changed(
            (
                *(max(min(start[0], at[0]) - reach, 0), max(min(start[1], at[1]) - reach, 0)),
                *(max(start[0], at[0]) + reach, max(start[1], at[1]) + reach),
            )
        )


def main() -> int:
    """Show a photo and paint on it."""
    app = QApplication(sys.argv)
    arguments = app.arguments()[1:]
    if len(arguments) not in (1, 2):
        sys.stderr.write(f"{__doc__}\n")
        return 2
    photo = read_photo(Path(arguments[0]))
    labels = np.zeros(photo.pixels.shape[:2], np.uint8)
    if len(arguments) == 2:
        labels = read_label_map(Path(arguments[1]), PASCAL_VOC, photo)
    canvas = Canvas()
    canvas.setWindowTitle(arguments[0])
    canvas.set_photo(photo.pixels)
    canvas.set_labels(labels)
    Painter(canvas, labels)
    peeking = QShortcut(Qt.Key.Key_P, canvas)
    peeking.activated.connect(lambda: canvas.set_peek(not canvas.peek))
    QShortcut(Qt.Key.Key_0, canvas).activated.connect(canvas.fit)
    QShortcut(Qt.Key.Key_1, canvas).activated.connect(canvas.actual_size)
    canvas.resize(1100, 800)
    canvas.show()
    return app.exec()


if __name__ == "__main__":
    raise SystemExit(main())
