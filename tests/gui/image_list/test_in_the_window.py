"""The list and the grid in the program's own window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from edam_gui.core.label_set import PASCAL_VOC
from tests.gui.conftest import OpenWindow
from tests.gui.driving import PATIENCE_MS, wait_for_label_map

DOG = PASCAL_VOC.index("dog")


def test_from_the_list_to_the_grid_and_back(open_window: OpenWindow, photos: Path, qtbot: QtBot) -> None:
    program = open_window(photos)
    wait_for_label_map(qtbot, program)
    window, session = program.window, program.session
    view = window.images.view
    place = view.visualRect(view.images.index(1)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    wait_for_label_map(qtbot, program)
    assert session.navigator.place == 1
    window.book.action("view.grid").trigger()
    grid = window.workspace.grid
    assert grid is not None
    qtbot.waitUntil(grid.view.hasFocus, timeout=PATIENCE_MS)
    assert grid.view.selected_rows() == [1]
    QTest.keyClick(grid.view, Qt.Key.Key_Left)
    QTest.keyClicks(grid.view, "12")
    row = session.rows.at(0)
    assert row is not None
    assert row.ticks is not None
    assert DOG in row.ticks.confirmed
    QTest.keyClick(grid.view, Qt.Key.Key_Return)
    assert not window.book.action("view.grid").isChecked()
    wait_for_label_map(qtbot, program)
    assert session.navigator.place == 0
    assert session.current is not None
    assert DOG in session.current.present
    assert session.undo()
    assert DOG not in session.current.present
