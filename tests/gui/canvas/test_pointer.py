"""What tools and the status line hear of mouse and pen."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QInputDevice, QPointingDevice, QTabletEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from edam_gui.gui.annotate.canvas import Canvas, PointerEvent, PointerKind
from tests.gui.canvas.conftest import Grab

NO_MODIFIER = Qt.KeyboardModifier.NoModifier
NO_BUTTON, LEFT, RIGHT = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


@pytest.fixture
def shown(canvas: Canvas) -> Canvas:
    """A photo of 100x80 pixels at 2 device pixels each."""
    canvas.set_photo(np.full((80, 100, 3), 120, np.uint8))
    canvas.set_zoom(2.0)
    return canvas


@pytest.fixture
def heard(shown: Canvas) -> list[PointerEvent]:
    events: list[PointerEvent] = []
    shown.pointer.connect(events.append)
    return events


def at(canvas: Canvas, x: float, y: float) -> QPoint:
    return canvas.to_widget(x, y).toPoint()


def test_a_stroke_is_told_in_image_coordinates(shown: Canvas, heard: list[PointerEvent]) -> None:
    QTest.mousePress(shown, LEFT, NO_MODIFIER, at(shown, 10, 20))
    assert shown.dragging
    QTest.mouseMove(shown, at(shown, 30.5, 40))
    QTest.mouseMove(shown, at(shown, -10, 40))
    QTest.mouseRelease(shown, LEFT, NO_MODIFIER, at(shown, 60, 70))
    assert not shown.dragging
    kinds = PointerKind
    assert [(e.kind, e.x, e.y, e.button, e.pressure) for e in heard] == [
        (kinds.PRESS, 10, 20, LEFT, 1),
        (kinds.MOVE, 30.5, 40, LEFT, 1),
        (kinds.MOVE, -10, 40, LEFT, 1),
        (kinds.RELEASE, 60, 70, LEFT, 1),
    ]


def test_moves_without_a_button_reach_tools_too(shown: Canvas, heard: list[PointerEvent]) -> None:
    QTest.mouseMove(shown, at(shown, 10, 20))
    assert [(e.kind, e.x, e.y, e.button) for e in heard] == [(PointerKind.MOVE, 10, 20, NO_BUTTON)]


def test_right_button_modifiers_and_double_click(shown: Canvas, heard: list[PointerEvent]) -> None:
    shift = Qt.KeyboardModifier.ShiftModifier
    QTest.mousePress(shown, RIGHT, shift, at(shown, 10, 20))
    QTest.mouseRelease(shown, RIGHT, shift, at(shown, 10, 20))
    QTest.mouseDClick(shown, LEFT, NO_MODIFIER, at(shown, 10, 20))
    assert heard[0].button == RIGHT
    assert heard[0].modifiers == shift
    assert heard[-1].kind is PointerKind.DOUBLE
    assert heard[-1].button == LEFT
    QTest.mouseRelease(shown, LEFT, NO_MODIFIER, at(shown, 10, 20))
    assert heard[-1].kind is PointerKind.RELEASE


def test_another_button_does_not_disturb_a_stroke(shown: Canvas, heard: list[PointerEvent]) -> None:
    QTest.mousePress(shown, LEFT, NO_MODIFIER, at(shown, 10, 20))
    QTest.mousePress(shown, RIGHT, NO_MODIFIER, at(shown, 10, 20))
    QTest.mouseRelease(shown, RIGHT, NO_MODIFIER, at(shown, 10, 20))
    QTest.mouseRelease(shown, LEFT, NO_MODIFIER, at(shown, 10, 20))
    assert [e.kind for e in heard if e.kind is not PointerKind.MOVE] == [PointerKind.PRESS, PointerKind.RELEASE]
    assert all(e.button == LEFT for e in heard)


def test_a_stroke_does_not_go_on_over_the_next_photo(shown: Canvas, heard: list[PointerEvent]) -> None:
    QTest.mousePress(shown, LEFT, NO_MODIFIER, at(shown, 10, 20))
    shown.set_photo(np.zeros((80, 100, 3), np.uint8))
    heard.clear()
    QTest.mouseMove(shown, at(shown, 20, 30))
    QTest.mouseRelease(shown, LEFT, NO_MODIFIER, at(shown, 20, 30))
    assert [(e.kind, e.button) for e in heard] == [(PointerKind.MOVE, NO_BUTTON)]


def test_the_right_button_opens_no_menu_of_the_window(shown: Canvas, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    asked: list[QPoint] = []
    window.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
    window.customContextMenuRequested.connect(asked.append)
    shown.setParent(window)
    place = QPoint(20, 20)
    QApplication.sendEvent(shown, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, shown.mapToGlobal(place)))
    shown.setParent(None)
    assert not asked


def test_without_an_image_nothing_is_told(canvas: Canvas) -> None:
    events: list[PointerEvent] = []
    canvas.pointer.connect(events.append)
    QTest.mousePress(canvas, LEFT, NO_MODIFIER, QPoint(50, 50))
    QTest.mouseRelease(canvas, LEFT, NO_MODIFIER, QPoint(50, 50))
    assert not events


def test_a_pen_tells_its_pressure_and_its_eraser(shown: Canvas, heard: list[PointerEvent]) -> None:
    pen = tablet(QPointingDevice.PointerType.Pen)
    for kind, pressure in ((QEvent.Type.TabletPress, 0.25), (QEvent.Type.TabletMove, 0.5)):
        send_pen(shown, pen, kind, at(shown, 20, 30), pressure)
    send_pen(shown, pen, QEvent.Type.TabletRelease, at(shown, 20, 30), 0.0)
    assert [(e.kind, e.pressure, e.eraser) for e in heard] == [
        (PointerKind.PRESS, 0.25, False),
        (PointerKind.MOVE, 0.5, False),
        (PointerKind.RELEASE, 0.0, False),
    ]
    assert heard[0].x == 20
    send_pen(shown, tablet(QPointingDevice.PointerType.Eraser), QEvent.Type.TabletPress, at(shown, 20, 30), 1.0)
    assert heard[-1].eraser


def tablet(kind: QPointingDevice.PointerType) -> QPointingDevice:
    stylus = QInputDevice.DeviceType.Stylus
    return QPointingDevice("pen", 5, stylus, kind, QInputDevice.Capability.Pressure, 1, 2)


def send_pen(canvas: Canvas, device: QPointingDevice, kind: QEvent.Type, place: QPoint, pressure: float) -> None:
    where = QPointF(place)
    held = NO_BUTTON if kind == QEvent.Type.TabletRelease else LEFT
    button = NO_BUTTON if kind == QEvent.Type.TabletMove else LEFT
    event = QTabletEvent(
        kind, device, where, canvas.mapToGlobal(where), pressure, 0, 0, 0.0, 0.0, 0.0, NO_MODIFIER, button, held
    )
    QApplication.sendEvent(canvas, event)


def test_hovering_names_the_pixel_once_and_leaving_says_so(shown: Canvas) -> None:
    QTest.mouseMove(shown, at(shown, 50, 50))
    pixels: list[tuple[int, int] | None] = []
    shown.hovered.connect(lambda x, y: pixels.append((x, y)))
    shown.left.connect(lambda: pixels.append(None))
    QTest.mouseMove(shown, at(shown, 10, 20))
    QTest.mouseMove(shown, at(shown, 10, 20) + QPoint(1, 1))
    QTest.mouseMove(shown, at(shown, 99.5, 79.5))
    QTest.mouseMove(shown, at(shown, 103, 20))
    assert pixels == [(10, 20), (99, 79), None]


def test_zooming_under_a_resting_pointer_names_the_pixel_that_is_there_now(shown: Canvas) -> None:
    QTest.mouseMove(shown, at(shown, 10, 20))
    pixels: list[tuple[int, int]] = []
    shown.hovered.connect(lambda x, y: pixels.append((x, y)))
    place = QPointF(at(shown, 10, 20))
    shown.set_zoom(4.0)
    assert pixels == [tuple(int(v) for v in shown.to_image(place))]


@pytest.mark.parametrize("square", [False, True])
def test_the_brush_outline_has_the_brush_s_size(shown: Canvas, grab: Grab, square: bool) -> None:
    plain = grab()
    shown.set_brush_cursor(20, square)
    QTest.mouseMove(shown, at(shown, 50, 40))
    changed = (grab() != plain).any(axis=2)
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    assert abs((columns[-1] - columns[0] + 1) - 40) <= 4
    assert abs((rows[-1] - rows[0] + 1) - 40) <= 4
    corner = at(shown, 41, 31)
    assert changed[corner.y() - 3 : corner.y() + 1, corner.x() - 3 : corner.x() + 1].any() == square
    assert shown.cursor().shape() == Qt.CursorShape.BlankCursor
    QApplication.sendEvent(shown, QEvent(QEvent.Type.Leave))
    np.testing.assert_array_equal(grab(), plain)


def test_the_brush_gives_way_to_the_hand(shown: Canvas, grab: Grab) -> None:
    plain = grab()
    shown.set_brush_cursor(20)
    QTest.mouseMove(shown, at(shown, 50, 40))
    shown.set_panning(True)
    np.testing.assert_array_equal(grab(), plain)
    shown.set_panning(False)
    assert (grab() != plain).any()


def test_a_moved_brush_leaves_no_trace(shown: Canvas, grab: Grab) -> None:
    shown.set_brush_cursor(9)
    for x in range(10, 90, 7):
        QTest.mouseMove(shown, at(shown, x, 40))
        QApplication.processEvents()
    kept = shown.grab().toImage()
    shown.update()
    QApplication.processEvents()
    assert kept == shown.grab().toImage()


def test_a_shape_in_the_making_is_drawn_and_removed(shown: Canvas, grab: Grab) -> None:
    plain = grab()
    shown.set_shape_preview([(10, 10), (80, 10), (80, 60)])
    opened = (grab() != plain).any(axis=2)
    middle = at(shown, 45, 35)
    assert not opened[middle.y() - 4 : middle.y() + 5, middle.x() - 4 : middle.x() + 5].any()
    shown.set_shape_preview([(10, 10), (80, 10), (80, 60)], closed=True)
    closed = (grab() != plain).any(axis=2)
    assert closed[middle.y(), middle.x()]
    top = at(shown, 45, 10)
    assert opened[top.y(), top.x()]
    shown.set_shape_preview(None)
    np.testing.assert_array_equal(grab(), plain)
