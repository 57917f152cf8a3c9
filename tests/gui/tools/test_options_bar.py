"""The bar above the canvas, clicked and typed into."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QToolButton

from edam_gui.core.edits.brush import BrushShape
from edam_gui.core.edits.paint_rule import Over, PaintRule
from edam_gui.core.label_set import IGNORE
from edam_gui.gui.annotate.tool_options import ToolOptionsBar
from edam_gui.gui.annotate.tool_options.brush_options import LIGHTEST, diameter_at, stop_of
from edam_gui.session.paint import Paint
from tests.gui.tools.conftest import LEFT, RIGHT, Easel
from tests.session.projects import CAT, DOG


@pytest.fixture
def kept() -> list[Any]:
    return []


@pytest.fixture
def bar(easel: Easel, kept: list[Any]) -> Iterator[ToolOptionsBar]:
    """The bar in a window of its own, wide enough for everything."""
    bar = ToolOptionsBar(easel.session, easel.controller, keep=kept.append)
    easel.qtbot.addWidget(bar)
    bar.resize(1200, 40)
    bar.show()
    yield bar
    bar.close()


def choose(button: QToolButton, text: str) -> None:
    """Open a button's menu and click an entry."""
    menu: QMenu = button.menu()
    menu.popup(button.mapToGlobal(button.rect().bottomLeft()))
    actions = [action for action in menu.actions() if action.text() == text]
    assert actions, f"no '{text}' in {[action.text() for action in menu.actions()]}"
    QTest.mouseClick(menu, LEFT, Qt.KeyboardModifier.NoModifier, menu.actionGeometry(actions[0]).center())


def paint(easel: Easel) -> Paint:
    return easel.session.editing.paint


@pytest.mark.parametrize(
    ("tool", "shown"),
    [
        ("hand", ""),
        ("brush", "label brush rule"),
        ("eraser", "brush rule"),
        ("polygon", "label rule"),
        ("pick", "label"),
        ("saliency", "brush saliency"),
    ],
)
def test_only_what_the_tool_uses_is_shown(easel: Easel, bar: ToolOptionsBar, tool: str, shown: str) -> None:
    easel.use(tool)
    parts = {name: getattr(bar, name) for name in ("label", "brush", "rule", "saliency")}
    assert [name for name, part in parts.items() if part.isVisible()] == shown.split()
    assert bar.hint.text() == easel.controller.tool.hint != ""


def test_the_label_is_shown_and_chosen(easel: Easel, bar: ToolOptionsBar) -> None:
    easel.use("brush", DOG)
    assert bar.label.text() == "dog"
    choose(bar.label, "cat")
    assert paint(easel).label == CAT
    assert bar.label.text() == "cat"
    choose(bar.label, "Ignore (255)")
    easel.click(60, 10)
    assert easel.labels[10, 60] == IGNORE


def test_the_size_is_typed_and_dragged(easel: Easel, bar: ToolOptionsBar) -> None:
    easel.use("brush")
    box = bar.brush.box
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, "42")
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert paint(easel).brush.diameter == 42
    bar.brush.slider.setFocus()
    QTest.keyClick(bar.brush.slider, Qt.Key.Key_End)
    assert paint(easel).brush.diameter == 1000
    assert box.value() == 1000
    easel.session.editing.resize_brush(-100)
    assert box.value() == 1
    assert bar.brush.slider.value() == 0


def test_slider_stops_ascend_and_come_back() -> None:
    sizes = [diameter_at(stop) for stop in range(201)]
    assert sizes == sorted(sizes)
    assert (sizes[0], sizes[-1]) == (1, 1000)
    assert all(diameter_at(stop_of(size)) == size for size in sizes)


def test_shape_pressure_and_superpixels(easel: Easel, bar: ToolOptionsBar) -> None:
    easel.use("brush")
    bar.brush.square.click()
    bar.brush.pressure.click()
    bar.brush.snap.click()
    assert paint(easel).brush.shape is BrushShape.SQUARE
    assert easel.book.action("tool.square").isChecked()
    assert paint(easel).brush.lightest == LIGHTEST
    assert paint(easel).snap
    easel.book.run("tool.square")
    bar.brush.pressure.click()
    bar.brush.snap.click()
    assert paint(easel) == Paint(label=paint(easel).label)
    assert not bar.brush.square.isChecked()


