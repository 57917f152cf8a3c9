"""A person filters, sorts, clicks through and judges images in the list."""

from __future__ import annotations

import shutil
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QToolTip
from pytestqt.qtbot import QtBot

from edam_gui.gui.annotate.image_list import ImageListPanel
from edam_gui.gui.annotate.image_list.context_menu import fill_menu
from edam_gui.gui.shell.theme import ThemeChoice, current_theme
from edam_gui.project.store import Sort, Status, Ticks
from edam_gui.project.store.changes import SetCorrected, SetTicks
from edam_gui.session.session import Session
from tests.gui.image_list.conftest import PATIENCE_MS, OpenFolder
from tests.session.listing import write_photos

Key = Qt.Key


def texts(panel: ImageListPanel) -> list[str]:
    model = panel.view.images
    return [model.data(model.index(place)) for place in range(model.rowCount())]


def click(panel: ImageListPanel, row: int, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    index = panel.view.images.index(row)
    panel.view.scrollTo(index)
    place = panel.view.visualRect(index).center()
    QTest.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, modifier, place)


def wait_for_rows(qtbot: QtBot, panel: ImageListPanel, count: int) -> None:
    qtbot.waitUntil(lambda: panel.view.images.rowCount() == count, timeout=PATIENCE_MS)


def test_without_a_project_the_list_says_what_to_do(panel: ImageListPanel) -> None:
    assert panel.hint.isVisible()
    assert "Open a folder" in panel.hint.text()
    assert not panel.filter.isEnabled()
    assert not panel.progress.isVisible()


def test_an_opened_folder_is_listed_and_counted(
    panel: ImageListPanel, open_folder: OpenFolder, folder: Path, session: Session
) -> None:
    open_folder(folder)
    assert texts(panel) == [f"img{number}.png" for number in range(30)]
    assert panel.view.isVisible()
    assert panel.progress_text.text() == "0 of 30 accepted"
    assert panel.view.currentIndex().row() == 0
    assert session.current is not None
    assert session.current.entry.relative.name == "img0.png"


def test_a_single_image_is_a_list_too(panel: ImageListPanel, open_folder: OpenFolder, tmp_path: Path) -> None:
    open_folder(write_photos(tmp_path / "one", 1))
    assert texts(panel) == ["img0.png"]
    assert panel.progress_text.text() == "0 of 1 accepted"


def test_a_click_shows_an_image(panel: ImageListPanel, open_folder: OpenFolder, folder: Path, session: Session) -> None:
    open_folder(folder)
    click(panel, 4)
    assert session.current is not None
    assert session.current.entry.relative.name == "img4.png"


def test_arrows_choose_and_enter_shows(
    panel: ImageListPanel, open_folder: OpenFolder, folder: Path, session: Session
) -> None:
    open_folder(folder)
    panel.view.setFocus()
    QTest.keyClick(panel.view, Key.Key_Down)
    QTest.keyClick(panel.view, Key.Key_Down)
    assert session.navigator.place == 0
    QTest.keyClick(panel.view, Key.Key_Return)
    assert session.navigator.place == 2


def test_the_list_follows_the_desk(
    panel: ImageListPanel, open_folder: OpenFolder, folder: Path, session: Session
) -> None:
    open_folder(folder)
    session.navigator.go_to(session.navigator.ids[25])
    assert panel.view.currentIndex().row() == 25
    assert 25 in panel.view.visible_rows()
    session.navigator.next()
    assert panel.view.selected_rows() == [26]


def test_typing_filters_and_clearing_shows_all(
    panel: ImageListPanel, open_folder: OpenFolder, folder: Path, session: Session, qtbot: QtBot
) -> None:
    open_folder(folder)
    panel.focus_filter()
    listed: list[int] = []
    session.events.images_changed.connect(lambda: listed.append(len(session.navigator.ids)))
    QTest.keyClicks(panel.filter.text, "IMG2")
    wait_for_rows(qtbot, panel, 11)
    assert listed == [11]  # once for all four keys
    assert panel.shown.text() == "11 of 30 shown"
    QTest.keyClick(panel.filter.text, Key.Key_Escape)
    wait_for_rows(qtbot, panel, 30)
    assert not panel.shown.isVisible()


def test_enter_in_the_filter_leads_to_the_list(
    panel: ImageListPanel, open_folder: OpenFolder, folder: Path, qtbot: QtBot
) -> None:
    open_folder(folder)
    panel.focus_filter()
    QTest.keyClicks(panel.filter.text, "img17")
    QTest.keyClick(panel.filter.text, Key.Key_Return)
    wait_for_rows(qtbot, panel, 1)
    assert texts(panel) == ["img17.png"]
    assert panel.view.hasFocus()


