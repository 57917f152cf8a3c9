"""While the grid is shown, keys and menus act on the tiles that are selected, and nothing acts on the photo behind."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from edam_gui.gui.annotate.image_list import ImageGrid, digit_entry
from edam_gui.gui.app import Program
from edam_gui.project.store import Status, Ticks
from edam_gui.project.store.changes import SetTicks
from edam_gui.session.model_host import ModelHost
from tests.gui.conftest import OpenWindow
from tests.gui.driving import PATIENCE_MS, wait_for_label_map
from tests.session.projects import CAT, DOG, make_folder, without_network

Key, Modifier = Qt.Key, Qt.KeyboardModifier
NEW, ACCEPTED, WORK, SKIPPED = Status.NEW, Status.ACCEPTED, Status.NEEDS_WORK, Status.SKIPPED


@pytest.fixture
def program(open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Program:
    """A window on six photos, the first on the desk, the fifth with suggestions; the grid is shown."""
    monkeypatch.setattr(ModelHost, "load", without_network)
    monkeypatch.setattr(digit_entry, "_SECOND_DIGIT_MS", 60_000)
    program = open_window(make_folder(tmp_path / "project", images=6))
    wait_for_label_map(qtbot, program)
    session = program.session
    assert session.project is not None
    qtbot.waitUntil(lambda: len(session.navigator.ids) == 6, timeout=PATIENCE_MS)
    image = session.navigator.ids[4]
    session.project.submit(SetTicks(image, Ticks(frozenset({CAT, DOG}), frozenset({DOG}))))
    session.navigator.refresh()
    qtbot.waitUntil(lambda: not session.navigator.is_listing, timeout=PATIENCE_MS)
    program.window.activateWindow()
    program.window.book.action("view.grid").trigger()
    qtbot.waitUntil(grid_of(program).view.hasFocus, timeout=PATIENCE_MS)
    return program


def grid_of(program: Program) -> ImageGrid:
    grid = program.window.workspace.grid
    assert grid is not None
    return grid


def statuses(program: Program) -> list[Status]:
    rows = program.session.rows.many(program.session.navigator.ids)
    return [row.status for row in rows]


def press(program: Program, key: Qt.Key, modifier: Qt.KeyboardModifier = Modifier.NoModifier) -> None:
    QTest.keyClick(grid_of(program).view, key, modifier)


def message(program: Program) -> str:
    shown = program.window.workspace.messages.message()
    return "" if shown is None else shown.text


def test_s_accepts_the_selected_tile_and_goes_to_the_next(program: Program) -> None:
    view = grid_of(program).view
    press(program, Key.Key_Right)
    press(program, Key.Key_Right)
    press(program, Key.Key_S)
    assert statuses(program) == [NEW, NEW, ACCEPTED, NEW, NEW, NEW]
    assert view.selected_rows() == [3]
    press(program, Key.Key_S)
    press(program, Key.Key_S)
    assert view.selected_rows() == [5]
    assert program.session.navigator.place == 0, "the photo behind the grid stays"
    row = program.session.rows.at(4)
    assert row is not None
    assert row.ticks == Ticks(frozenset({CAT, DOG})), "what was suggested counts as confirmed"
    press(program, Key.Key_S)
    assert statuses(program) == [NEW, NEW, ACCEPTED, ACCEPTED, ACCEPTED, ACCEPTED]
    assert view.selected_rows() == [5], "the end is not followed by the top"
    assert message(program) == "That was the last image of the list."


def test_status_keys_act_on_all_selected_tiles(program: Program, qtbot: QtBot) -> None:
    view = grid_of(program).view
    press(program, Key.Key_Right)
    press(program, Key.Key_Right, Modifier.ShiftModifier)
    press(program, Key.Key_W)
    assert statuses(program) == [NEW, WORK, WORK, NEW, NEW, NEW]
    assert view.selected_rows() == [3]
    press(program, Key.Key_Right, Modifier.ShiftModifier)
    press(program, Key.Key_S, Modifier.ShiftModifier)
    assert statuses(program) == [NEW, WORK, WORK, ACCEPTED, ACCEPTED, NEW]
    assert view.selected_rows() == [3, 4], "accepting alone goes nowhere"
    press(program, Key.Key_Z, Modifier.ControlModifier)
    assert statuses(program) == [NEW, WORK, WORK, NEW, NEW, NEW]
    qtbot.waitUntil(lambda: message(program) == "Taken back: Accept, 2 images.", timeout=PATIENCE_MS)
    press(program, Key.Key_W, Modifier.ShiftModifier)
    assert statuses(program) == [NEW, WORK, WORK, SKIPPED, SKIPPED, NEW]
    press(program, Key.Key_D, Modifier.ShiftModifier)
    assert view.selected_rows() == [0], "next unfinished, round the end"
    assert program.session.navigator.place == 0


def test_next_and_previous_move_in_the_grid(program: Program) -> None:
    view = grid_of(program).view
    press(program, Key.Key_D)
    press(program, Key.Key_D)
    assert view.selected_rows() == [2]
    press(program, Key.Key_A)
    assert view.selected_rows() == [1]
    assert program.session.navigator.place == 0


def test_a_number_ends_with_the_status_key(program: Program) -> None:
    press(program, Key.Key_Right)
    press(program, Key.Key_1)
    press(program, Key.Key_S)
    rows = [program.session.rows.at(place) for place in (1, 2)]
    assert [row.ticks is not None and 1 in row.ticks.classes for row in rows if row is not None] == [True, False]


def test_digits_and_confirming_by_menu_act_on_the_selection(program: Program) -> None:
    press(program, Key.Key_End)
    press(program, Key.Key_Left)
    program.window.book.run("class.confirm")
    program.window.book.run("class.digit_9")
    row = program.session.rows.at(4)
    assert row is not None
    assert row.ticks == Ticks(frozenset({CAT, DOG, 9}))
    assert program.session.current is not None
    assert program.session.current.present == {CAT, DOG}


def test_nothing_acts_on_the_photo_behind_the_grid(program: Program) -> None:
    window, current = program.window, program.session.current
    assert current is not None
    assert current.labels is not None
    press(program, Key.Key_Right)
    before, theta = current.labels.copy(), program.session.rules.effective().thresholds.theta
    on_image = (
        "edit.clean_up",
        "edit.note",
        "class.tick",
        "class.next",
        "threshold.theta_up",
        "tool.brush",
        "model.run",
    )
    assert not any(window.book.action(name).isEnabled() for name in on_image)
    for name in [spec.id for spec in window.book.specs()]:
        if name.startswith(("class.", "threshold.", "tool.", "edit.b", "edit.r", "image.", "view.m", "view.s")):
            window.book.run(name)
    assert (current.status, current.ticks, current.history.names) == (NEW, Ticks(frozenset({CAT, DOG})), ())
    assert (current.labels == before).all()
    assert program.session.rules.effective().thresholds.theta == theta


def test_the_panels_of_the_photo_are_put_aside_and_come_back(program: Program) -> None:
    window = program.window
    images, *others = window.docks
    assert not images.isHidden()
    assert all(dock.isHidden() for dock in others)
    window.book.run("view.grid")
    assert not any(dock.isHidden() for dock in others)
    assert window.thresholds.isVisible(), "the tab that was in front is again"
    assert window.classes.isEnabled()
    window.book.run("view.grid")
    window.close()
    assert not any(dock.isHidden() for dock in others), "they are there the next time"