def test_where_painting_is_allowed(easel: Easel, bar: ToolOptionsBar) -> None:
    easel.use("brush", CAT, diameter=400.0)
    choose(bar.rule.over, "Over background only")
    assert paint(easel).rule == PaintRule(Over.BACKGROUND)
    assert bar.rule.over.text() == "Over background only"
    choose(bar.rule.over, "dog")
    assert paint(easel).rule == PaintRule(Over.CLASS, DOG)
    easel.click(60, 40)
    assert not (easel.labels == DOG).any()
    choose(bar.rule.over, "Over everything")
    choose(bar.rule.protect, "cat")
    choose(bar.rule.protect, "dog")
    assert paint(easel).rule == PaintRule(protected=frozenset({CAT, DOG}))
    assert bar.rule.protect.text() == "2 protected"
    choose(bar.rule.protect, "cat")
    assert paint(easel).rule == PaintRule(protected=frozenset({DOG}))
    choose(bar.rule.protect, "Protect none")
    assert paint(easel).rule.is_free


def test_the_gate(easel: Easel, bar: ToolOptionsBar) -> None:
    gate = bar.rule.gate
    assert gate.text() == "Anywhere"
    gate.by_score.click()
    gate.score.setValue(0.5)
    gate.by_saliency.click()
    gate.saliency.setValue(100)
    assert paint(easel).rule == PaintRule(score_above=0.5, saliency_from=100)
    assert gate.text() == "Where score > 0.5, saliency ≥ 100"
    gate.side.setCurrentIndex(1)
    assert paint(easel).rule == PaintRule(score_above=0.5, saliency_below=100)
    gate.by_score.click()
    gate.by_saliency.click()
    assert paint(easel).rule.is_free


def test_saliency_corrections_are_removed(easel: Easel, bar: ToolOptionsBar) -> None:
    easel.use("saliency")
    assert not bar.saliency.isEnabled()
    easel.click(60, 40, RIGHT)
    assert bar.saliency.isEnabled()
    bar.saliency.click()
    assert easel.steps[-1] == "Remove all saliency corrections"
    assert not bar.saliency.isEnabled()


def test_the_brush_is_kept_but_not_its_limits(easel: Easel, bar: ToolOptionsBar, kept: list[Any]) -> None:
    easel.use("brush", diameter=77.0)
    choose(bar.rule.over, "Over background only")
    assert len(kept) == 1
    again = ToolOptionsBar(easel.session, easel.controller, stored=kept[-1] | {"shape": "square"})
    easel.qtbot.addWidget(again)
    assert paint(easel).brush.diameter == 77
    assert paint(easel).brush.shape is BrushShape.SQUARE


def test_a_hint_without_room_is_left_out_and_stands_in_the_tip(easel: Easel, bar: ToolOptionsBar) -> None:
    easel.book.run("tool.polygon")
    bar.resize(2400, 40)
    QApplication.processEvents()
    hint = easel.controller.tool.hint
    assert bar.hint.shown_text() == hint
    needed = bar.width() - bar.hint.width()
    letter = bar.hint.fontMetrics().height()
    bar.resize(needed + 13 * letter, 40)
    QApplication.processEvents()
    assert bar.hint.shown_text().endswith("…")
    bar.resize(needed + 6 * letter, 40)
    QApplication.processEvents()
    assert bar.hint.shown_text() == ""
    assert bar.toolTip() == bar.hint.toolTip() == hint


def test_a_button_is_plain_again_once_its_menu_is_closed(easel: Easel, bar: ToolOptionsBar) -> None:
    easel.book.run("tool.brush")
    button = bar.rule.over
    QApplication.processEvents()
    plain = button.grab().toImage()
    # As the mouse leaves it: it came over the button, and went away while the menu had it.
    button.setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
    menu: QMenu = button.menu()
    menu.popup(button.mapToGlobal(button.rect().bottomLeft()))
    assert button.grab().toImage() != plain
    QTest.keyClick(menu, Qt.Key.Key_Escape)
    easel.qtbot.waitUntil(lambda: not button.underMouse())
    assert button.grab().toImage() == plain