def test_a_filter_that_fits_nothing_can_be_left(
    panel: ImageListPanel, open_folder: OpenFolder, folder: Path, qtbot: QtBot
) -> None:
    open_folder(folder)
    QTest.keyClicks(panel.filter.text, "zebra")
    wait_for_rows(qtbot, panel, 0)
    assert panel.hint.text() == "No image fits the filter."
    QTest.mouseClick(panel.clear_filter, Qt.MouseButton.LeftButton)
    wait_for_rows(qtbot, panel, 30)
    assert panel.filter.text.text() == ""


def choose(box: object, text: str) -> None:
    place = box.findText(text)  # type: ignore[attr-defined]
    box.setCurrentIndex(place)  # type: ignore[attr-defined]
    box.activated.emit(place)  # type: ignore[attr-defined]


def test_status_class_and_order(
    panel: ImageListPanel, open_folder: OpenFolder, folder: Path, session: Session, qtbot: QtBot
) -> None:
    open_folder(folder)
    ids = list(session.navigator.ids)
    session.bulk_status.set(ids[3:6], Status.NEEDS_WORK)
    session.bulk_ticks.toggle(ids[5:8], 8)
    choose(panel.filter.status, "Needs work")
    wait_for_rows(qtbot, panel, 3)
    choose(panel.filter.classes, "cat")
    wait_for_rows(qtbot, panel, 1)
    assert texts(panel) == ["img5.png"]
    choose(panel.filter.status, "Status")
    wait_for_rows(qtbot, panel, 3)
    choose(panel.filter.classes, "Not labelled")
    wait_for_rows(qtbot, panel, 27)
    panel.filter.descending.click()
    qtbot.waitUntil(lambda: texts(panel)[0] == "img29.png", timeout=PATIENCE_MS)
    choose(panel.filter.sort, "Order added")
    qtbot.waitUntil(lambda: not session.navigator.is_listing, timeout=PATIENCE_MS)
    assert session.navigator.query.sort is Sort.POSITION


