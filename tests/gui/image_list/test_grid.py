"""A person ticks classes on thumbnails with keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QAction, QColor, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from edam_gui.core.label_set import PASCAL_VOC
from edam_gui.core.palette import colour_blind_palette
from edam_gui.gui.annotate.image_list import ImageGrid, digit_entry
from edam_gui.gui.annotate.image_list.grid_hint import waiting_text
from edam_gui.gui.annotate.screen_palette import screen_palette
from edam_gui.gui.shell.theme import current_theme
from edam_gui.project.store import Query, Ticks
from edam_gui.project.store.changes import SetTicks
from edam_gui.session.session import Session
from tests.gui.image_list.conftest import PATIENCE_MS, OpenFolder
from tests.session.listing import write_photos

Key, Modifier = Qt.Key, Qt.KeyboardModifier
CAT, DOG, PERSON = (PASCAL_VOC.index(name) for name in ("cat", "dog", "person"))


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no number end by itself, however slow the machine is."""
    monkeypatch.setattr(digit_entry, "_SECOND_DIGIT_MS", 60_000)


def ticked(session: Session, count: int) -> list[set[int] | None]:
    rows = [session.rows.at(place) for place in range(count)]
    return [set(row.ticks.classes) if row is not None and row.ticks is not None else None for row in rows]


def test_digits_tick_and_untick_while_arrows_go_on(
    grid: ImageGrid, open_folder: OpenFolder, folder: Path, session: Session
) -> None:
    open_folder(folder)
    QTest.keyClicks(grid.view, "8")
    QTest.keyClick(grid.view, Key.Key_Right)
    QTest.keyClicks(grid.view, "15")
    QTest.keyClick(grid.view, Key.Key_Right)
    QTest.keyClicks(grid.view, "815")
    QTest.keyClick(grid.view, Key.Key_Left)
    QTest.keyClicks(grid.view, "15")
    assert ticked(session, 4) == [{CAT}, set(), {CAT, PERSON}, None]


def test_moving_on_ends_a_number(grid: ImageGrid, open_folder: OpenFolder, folder: Path, session: Session) -> None:
    open_folder(folder)
    QTest.keyClicks(grid.view, "1")
    assert ticked(session, 2) == [None, None]
    QTest.keyClick(grid.view, Key.Key_Right)
    assert ticked(session, 2) == [{1}, None]


def test_a_waiting_digit_is_shown_and_can_be_given_up(
    grid: ImageGrid, open_folder: OpenFolder, folder: Path, session: Session, qtbot: QtBot
) -> None:
    open_folder(folder)
    QTest.keyClicks(grid.view, "1")
    assert grid.help.text() == "1_   1 aeroplane after a pause, or 10–19 with another digit"
    assert grid.legend.buttons[15].font().underline()
    assert not grid.legend.buttons[8].font().underline()
    with qtbot.assertNotEmitted(grid.left):
        QTest.keyClick(grid.view, Key.Key_Escape)
    assert ticked(session, 1) == [None]
    assert "Numbers tick classes" in grid.help.text()
    with qtbot.waitSignal(grid.left):
        QTest.keyClick(grid.view, Key.Key_Escape)


def seen(widget: QWidget, rect: QRect) -> set[tuple[int, ...]]:
    image = widget.grab(rect).toImage()
    return {image.pixelColor(x, y).getRgb()[:3] for x in range(image.width()) for y in range(image.height())}


def test_a_waiting_digit_stands_on_the_tiles_that_it_is_for(
    grid: ImageGrid, open_folder: OpenFolder, folder: Path
) -> None:
    open_folder(folder)
    accent = QColor(current_theme().colors.accent).getRgb()[:3]
    # The bar at the left edge says which image is on the desk: look beside it.
    tiles = [grid.view.visualRect(grid.view.images.index(row)).adjusted(14, 8, -8, -90) for row in (0, 1)]
    assert accent not in seen(grid.view.viewport(), tiles[0])
    QTest.keyClicks(grid.view, "1")
    assert accent in seen(grid.view.viewport(), tiles[0])
    assert accent not in seen(grid.view.viewport(), tiles[1])
    QTest.keyClick(grid.view, Key.Key_Shift)
    assert accent not in seen(grid.view.viewport(), tiles[0])


@pytest.mark.parametrize("key", [Key.Key_Return, Key.Key_Space, Key.Key_Shift, Key.Key_Q])
def test_any_other_key_ends_a_number_so_that_one_and_seven_are_not_seventeen(
    grid: ImageGrid, open_folder: OpenFolder, folder: Path, session: Session, qtbot: QtBot, key: Qt.Key
) -> None:
    open_folder(folder)
    with qtbot.assertNotEmitted(grid.left):
        QTest.keyClicks(grid.view, "1")
        QTest.keyClick(grid.view, key)
    assert ticked(session, 1) == [{1}]
    QTest.keyClicks(grid.view, "7")
    assert ticked(session, 1) == [{1, 7}]


