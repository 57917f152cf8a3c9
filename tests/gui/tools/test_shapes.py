"""Polygon, lasso, rectangle, fill, replace and pick, with a real mouse and real keys."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt

from edam_gui.core.edits import shapes
from tests.gui.tools.conftest import RIGHT, SHIFT, Easel
from tests.session.projects import CAT, DOG

PERSON = 15
CORNERS = ((20.0, 5.0), (100.0, 8.0), (60.0, 70.0))


def inside(easel: Easel, *corners: tuple[float, float]) -> np.ndarray:
    """Return the pixels inside a polygon clicked at these corners: clicks fall on whole widget pixels."""
    real = [easel.canvas.to_image(QPointF(easel.at(*corner))) for corner in corners]
    region = shapes.polygon(real, easel.labels.shape)
    assert region is not None
    return region.full(easel.labels.shape)


def expect(easel: Easel, before: np.ndarray, where: np.ndarray, label: int) -> None:
    assert np.array_equal(easel.labels, np.where(where, label, before))


def test_a_polygon_closed_by_enter(easel: Easel) -> None:
    before = easel.labels.copy()
    easel.use("polygon", PERSON)
    for corner in CORNERS:
        easel.click(*corner)
    assert np.array_equal(easel.labels, before)
    easel.key(Qt.Key.Key_Return)
    expect(easel, before, inside(easel, *CORNERS), PERSON)
    assert easel.steps == ("Polygon: person",)


def test_a_polygon_closed_by_a_double_click(easel: Easel) -> None:
    before = easel.labels.copy()
    easel.use("polygon", PERSON)
    for corner in CORNERS[:2]:
        easel.click(*corner)
    easel.double_click(*CORNERS[2])
    expect(easel, before, inside(easel, *CORNERS), PERSON)


def test_a_polygon_closed_at_its_first_corner(easel: Easel) -> None:
    before = easel.labels.copy()
    easel.use("polygon", PERSON)
    for corner in (*CORNERS, CORNERS[0]):
        easel.click(*corner)
    expect(easel, before, inside(easel, *CORNERS), PERSON)
    assert not easel.controller.tool.is_busy


def test_backspace_and_undo_take_corners_back(easel: Easel) -> None:
    before = easel.labels.copy()
    easel.use("polygon", PERSON)
    for corner in (*CORNERS, (5.0, 75.0), (5.0, 40.0)):
        easel.click(*corner)
    easel.key(Qt.Key.Key_Backspace)
    assert easel.controller.undo()
    easel.key(Qt.Key.Key_Enter)
    expect(easel, before, inside(easel, *CORNERS), PERSON)


def test_escape_gives_a_polygon_up(easel: Easel) -> None:
    before = easel.labels.copy()
    easel.use("polygon", PERSON)
    for corner in CORNERS:
        easel.click(*corner)
    easel.key(Qt.Key.Key_Escape)
    easel.key(Qt.Key.Key_Return)
    assert np.array_equal(easel.labels, before)
    assert easel.steps == ()


def test_another_image_or_tool_gives_a_polygon_up(easel: Easel) -> None:
    easel.use("polygon", PERSON)
    easel.click(*CORNERS[0])
    easel.go("next")
    assert not easel.controller.tool.is_busy
    easel.click(*CORNERS[0])
    easel.use("lasso")
    easel.use("polygon")
    assert not easel.controller.tool.is_busy


def test_a_corner_follows_the_held_button(easel: Easel) -> None:
    before = easel.labels.copy()
    easel.use("polygon", PERSON)
    easel.click(*CORNERS[0])
    easel.click(*CORNERS[1])
    easel.drag((90, 75), (70, 72), CORNERS[2])
    easel.key(Qt.Key.Key_Return)
    expect(easel, before, inside(easel, *CORNERS), PERSON)


def test_a_lasso(easel: Easel) -> None:
    before = easel.labels.copy()
    easel.use("lasso", PERSON)
    outline = ((20, 5), (100, 5), (100, 30), (20, 30))
    easel.drag(*outline)
    expect(easel, before, inside(easel, *outline), PERSON)
    assert easel.steps == ("Lasso: person",)


def test_a_shape_begun_with_the_right_button_erases(easel: Easel) -> None:
    easel.use("lasso", PERSON)
    easel.drag((2, 2), (118, 2), (118, 78), (2, 78), button=RIGHT)
    assert not easel.labels.any()
    assert easel.steps == ("Lasso: background",)


def test_a_rectangle(easel: Easel) -> None:
    before = easel.labels.copy()
    easel.use("rectangle", PERSON)
    easel.drag((10.5, 5.5), (50, 20), (100.5, 60.5))
    where = np.zeros(before.shape, bool)
    where[5:61, 10:101] = True
    expect(easel, before, where, PERSON)
    assert easel.steps == ("Rectangle: person",)


def test_a_rectangle_with_shift_is_a_square(easel: Easel) -> None:
    easel.use("rectangle", PERSON)
    easel.press(10.5, 5.5)
    easel.release(40.5, 15.5, keys=SHIFT)
    rows, columns = np.nonzero(easel.labels == PERSON)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (5, 35, 10, 40)


def test_a_click_is_no_rectangle(easel: Easel) -> None:
    easel.use("rectangle", PERSON)
    easel.click(30, 30)
    assert easel.steps == ()


def test_fill_takes_the_region_under_the_pointer(easel: Easel) -> None:
    before = easel.labels.copy()
    easel.use("fill", PERSON)
    easel.click(30, 40)
    expect(easel, before, before == CAT, PERSON)
    easel.click(30, 40, RIGHT)
    expect(easel, before, before == CAT, 0)
    assert easel.steps == ("Fill: person", "Fill: background")


def test_replace_changes_the_class_within_the_object(easel: Easel) -> None:
    easel.use("rectangle", DOG)
    easel.drag((20.5, 36.5), (40.5, 44.5))
    easel.use("replace", CAT)
    easel.click(30.5, 40.5)
    assert (easel.labels[:, :60] != DOG).all()
    assert (easel.labels[:, 60:] == DOG).any(), "the other object's dog stays"
    assert easel.steps[-1] == "Replace dog by cat"


def test_replace_with_shift_changes_the_class_everywhere(easel: Easel) -> None:
    before = easel.labels.copy()
    easel.use("rectangle", DOG)
    easel.drag((20.5, 36.5), (40.5, 44.5))
    easel.use("replace", CAT)
    easel.click(30.5, 40.5, keys=SHIFT)
    assert not (easel.labels == DOG).any()
    assert np.array_equal(easel.labels > 0, before > 0)


def test_replace_leaves_background_alone_and_says_so(easel: Easel) -> None:
    said: list[str] = []
    easel.session.events.message.connect(lambda message: said.append(message.text))
    easel.use("replace", PERSON)
    easel.click(60.5, 2.5)
    assert easel.steps == ()
    assert any("fill" in text for text in said)


def test_pick_takes_the_class_and_goes_back_to_the_tool_before(easel: Easel) -> None:
    easel.use("brush", PERSON)
    easel.use("pick")
    easel.click(90, 40)
    assert easel.session.editing.paint.label == DOG
    assert easel.controller.tool.id == "tool.brush"
    assert easel.book.action("tool.brush").isChecked()


@pytest.mark.parametrize("tool", ["lasso", "rectangle"])
def test_escape_gives_a_drag_up(easel: Easel, tool: str) -> None:
    before = easel.labels.copy()
    easel.use(tool, PERSON)
    easel.press(20, 20)
    easel.move(60, 20)
    easel.move(60, 60)
    easel.key(Qt.Key.Key_Escape)
    easel.move(70, 60)
    easel.release(70, 60)
    assert np.array_equal(easel.labels, before)
    assert easel.steps == ()


def test_enter_closes_the_polygon_though_it_is_a_shortcut_too(easel: Easel) -> None:
    ran: list[str] = []
    easel.book.bind("image.next", lambda: ran.append("next"))
    easel.book.set_keys({"image.next": ["Return"]})
    easel.use("polygon", PERSON)
    for corner in CORNERS:
        easel.click(*corner)
    easel.key(Qt.Key.Key_Return)
    assert easel.steps == ("Polygon: person",)
    assert ran == []
    easel.key(Qt.Key.Key_Return)
    assert ran == ["next"]
