"""Doing what a person does, in the words of a person: places are fractions of the image, sliders are dragged."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QSlider, QStyle, QStyleOptionSlider, QWidget
from pytestqt.qtbot import QtBot

from edam_gui.gui.annotate.canvas import Canvas
from edam_gui.gui.app import Program

PATIENCE_MS = 30_000


def wait_for_label_map(qtbot: QtBot, program: Program) -> None:
    """Wait until the current image has masks and a label map that is that of the thresholds."""

    def ready() -> None:
        current = program.session.current
        assert current is not None, "no image is shown"
        assert current.masks is not None, "the image has no masks yet"
        assert current.labels is not None, "the image has no label map yet"
        assert not program.session.labelling.is_busy, "a label map is being made"

    qtbot.waitUntil(ready, timeout=PATIENCE_MS)


def at(canvas: Canvas, x: float, y: float) -> QPoint:
    """Return the canvas position of a place of the image, given in fractions of its width and height."""
    size = canvas.image_size
    assert size is not None
    place: QPointF = canvas.to_widget(x * size[0], y * size[1])
    return place.toPoint()


def click_canvas(canvas: Canvas, x: float, y: float, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
    """Click a place of the image."""
    QTest.mouseClick(canvas, button, Qt.KeyboardModifier.NoModifier, at(canvas, x, y))


def drag_canvas(canvas: Canvas, *points: tuple[float, float]) -> None:
    """Press at the first point, move along the others, release at the last."""
    first, *others = [at(canvas, *point) for point in points]
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(canvas, left, Qt.KeyboardModifier.NoModifier, first)
    for point in others:
        QTest.mouseMove(canvas, point)
    QTest.mouseRelease(canvas, left, Qt.KeyboardModifier.NoModifier, others[-1] if others else first)


def handle_of(slider: QSlider) -> QPoint:
    """Return the middle of a slider's handle."""
    option = QStyleOptionSlider()
    slider.initStyleOption(option)
    handle = QStyle.SubControl.SC_SliderHandle
    return slider.style().subControlRect(QStyle.ComplexControl.CC_Slider, option, handle, slider).center()


def drag_slider(slider: QSlider, fraction: float, steps: int = 5) -> None:
    """Take a slider's handle with the mouse and pull it to a fraction of the slider's width."""
    start = handle_of(slider)
    target = QPoint(round(fraction * (slider.width() - 1)), start.y())
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(slider, left, Qt.KeyboardModifier.NoModifier, start)
    for step in range(1, steps + 1):
        QTest.mouseMove(slider, start + (target - start) * step / steps)
    QTest.mouseRelease(slider, left, Qt.KeyboardModifier.NoModifier, target)


def type_into(widget: QWidget, text: str) -> None:
    """Replace what a box holds by typing, and confirm with Enter."""
    widget.setFocus()
    QTest.keySequence(widget, "Ctrl+A")
    QTest.keyClicks(widget, text)
    QTest.keyClick(widget, Qt.Key.Key_Return)
