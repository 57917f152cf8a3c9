"""Zooming, panning and fitting, with real wheel and mouse events."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QFocusEvent, QInputDevice, QPointingDevice, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from edam_gui.gui.annotate.canvas import Canvas, PointerEvent
from tests.gui.canvas.conftest import Grab

NO_MODIFIER = Qt.KeyboardModifier.NoModifier
LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton


@pytest.fixture
def big(canvas: Canvas) -> Canvas:
    canvas.set_photo(np.random.default_rng(0).integers(0, 256, (900, 1200, 3), np.uint8))
    return canvas


def wheel(
    canvas: Canvas,
    at: QPoint,
    turned: int,
    modifiers: Qt.KeyboardModifier = NO_MODIFIER,
    device: QPointingDevice | None = None,
    moved: QPoint | None = None,
) -> None:
    place = QPointF(at)
    event = QWheelEvent(
        place,
        canvas.mapToGlobal(place),
        moved or QPoint(),
        QPoint(0, turned),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
        device=device or QPointingDevice.primaryPointingDevice(),
    )
    QApplication.sendEvent(canvas, event)


def touch_pad() -> QPointingDevice:
    kind, pointer = QInputDevice.DeviceType.TouchPad, QPointingDevice.PointerType.Finger
    return QPointingDevice("pad", 7, kind, pointer, QInputDevice.Capability.PixelScroll, 2, 0)


def test_the_wheel_zooms_to_the_cursor(big: Canvas) -> None:
    at = QPoint(120, 90)
    point, zoom = big.to_image(QPointF(at)), big.zoom
    wheel(big, at, 120)
    assert big.zoom == pytest.approx(zoom * 1.2)
    assert big.to_image(QPointF(at)) == pytest.approx(point, abs=1.01 / big.zoom)
    for _ in range(200):
        wheel(big, at, 120)
    assert big.zoom == 64
    assert big.to_image(QPointF(at)) == pytest.approx(point, abs=2)
    for _ in range(400):
        wheel(big, at, -120)
    assert big.zoom == pytest.approx(32 / 1200)


def test_a_fine_wheel_zooms_in_fine_steps(big: Canvas) -> None:
    zoom = big.zoom
    for _ in range(8):
        wheel(big, QPoint(100, 100), 15)
    assert big.zoom == pytest.approx(zoom * 1.2)


@pytest.mark.parametrize("key", [Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier])
def test_the_wheel_with_ctrl_or_alt_is_for_the_brush(big: Canvas, qtbot: QtBot, key: Qt.KeyboardModifier) -> None:
    steps: list[int] = []
    big.brush_wheel.connect(steps.append)
    zoom = big.zoom
    wheel(big, QPoint(100, 100), 240, key)
    wheel(big, QPoint(100, 100), -60, key)
    wheel(big, QPoint(100, 100), -60, key)
    assert steps == [2, -1]
    assert big.zoom == zoom


def test_two_fingers_pan(big: Canvas) -> None:
    big.actual_size()
    before = big.to_widget(600, 450)
    wheel(big, QPoint(100, 100), -80, device=touch_pad(), moved=QPoint(7, -40))
    assert big.to_widget(600, 450) - before == QPointF(7, -40)
    assert big.zoom == 1


def test_the_image_stays_fitted_while_the_window_grows(big: Canvas) -> None:
    big.resize(800, 600)
    assert big.zoom == pytest.approx((600 - 16) / 900)
    big.set_zoom(2)
    middle = big.to_image(QPointF(400, 300))
    big.resize(500, 500)
    assert big.zoom == 2
    assert big.to_image(QPointF(250, 250)) == pytest.approx(middle, abs=1)
    big.fit()
    assert big.zoom == pytest.approx((500 - 16) / 1200)


def test_zoom_by_keys_and_actual_size_keep_the_middle(big: Canvas) -> None:
    big.centre_on(300.0, 200.0)
    zoom = big.zoom
    big.zoom_in()
    assert big.zoom == pytest.approx(zoom * 1.25)
    big.zoom_out()
    assert big.zoom == pytest.approx(zoom)
    big.actual_size()
    assert big.zoom == 1
    assert big.to_image(QPointF(200, 150)) == pytest.approx((300, 200), abs=1)


def test_pan_by_moves_by_parts_of_the_viewport(big: Canvas) -> None:
    big.actual_size()
    before = big.to_image(QPointF(200, 150))
    big.pan_by(0.5, -0.1)
    assert big.to_image(QPointF(200, 150)) == pytest.approx((before[0] + 200, before[1] - 30), abs=1)


def test_the_view_stays_between_images_of_one_size_if_wished(big: Canvas) -> None:
    other = np.zeros((900, 1200, 3), np.uint8)
    big.set_zoom(3)
    big.centre_on(800, 300)
    state = big.view_state()
    big.keep_view = True
    big.set_photo(None)
    big.set_photo(other)
    assert big.view_state() == state
    big.set_photo(np.zeros((300, 300, 3), np.uint8))
    assert big.view_state().fitted
    big.set_zoom(3)
    big.keep_view = False
    big.set_photo(np.ones((300, 300, 3), np.uint8))
    assert big.view_state().fitted


def test_a_kept_view_is_restored_in_a_window_of_another_size(big: Canvas) -> None:
    big.set_zoom(3)
    big.centre_on(800, 300)
    state = big.view_state()
    big.fit()
    big.resize(640, 480)
    big.restore_view(state)
    assert big.view_state().scale == 3
    assert big.to_image(QPointF(320, 240)) == pytest.approx((800, 300), abs=1)
    big.set_photo(None)
    big.restore_view(state)
    assert big.image_size is None


def test_space_and_left_button_pan_and_tools_hear_nothing(big: Canvas, qtbot: QtBot) -> None:
    heard: list[PointerEvent] = []
    big.actual_size()
    QTest.mouseMove(big, QPoint(150, 150))
    big.pointer.connect(heard.append)
    before = big.to_widget(600, 450)
    qtbot.keyPress(big, Qt.Key.Key_Space)
    assert big.cursor().shape() == Qt.CursorShape.OpenHandCursor
    drag(big, LEFT, QPoint(150, 150), QPoint(170, 110))
    assert big.to_widget(600, 450) - before == QPointF(20, -40)
    assert not heard
    qtbot.keyRelease(big, Qt.Key.Key_Space)
    assert big.cursor().shape() == Qt.CursorShape.ArrowCursor


def test_the_middle_button_pans(big: Canvas) -> None:
    big.actual_size()
    before = big.to_widget(600, 450)
    drag(big, MIDDLE, QPoint(150, 150), QPoint(120, 160))
    assert big.to_widget(600, 450) - before == QPointF(-30, 10)


def test_space_is_forgotten_when_the_keyboard_goes_elsewhere(big: Canvas, qtbot: QtBot) -> None:
    qtbot.keyPress(big, Qt.Key.Key_Space)
    QApplication.sendEvent(big, QFocusEvent(QEvent.Type.FocusOut))
    heard: list[PointerEvent] = []
    big.pointer.connect(heard.append)
    QTest.mousePress(big, LEFT, NO_MODIFIER, QPoint(200, 150))
    QTest.mouseRelease(big, LEFT, NO_MODIFIER, QPoint(200, 150))
    assert len(heard) == 2


def test_a_click_on_the_minimap_goes_there(big: Canvas, grab: Grab) -> None:
    fitted = grab()
    big.set_minimap(False)
    np.testing.assert_array_equal(grab(), fitted)
    big.actual_size()
    without = grab()
    big.set_minimap(True)
    rows, columns = np.nonzero((grab() != without).any(axis=2))
    assert rows.min() > 150
    assert columns.min() > 200
    heard: list[PointerEvent] = []
    big.pointer.connect(heard.append)
    # The map's upper left corner is the image's: the view goes as far there as it may.
    corner = QPoint(int(columns.min()) + 2, int(rows.min()) + 2)
    QTest.mousePress(big, LEFT, NO_MODIFIER, corner)
    QTest.mouseRelease(big, LEFT, NO_MODIFIER, corner)
    x, y = big.to_image(QPointF(200, 150))
    assert 0 <= x < 40
    assert 0 <= y < 40
    assert not heard


def test_the_divider_is_dragged(big: Canvas) -> None:
    heard: list[PointerEvent] = []
    big.set_labels(np.ones((900, 1200), np.uint8))
    big.set_split(True)
    big.pointer.connect(heard.append)
    drag(big, LEFT, QPoint(200, 100), QPoint(300, 100))
    assert big.divider == pytest.approx(0.75)
    assert not heard
    assert big.cursor().shape() == Qt.CursorShape.SplitHCursor
    big.set_split(False)
    drag(big, LEFT, QPoint(300, 100), QPoint(100, 100))
    assert big.divider == pytest.approx(0.75)
    assert heard


def drag(canvas: Canvas, button: Qt.MouseButton, start: QPoint, end: QPoint) -> None:
    QTest.mousePress(canvas, button, NO_MODIFIER, start)
    QTest.mouseMove(canvas, end)
    QTest.mouseRelease(canvas, button, NO_MODIFIER, end)