def test_a_number_is_for_the_tile_on_which_it_was_typed(
    grid: ImageGrid, open_folder: OpenFolder, folder: Path, session: Session
) -> None:
    open_folder(folder)
    QTest.keyClicks(grid.view, "1")
    place = grid.view.visualRect(grid.view.images.index(2)).center()
    QTest.mouseClick(grid.view.viewport(), Qt.MouseButton.LeftButton, Modifier.NoModifier, place)
    assert ticked(session, 3) == [{1}, None, None]


@pytest.mark.parametrize(
    ("typed", "names", "said"),
    [
        ("2", 20, "2_   2 bird after a pause, or 20 c20 with another digit"),
        ("0", 20, "0_   1–9 with another digit"),
        ("1", 13, "1_   1 c1 after a pause, or 10–13 with another digit"),
        ("12", 130, "12_   12 c12 after a pause, or 120–129 with another digit"),
    ],
)
def test_what_a_waiting_digit_may_become(typed: str, names: int, said: str) -> None:
    classes = ("background", *(f"c{number}" for number in range(1, names + 1)))
    assert waiting_text(typed, classes) == said.replace("bird", "c2")


def test_the_hint_is_one_line_with_the_whole_help_in_its_tip(
    grid: ImageGrid, open_folder: OpenFolder, folder: Path, qtbot: QtBot
) -> None:
    open_folder(folder)
    grid.resize(480, 560)
    grid.help.grab()
    assert grid.help.height() < 2 * grid.help.fontMetrics().height()
    assert grid.help.shown_text().endswith("…")
    assert "may begin a longer number" in grid.help.toolTip()


def test_taking_back_shows_what_changed_where_it_is_out_of_view(
    grid: ImageGrid, open_folder: OpenFolder, folder: Path, session: Session
) -> None:
    open_folder(folder)
    said: list[str] = []
    session.events.message.connect(lambda message: said.append(message.text))
    QTest.keyClick(grid.view, Key.Key_Right, Modifier.ShiftModifier)
    QTest.keyClicks(grid.view, "12")
    QTest.keyClick(grid.view, Key.Key_End)
    assert 0 not in grid.view.visible_rows()
    QTest.keyClick(grid.view, Key.Key_Z, Modifier.ControlModifier)
    assert said[-1] == "Taken back: Tick dog, 2 images."
    assert 0 in grid.view.visible_rows()
    assert grid.view.selected_rows() == [0, 1]
    QTest.keyClick(grid.view, Key.Key_Right)
    QTest.keyClick(grid.view, Key.Key_Z, Modifier.ControlModifier | Modifier.ShiftModifier)
    assert said[-1] == "Done again: Tick dog, 2 images."
    assert len(grid.view.selected_rows()) == 1, "what changed can be seen: the choice stays"


def test_a_list_made_anew_keeps_what_is_selected(
    grid: ImageGrid, open_folder: OpenFolder, folder: Path, session: Session, qtbot: QtBot
) -> None:
    open_folder(folder)
    grid.view.go_to(20)
    QTest.keyClick(grid.view, Key.Key_Right, Modifier.ShiftModifier)
    QTest.keyClick(grid.view, Key.Key_Right, Modifier.ShiftModifier)
    images = grid.view.selected_images()
    write_photos(folder, 31)
    session.folders.add_images(folder)
    qtbot.waitUntil(lambda: grid.view.images.rowCount() == 31, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: not session.navigator.is_listing, timeout=PATIENCE_MS)
    assert grid.view.selected_images() == images
    session.desk.reload()
    assert grid.view.selected_images() == images


def test_several_are_ticked_at_once_and_taken_back(
    grid: ImageGrid, open_folder: OpenFolder, folder: Path, session: Session, qtbot: QtBot
) -> None:
    open_folder(folder)
    QTest.keyClick(grid.view, Key.Key_Right, Modifier.ShiftModifier)
    QTest.keyClick(grid.view, Key.Key_Right, Modifier.ShiftModifier)
    qtbot.waitUntil(lambda: "3 selected" in grid.counts.text(), timeout=PATIENCE_MS)
    QTest.keyClicks(grid.view, "12")
    assert ticked(session, 4) == [{DOG}, {DOG}, {DOG}, None]
    assert session.current is not None
    assert session.current.present == {DOG}
    qtbot.waitUntil(grid.legend.buttons[DOG].isChecked, timeout=PATIENCE_MS)
    QTest.keyClick(grid.view, Key.Key_Z, Modifier.ControlModifier)
    assert ticked(session, 4) == [None, None, None, None]
    QTest.keyClick(grid.view, Key.Key_Z, Modifier.ControlModifier | Modifier.ShiftModifier)
    assert ticked(session, 4) == [{DOG}, {DOG}, {DOG}, None]


def test_a_click_on_a_class_ticks_the_selection(
    grid: ImageGrid, open_folder: OpenFolder, folder: Path, session: Session
) -> None:
    open_folder(folder)
    QTest.mouseClick(grid.legend.buttons[CAT], Qt.MouseButton.LeftButton)
    assert ticked(session, 2) == [{CAT}, None]
    assert grid.view.hasFocus()


