"""Items of one size: where they are, how keys and mouse go through them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QSize, QStringListModel, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView
from pytestqt.qtbot import QtBot

from edam_gui.gui.annotate.image_list.uniform_view import UniformView

Key, Modifier = Qt.Key, Qt.KeyboardModifier


def make(qtbot: QtBot, count: int, *, grid: bool) -> UniformView:
    view = UniformView(QSize(100, 50), grid=grid)
    qtbot.addWidget(view)
    view.setModel(QStringListModel([f"item {number}" for number in range(count)], view))
    view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
    view.resize(450, 300)
    with qtbot.waitExposed(view):
        view.show()
    return view


@pytest.mark.parametrize("grid", [False, True])
def test_every_item_is_where_it_is_found(qtbot: QtBot, grid: bool) -> None:
    view = make(qtbot, 1000, grid=grid)
    assert view.columns == (4 if grid else 1)
    for row in (0, 3, 4, 500, 999):
        index = view.model().index(row, 0)
        view.scrollTo(index)
        rect = view.visualRect(index)
        assert view.viewport().rect().contains(rect)
        assert view.indexAt(rect.center()) == index
        assert row in view.visible_rows()
    assert not view.indexAt(QPoint(5, -view.verticalOffset() - 1)).isValid()


def test_behind_the_last_item_there_is_nothing(qtbot: QtBot) -> None:
    view = make(qtbot, 5, grid=True)
    assert view.visible_rows() == range(5)
    assert view.indexAt(QPoint(10, 60)).row() == 4
    assert not view.indexAt(QPoint(150, 60)).isValid()
    assert not view.indexAt(QPoint(10, 110)).isValid()


def test_keys_go_through_a_grid(qtbot: QtBot) -> None:
    view = make(qtbot, 10, grid=True)  # lines of 4, 4 and 2
    view.setCurrentIndex(view.model().index(0, 0))
    places = []
    for key in (Key.Key_Right, Key.Key_Down, Key.Key_Left, Key.Key_Up, Key.Key_Up, Key.Key_End, Key.Key_Home):
        QTest.keyClick(view, key)
        places.append(view.currentIndex().row())
    assert places == [1, 5, 4, 0, 0, 9, 0]
    view.setCurrentIndex(view.model().index(7, 0))
    QTest.keyClick(view, Key.Key_Down)  # the last line has no fourth item
    assert view.currentIndex().row() == 9
    QTest.keyClick(view, Key.Key_Down)
    assert view.currentIndex().row() == 9


def test_shift_selects_in_reading_order(qtbot: QtBot) -> None:
    view = make(qtbot, 20, grid=True)
    view.setCurrentIndex(view.model().index(6, 0))
    QTest.keyClick(view, Key.Key_Down, Modifier.ShiftModifier)
    assert view.selected_rows() == [6, 7, 8, 9, 10]
    QTest.keyClick(view, Key.Key_Up, Modifier.ShiftModifier)
    QTest.keyClick(view, Key.Key_Up, Modifier.ShiftModifier)
    assert view.selected_rows() == [2, 3, 4, 5, 6]


def click(view: UniformView, row: int, modifier: Modifier = Modifier.NoModifier) -> None:
    place = view.visualRect(view.model().index(row, 0)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, modifier, place)


def test_the_mouse_selects_ranges_and_single_items(qtbot: QtBot) -> None:
    view = make(qtbot, 20, grid=True)
    click(view, 3)
    click(view, 9, Modifier.ShiftModifier)
    assert view.selected_rows() == list(range(3, 10))
    click(view, 5, Modifier.ControlModifier)
    assert view.selected_rows() == [3, 4, 6, 7, 8, 9]
    click(view, 12)
    click(view, 6, Modifier.ShiftModifier)  # from the lower left to the upper right
    assert view.selected_rows() == list(range(6, 13))


def test_a_grid_keeps_its_place_when_it_is_resized(qtbot: QtBot) -> None:
    view = make(qtbot, 1000, grid=True)
    view.scrollTo(view.model().index(400, 0), QAbstractItemView.ScrollHint.PositionAtTop)
    assert view.visible_rows().start == 400
    view.resize(950, 300)
    assert view.columns == 9
    assert 400 in view.visible_rows()
    view.set_item_size(QSize(200, 100))
    assert view.columns == 4
    assert 400 in view.visible_rows()


def test_visible_items_are_told_after_scrolling(qtbot: QtBot) -> None:
    view = make(qtbot, 1000, grid=False)
    with qtbot.waitSignal(view.visible_changed):
        view.verticalScrollBar().setValue(5000)
    assert view.visible_rows() == range(100, 106)


def test_letters_do_not_search_through_every_name(qtbot: QtBot) -> None:
    view = make(qtbot, 30, grid=False)
    view.setCurrentIndex(view.model().index(3, 0))
    QTest.keyClicks(view, "item 20")
    assert view.currentIndex().row() == 3


def test_an_empty_view_takes_keys(qtbot: QtBot) -> None:
    view = make(qtbot, 0, grid=True)
    QTest.keyClick(view, Key.Key_Down)
    QTest.keyClick(view, Key.Key_A, Modifier.ControlModifier)
    assert not view.currentIndex().isValid()
    assert view.selected_rows() == []
