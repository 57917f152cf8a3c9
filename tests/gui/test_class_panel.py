"""The class panel in the window: names whole, suggestions plain, the classes of another photo in view."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from edam_gui.gui.annotate.class_model import Column
from edam_gui.gui.app import Program
from edam_gui.gui.shell.theme import current_theme
from edam_gui.project.store import Ticks
from tests.gui.driving import PATIENCE_MS, wait_for_label_map
from tests.session.projects import CAT, DOG

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def box_of(program: Program, class_index: int) -> QPoint:
    view, line = program.window.classes.view, program.window.classes.model.row_of(class_index)
    assert line is not None
    return view.visualRect(view.model().index(line, Column.TICK)).center()


@pytest.mark.parametrize("size", [(1360, 850), (1024, 700)])
@pytest.mark.parametrize("suggested", [False, True])
def test_no_name_is_cut(program: Program, qtbot: QtBot, size: tuple[int, int], suggested: bool) -> None:
    window, session = program.window, program.session
    window.resize(*size)
    every = frozenset(range(1, 21))
    session.ticks.put(Ticks(every, every if suggested else frozenset()))
    wait_for_label_map(qtbot, program)
    window.classes.refresh()
    view = window.classes.view
    QApplication.processEvents()
    for line in range(20):
        index = view.model().index(line, Column.NAME)
        assert view.sizeHintForIndex(index).width() <= view.columnWidth(Column.NAME), index.data()
        assert view.sizeHintForIndex(index.siblingAtColumn(Column.SHARE)).width() <= view.columnWidth(Column.SHARE)


def test_another_photo_shows_its_classes_at_the_top(program: Program, qtbot: QtBot) -> None:
    window = program.window
    view = window.classes.view
    window.classes.pick(20)
    view.scrollToBottom()
    assert view.verticalScrollBar().value() > 0
    program.session.ticks.tick(3)
    assert view.verticalScrollBar().value() > 0, "a tick on the same photo moves nothing away"
    window.book.run("image.next")
    assert view.verticalScrollBar().value() == 0
    wait_for_label_map(qtbot, program)
    assert view.verticalScrollBar().value() == 0
    assert window.classes.picked_class == 20


def test_a_suggestion_is_confirmed_by_a_click_and_says_so(program: Program) -> None:
    session, view = program.session, program.window.classes.view
    session.ticks.put(Ticks(frozenset({CAT, DOG}), frozenset({DOG})))
    line = program.window.classes.model.row_of(DOG)
    assert line is not None
    index = view.model().index(line, Column.TICK)
    assert index.data(Qt.ItemDataRole.ToolTipRole) == (
        "dog is suggested: click the box to confirm, click again to remove."
    )
    QTest.mouseClick(view.viewport(), LEFT, NONE, box_of(program, DOG))
    assert session.ticks.ticks == Ticks(frozenset({CAT, DOG}))
    QTest.mouseClick(view.viewport(), LEFT, NONE, box_of(program, DOG))
    assert session.ticks.ticks == Ticks(frozenset({CAT}))


def test_the_menu_removes_a_suggestion(program: Program, qtbot: QtBot) -> None:
    session, view = program.session, program.window.classes.view
    session.ticks.put(Ticks(frozenset({CAT, DOG}), frozenset({DOG})))
    view.customContextMenuRequested.emit(box_of(program, DOG))
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu), timeout=PATIENCE_MS)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    actions = {action.text(): action for action in menu.actions() if action.text()}
    assert list(actions) == [
        "Confirm",
        "Remove suggestion",
        "Hide its pixels",
        program.window.book.action("file.classes").text(),
    ]
    place = menu.actionGeometry(actions["Remove suggestion"]).center()
    QTest.mouseClick(menu, LEFT, NONE, place)
    assert session.ticks.ticks == Ticks(frozenset({CAT}))
    session.undo()
    assert session.ticks.ticks == Ticks(frozenset({CAT, DOG}), frozenset({DOG}))


def test_the_box_of_a_suggestion_is_seen_in_a_selected_row(program: Program, qtbot: QtBot) -> None:
    window = program.window
    program.session.ticks.put(Ticks(frozenset({CAT, DOG}), frozenset({DOG})))
    window.activateWindow()
    window.classes.pick(DOG)
    window.classes.view.setFocus()
    qtbot.waitUntil(window.classes.view.hasFocus, timeout=PATIENCE_MS)
    view, place = window.classes.view, box_of(program, DOG)
    image = view.viewport().grab().toImage()
    column = [image.pixelColor(x, place.y() - 4).name() for x in range(30)]
    ground, frame = current_theme().colors.accent, current_theme().colors.on_accent
    assert ground in column
    assert column.count(frame) >= 2, "the frame stands out on both sides"