def test_space_confirms_and_delete_says_no_class(
    grid: ImageGrid, open_folder: OpenFolder, folder: Path, session: Session, qtbot: QtBot
) -> None:
    open_folder(folder)
    assert session.project is not None
    image = session.navigator.ids[1]
    session.project.submit(SetTicks(image, Ticks(frozenset({CAT, DOG}), frozenset({CAT, DOG}))))
    session.navigator.refresh()
    qtbot.waitUntil(lambda: not session.navigator.is_listing, timeout=PATIENCE_MS)
    QTest.keyClick(grid.view, Key.Key_Right)
    QTest.keyClick(grid.view, Key.Key_Space)
    row = session.rows.at(1)
    assert row is not None
    assert row.ticks == Ticks(frozenset({CAT, DOG}))
    QTest.keyClick(grid.view, Key.Key_Right)
    QTest.keyClick(grid.view, Key.Key_Delete)
    assert ticked(session, 4) == [None, {CAT, DOG}, set(), None]


def test_enter_opens_the_image(
    grid: ImageGrid, open_folder: OpenFolder, folder: Path, session: Session, qtbot: QtBot
) -> None:
    open_folder(folder)
    QTest.keyClick(grid.view, Key.Key_Down)
    with qtbot.waitSignal(grid.left):
        QTest.keyClick(grid.view, Key.Key_Return)
    assert session.navigator.place == grid.view.columns


def test_the_grid_has_its_keys_before_the_window_has_them(
    grid: ImageGrid, open_folder: OpenFolder, folder: Path, session: Session, qtbot: QtBot
) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    stolen: list[str] = []
    for key in ("8", "Space", "Del", "D"):
        action = QAction(key, window)
        action.setShortcut(QKeySequence(key))
        action.triggered.connect(lambda _=False, key=key: stolen.append(key))
        window.addAction(action)
    window.setCentralWidget(grid)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    open_folder(folder)
    grid.view.setFocus()
    for key in (Key.Key_8, Key.Key_Space, Key.Key_D):
        QTest.keyClick(grid.view, key)
    assert stolen == ["D"]
    assert ticked(session, 1) == [{CAT}]
    window.takeCentralWidget()


def test_the_grid_shows_the_filtered_list_and_keeps_its_place(
    grid: ImageGrid, open_folder: OpenFolder, folder: Path, session: Session, qtbot: QtBot
) -> None:
    open_folder(folder)
    grid.view.setCurrentIndex(grid.view.images.index(25))
    session.navigator.set_query(Query(text="img2"))
    qtbot.waitUntil(lambda: grid.view.images.rowCount() == 11, timeout=PATIENCE_MS)
    assert grid.view.selected_images() == [session.navigator.ids[6]]
    row = session.rows.at(6)
    assert row is not None
    assert row.relative.name == "img25.png"
    session.navigator.set_query(Query(text="zebra"))
    qtbot.waitUntil(lambda: grid.view.images.rowCount() == 0, timeout=PATIENCE_MS)
    assert grid.hint.text() == "No image fits the filter of the list."
    QTest.keyClicks(grid.view, "8")


def test_what_is_ticked_is_painted(grid: ImageGrid, open_folder: OpenFolder, folder: Path, qtbot: QtBot) -> None:
    open_folder(folder)
    place = grid.view.visualRect(grid.view.images.index(0))
    chair, readable = (tuple(palette[9].tolist()) for palette in (PASCAL_VOC.palette, colour_blind_palette()))

    assert chair not in seen(grid.view.viewport(), place)
    QTest.keyClicks(grid.view, "9")
    assert chair in seen(grid.view.viewport(), place)
    button = grid.legend.buttons[9]
    screen_palette().choose(colour_blind_palette())
    try:
        for widget, rect in ((grid.view.viewport(), place), (button, button.rect())):
            assert readable in seen(widget, rect)
            assert chair not in seen(widget, rect)
    finally:
        screen_palette().choose(None)
    assert chair in seen(button, button.rect())


@pytest.mark.parametrize("side", [96, 256])
def test_thumbnails_in_other_sizes(grid: ImageGrid, open_folder: OpenFolder, folder: Path, side: int) -> None:
    open_folder(folder)
    grid.size_slider.setValue(side)
    assert grid.view.side == side
    assert grid.view.visualRect(grid.view.images.index(0)).width() >= side
    assert 0 in grid.view.visible_rows()


def test_counts_say_how_far_the_labelling_is(
    grid: ImageGrid, open_folder: OpenFolder, folder: Path, qtbot: QtBot
) -> None:
    open_folder(folder)
    qtbot.waitUntil(lambda: grid.counts.text() == "0 of 30 labelled", timeout=PATIENCE_MS)
    QTest.keyClicks(grid.view, "8")
    qtbot.waitUntil(lambda: grid.counts.text() == "1 of 30 labelled", timeout=PATIENCE_MS)