def test_the_bar_shows_a_filter_that_came_from_elsewhere(
    panel: ImageListPanel, open_folder: OpenFolder, folder: Path, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    open_folder(folder)
    choose(panel.filter.status, "Accepted")
    wait_for_rows(qtbot, panel, 0)
    open_folder(write_photos(tmp_path / "others", 3))
    wait_for_rows(qtbot, panel, 3)
    assert panel.filter.status.currentText() == "Status"


def test_a_row_says_what_is_known_of_it(
    panel: ImageListPanel, open_folder: OpenFolder, folder: Path, session: Session, qtbot: QtBot
) -> None:
    open_folder(folder)
    assert session.project is not None
    image = session.navigator.ids[2]
    ticks = Ticks(frozenset({8, 15}), frozenset({15}))
    session.project.submit(SetTicks(image, ticks), SetCorrected(image, 0.0312))
    session.navigator.refresh()
    qtbot.waitUntil(lambda: not session.navigator.is_listing, timeout=PATIENCE_MS)
    model = panel.view.images
    spoken = model.data(model.index(2), Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "img2.png, New, cat, person (suggested), 3.12% corrected by hand"
    assert model.data(model.index(3), Qt.ItemDataRole.AccessibleTextRole) == "img3.png, New, not labelled"


def test_accepting_is_seen_at_once_and_counted(
    panel: ImageListPanel, open_folder: OpenFolder, folder: Path, session: Session, qtbot: QtBot
) -> None:
    open_folder(folder)
    before = panel.view.viewport().grab(panel.view.visualRect(panel.view.images.index(0))).toImage()
    session.finishing.accept_and_next()
    spoken = panel.view.images.data(panel.view.images.index(0), Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.startswith("img0.png, Accepted")
    after = panel.view.viewport().grab(panel.view.visualRect(panel.view.images.index(0))).toImage()
    assert before != after
    qtbot.waitUntil(lambda: panel.progress_text.text() == "1 of 30 accepted, 1 today", timeout=PATIENCE_MS)
    assert panel.progress.value() == 1


def test_a_thumbnail_is_painted_and_a_broken_photo_explains_itself(
    panel: ImageListPanel, open_folder: OpenFolder, folder: Path, session: Session, qtbot: QtBot
) -> None:
    (folder / "img1.png").write_bytes(b"\xff\xd8\xff\xe0 nothing")
    open_folder(folder)
    ids = session.navigator.ids
    qtbot.waitUntil(lambda: session.thumbnails.get(ids[8]) is not None, timeout=PATIENCE_MS)
    image = panel.view.viewport().grab(panel.view.visualRect(panel.view.images.index(2))).toImage()
    colors = {image.pixelColor(x, y).getRgb()[:3] for x in range(10, 60) for y in range(10, 40)}
    assert (80, 90, 200) in colors
    tip = panel.view.images.data(panel.view.images.index(1), Qt.ItemDataRole.ToolTipRole)
    assert "img1.png: is damaged" in tip
    place = panel.view.visualRect(panel.view.images.index(1)).center()
    event = QHelpEvent(QHelpEvent.Type.ToolTip, place, panel.view.viewport().mapToGlobal(place))
    QApplication.sendEvent(panel.view.viewport(), event)
    qtbot.waitUntil(lambda: "is damaged" in QToolTip.text(), timeout=PATIENCE_MS)
    QToolTip.hideText()


def test_only_what_can_be_seen_is_decoded(
    panel: ImageListPanel, open_folder: OpenFolder, tmp_path: Path, session: Session, qtbot: QtBot
) -> None:
    open_folder(write_photos(tmp_path / "many", 200))
    ids = session.navigator.ids
    qtbot.waitUntil(lambda: session.thumbnails.get(ids[5]) is not None, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: not session.jobs.is_busy("thumbnails"), timeout=PATIENCE_MS)
    assert sum(session.thumbnails.get(image) is not None for image in ids) < 40
    panel.view.verticalScrollBar().setValue(panel.view.verticalScrollBar().maximum())
    qtbot.waitUntil(lambda: session.thumbnails.get(ids[199]) is not None, timeout=PATIENCE_MS)
    assert session.thumbnails.get(ids[100]) is None


def test_names_that_differ_at_the_end_are_told_apart(
    panel: ImageListPanel, open_folder: OpenFolder, tmp_path: Path, session: Session
) -> None:
    folder = write_photos(tmp_path / "photos", 1)
    for number in (74, 75, 133):
        shutil.copy(folder / "img0.png", folder / f"000000000000000000000000{number:06d}.png")
    open_folder(folder)
    drawn = [panel.view.viewport().grab(name_of(panel, row)).toImage() for row in (1, 2)]
    assert drawn[0] != drawn[1]


def name_of(panel: ImageListPanel, row: int) -> QRect:
    place = panel.view.visualRect(panel.view.images.index(row))
    return QRect(place.left() + 74, place.top() + 4, place.width() - 104, 22)


def actions_of(menu: QMenu) -> dict[str, object]:
    return {action.text(): action for action in menu.actions() if action.text()}


def test_the_menu_sets_the_status_of_several(
    panel: ImageListPanel, open_folder: OpenFolder, folder: Path, session: Session
) -> None:
    open_folder(folder)
    click(panel, 2)
    click(panel, 4, Qt.KeyboardModifier.ShiftModifier)
    assert session.navigator.place == 2  # the range is for the menu
    images = panel.view.selected_images()
    assert images == list(session.navigator.ids[2:5])
    menu = QMenu(panel)
    assert fill_menu(menu, session, images)
    actions_of(menu)["Skipped"].trigger()  # type: ignore[attr-defined]
    rows = [session.rows.at(place) for place in range(6)]
    assert [row.status is Status.SKIPPED for row in rows if row is not None] == [False, False, True, True, True, False]


def test_the_menu_copies_the_classes_of_the_image_on_the_desk(
    panel: ImageListPanel, open_folder: OpenFolder, folder: Path, session: Session
) -> None:
    open_folder(folder)
    session.ticks.tick(8)
    menu = QMenu(panel)
    assert fill_menu(menu, session, list(session.navigator.ids[3:5]))
    actions_of(menu)["Give them the classes of img0.png"].trigger()  # type: ignore[attr-defined]
    row = session.rows.at(4)
    assert row is not None
    assert row.ticks == Ticks(frozenset({8}))


def test_there_is_no_menu_for_nothing(panel: ImageListPanel, session: Session) -> None:
    assert not fill_menu(QMenu(panel), session, [])
    panel.view.customContextMenuRequested.emit(QPoint(5, 5))
    assert QApplication.activePopupWidget() is None


def test_the_list_is_drawn_anew_in_the_other_theme(
    panel: ImageListPanel, open_folder: OpenFolder, folder: Path
) -> None:
    open_folder(folder)
    light = panel.view.viewport().grab().toImage()
    current_theme().choose(ThemeChoice.DARK)
    try:
        dark = panel.view.viewport().grab().toImage()
    finally:
        current_theme().choose(ThemeChoice.LIGHT)
    corner = light.width() - 30, light.height() - 5
    assert light.pixelColor(*corner).lightness() > 200
    assert dark.pixelColor(*corner).lightness() < 60
