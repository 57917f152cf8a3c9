"""A shown canvas, and eyes: the colours on it by image coordinates."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QRect
from PySide6.QtGui import QImage, QPaintEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from edam_gui.gui.annotate.canvas import Canvas

Grab = Callable[[], np.ndarray]


@pytest.fixture
def canvas(qtbot: QtBot) -> Canvas:
    widget = Canvas()
    qtbot.addWidget(widget)
    widget.resize(400, 300)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


@pytest.fixture
def grab(canvas: Canvas) -> Grab:
    """Return what is on the canvas, (h, w, 3) uint8 RGB, painted anew."""
    return lambda: pixels_of(canvas)


def pixels_of(widget: QWidget) -> np.ndarray:
    picture = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGBX8888)
    flat = np.frombuffer(picture.constBits(), np.uint8)
    return flat.reshape(picture.height(), picture.width(), 4)[:, :, :3].copy()


class Paints(QObject):
    """The rectangles that a widget was asked to paint."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.rects: list[QRect] = []
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if isinstance(event, QPaintEvent):
            self.rects.append(event.rect())
        return super().eventFilter(watched, event)


@pytest.fixture
def paints(canvas: Canvas, qtbot: QtBot) -> Iterator[Paints]:
    watcher = Paints(canvas)
    yield watcher
    canvas.removeEventFilter(watcher)


@pytest.fixture
def photo() -> np.ndarray:
    """A grey photo of 80x60 pixels, 0 to 255 from left to right."""
    ramp = np.linspace(0, 255, 80).astype(np.uint8)
    return np.repeat(np.broadcast_to(ramp, (60, 80))[:, :, None], 3, axis=2).copy()
