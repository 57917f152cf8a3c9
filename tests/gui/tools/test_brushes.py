"""Brushes, with a real mouse."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QInputDevice, QPointingDevice, QTabletEvent
from PySide6.QtWidgets import QApplication

from edam_gui.core.edits.brush import BrushShape
from edam_gui.core.label_set import IGNORE
from tests.gui.tools.conftest import ALT, NONE, RIGHT, SHIFT, Easel
from tests.session.projects import CAT, DOG

PERSON = 15


def centred(easel: Easel, x: int, y: int) -> tuple[float, float]:
    """Return the image coordinates that a click at the middle of a pixel really has: widget positions are whole."""
    return easel.canvas.to_image(QPointF(easel.at(x + 0.5, y + 0.5)))


def test_a_click_paints_a_disc_of_the_current_class(easel: Easel) -> None:
    before = easel.labels.copy()
    easel.use("brush", PERSON, diameter=9.0)
    easel.click(60.5, 10.5)
    x, y = centred(easel, 60, 10)
    rows, columns = np.indices(before.shape) + 0.5
    painted = (columns - x) ** 2 + (rows - y) ** 2 <= 4.5**2
    assert np.array_equal(easel.labels, np.where(painted, PERSON, before))
    assert easel.steps == ("Brush: person",)


def test_a_drag_is_one_step_without_gaps(easel: Easel) -> None:
    easel.use("brush", PERSON, diameter=5.0)
    easel.drag((10, 5), (100, 5), (100, 60))
    assert (easel.labels[5, 10:100] == PERSON).all()
    assert (easel.labels[5:60, 100] == PERSON).all()
    assert easel.steps == ("Brush: person",)


def test_the_right_button_erases(easel: Easel) -> None:
    easel.use("brush", PERSON, diameter=5.0)
    easel.drag((20, 40), (40, 40), button=RIGHT)
    assert (easel.labels[40, 20:40] == 0).all()
    assert easel.steps == ("Brush: background",)


def test_eraser_ignore_and_revert(easel: Easel) -> None:
    before = easel.labels.copy()
    easel.use("eraser", diameter=7.0)
    easel.drag((20, 40), (40, 40))
    assert (easel.labels[40, 20:40] == 0).all()
    easel.use("ignore")
    easel.drag((80, 40), (100, 40))
    assert (easel.labels[40, 80:100] == IGNORE).all()
    easel.use("revert", diameter=200.0)
    easel.click(60, 40)
    assert np.array_equal(easel.labels, before)
    assert easel.session.current.edits.count == 0
    assert easel.steps == ("Brush: background", "Brush: ignore", "Back to automatic")


def test_escape_takes_the_stroke_back(easel: Easel) -> None:
    before = easel.labels.copy()
    easel.use("brush", PERSON)
    easel.press(20, 20)
    easel.move(60, 60)
    assert (easel.labels == PERSON).any()
    easel.key(Qt.Key.Key_Escape)
    assert np.array_equal(easel.labels, before)
    easel.move(80, 60)
    easel.release(80, 60)
    assert np.array_equal(easel.labels, before)
    assert easel.steps == ()


def test_undo_while_painting_takes_the_stroke_back(easel: Easel) -> None:
    before = easel.labels.copy()
    easel.use("brush", PERSON)
    easel.press(20, 20)
    easel.move(60, 60)
    easel.session.undo()
    easel.release(60, 60)
    assert np.array_equal(easel.labels, before)
    assert easel.steps == ()


def test_shift_and_a_click_paint_a_line_from_the_last_point(easel: Easel) -> None:
    easel.use("brush", PERSON, diameter=3.0)
    easel.click(10.5, 5.5)
    easel.click(100.5, 5.5, keys=SHIFT)
    assert (easel.labels[5, 10:100] == PERSON).all()
    assert easel.steps == ("Brush: person", "Brush: person")
    easel.go("next")
    easel.click(60.5, 70.5, keys=SHIFT)
    assert int((easel.labels == PERSON).sum()) < 20, "a line from another image's point"


def test_alt_and_a_click_pick_the_class_with_any_tool(easel: Easel) -> None:
    for tool in ("hand", "brush", "lasso", "fill"):
        easel.use(tool, PERSON)
        easel.click(90, 40, keys=ALT)
        assert easel.session.editing.paint.label == DOG
        assert easel.controller.tool.id == f"tool.{tool}"
    easel.click(30, 40, keys=ALT)
    assert easel.session.editing.paint.label == CAT
    assert easel.steps == ()


def test_wheel_and_keys_change_the_size(easel: Easel) -> None:
    easel.use("brush", diameter=20.0)
    easel.wheel(2, Qt.KeyboardModifier.ControlModifier)
    assert easel.session.editing.paint.brush.diameter == 26
    easel.wheel(-2, Qt.KeyboardModifier.ControlModifier)
    assert easel.session.editing.paint.brush.diameter == 20
    easel.key(Qt.Key.Key_BracketRight)
    assert easel.session.editing.paint.brush.diameter == 23
    easel.key(Qt.Key.Key_BracketLeft)
    easel.key(Qt.Key.Key_BracketLeft)
    assert easel.session.editing.paint.brush.diameter == 17
    zoom = easel.canvas.zoom
    easel.wheel(1, NONE)
    assert easel.canvas.zoom > zoom


def test_the_smallest_brush_paints_one_pixel(easel: Easel) -> None:
    easel.use("brush", PERSON, diameter=1.0)
    easel.click(60.5, 10.5)
    assert np.argwhere(easel.labels == PERSON).tolist() == [[10, 60]]


def test_a_square_brush(easel: Easel) -> None:
    assert easel.book.run("tool.square")
    easel.use("brush", PERSON, diameter=6.0)
    assert easel.session.editing.paint.brush.shape is BrushShape.SQUARE
    easel.click(60, 10)
    assert int((easel.labels == PERSON).sum()) == 36


def send_pen(easel: Easel, pen: QPointingDevice, kind: QEvent.Type, x: float, y: float, pressure: float) -> None:
    at = QPointF(easel.at(x, y))
    button = Qt.MouseButton.NoButton if kind is QEvent.Type.TabletMove else Qt.MouseButton.LeftButton
    event = QTabletEvent(
        kind, pen, at, easel.canvas.mapToGlobal(at), pressure, 0, 0, 0, 0, 0, NONE, button, Qt.MouseButton.LeftButton
    )  # fmt: skip
    QApplication.sendEvent(easel.canvas, event)


def make_pen(pointer: QPointingDevice.PointerType) -> QPointingDevice:
    return QPointingDevice(
        "pen", 7, QInputDevice.DeviceType.Stylus, pointer, QInputDevice.Capability.Position, 1, 1
    )  # fmt: skip


def test_pressure_makes_the_stroke_wider(easel: Easel) -> None:
    easel.use("brush", PERSON, diameter=20.0, lightest=0.1)
    pen = make_pen(QPointingDevice.PointerType.Pen)
    send_pen(easel, pen, QEvent.Type.TabletPress, 10, 12, 0.0)
    send_pen(easel, pen, QEvent.Type.TabletMove, 60, 12, 0.0)
    send_pen(easel, pen, QEvent.Type.TabletMove, 61, 12, 1.0)
    send_pen(easel, pen, QEvent.Type.TabletMove, 110, 12, 1.0)
    send_pen(easel, pen, QEvent.Type.TabletRelease, 110, 12, 0.0)
    painted = (easel.labels == PERSON).sum(axis=0)
    assert painted[30] == 2
    assert painted[90] == 20
    assert easel.steps == ("Brush: person",)


def test_a_pen_held_upside_down_erases(easel: Easel) -> None:
    easel.use("brush", PERSON, diameter=6.0)
    pen = make_pen(QPointingDevice.PointerType.Eraser)
    send_pen(easel, pen, QEvent.Type.TabletPress, 20, 40, 1.0)
    send_pen(easel, pen, QEvent.Type.TabletMove, 40, 40, 1.0)
    send_pen(easel, pen, QEvent.Type.TabletRelease, 40, 40, 0.0)
    assert (easel.labels[40, 20:40] == 0).all()
    assert easel.steps == ("Brush: background",)


def test_a_stroke_begun_before_the_image_goes_is_kept(easel: Easel) -> None:
    easel.use("brush", PERSON, diameter=5.0)
    easel.press(10, 5)
    easel.move(60, 5)
    easel.go("next")
    easel.release(60, 5)
    assert easel.steps == ()
    easel.go("previous")
    assert easel.steps == ("Brush: person",)
    assert (easel.labels[5, 10:60] == PERSON).all()


def test_the_hand_moves_the_photo_also_after_the_space_key(easel: Easel) -> None:
    easel.use("hand")
    easel.canvas.set_zoom(8.0)
    for _ in range(2):
        before = easel.canvas.to_widget(60, 40)
        easel.drag((60, 40), (65, 42))
        assert (easel.canvas.to_widget(60, 40) - before).x() > 30
        easel.key(Qt.Key.Key_Space)
        easel.canvas.clearFocus()
    assert easel.steps == ()


def test_space_pans_while_a_brush_is_in_use(easel: Easel) -> None:
    easel.use("brush", PERSON)
    easel.canvas.set_zoom(8.0)
    before = easel.labels.copy()
    easel.qtbot.keyPress(easel.canvas, Qt.Key.Key_Space)
    easel.drag((60, 40), (65, 42))
    easel.qtbot.keyRelease(easel.canvas, Qt.Key.Key_Space)
    assert np.array_equal(easel.labels, before)
    easel.click(60, 40)
    assert easel.steps == ("Brush: person",)
