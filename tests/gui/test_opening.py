"""What is dropped, or was open before, opens; what cannot is said."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from edam_gui.gui.app import Program
from edam_gui.jobs import CancelToken
from edam_gui.project import opening
from edam_gui.session import opener
from edam_gui.session.model_host import ModelHost
from tests.gui.conftest import OpenWindow, close_program
from tests.gui.driving import PATIENCE_MS, type_into, wait_for_label_map
from tests.session.projects import make_folder, without_network


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ModelHost, "load", without_network)


def drop(program: Program, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    actions, buttons = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    event = QDropEvent(QPointF(QPoint(50, 50)), actions, data, buttons, Qt.KeyboardModifier.NoModifier)
    program.window.dropEvent(event)


def names(program: Program) -> set[str]:
    session = program.session
    return {row.relative.name for row in session.rows.many(session.navigator.ids)}


def shown(program: Program) -> str:
    current = program.session.current
    return "" if current is None else current.entry.relative.name


def message(program: Program) -> str:
    found = program.window.workspace.messages.message()
    return "" if found is None else found.text


def test_dropped_photos_are_all_there_and_the_first_is_shown(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    program = open_window()
    photos = make_folder(tmp_path / "project", images=4) / "photos"
    drop(program, photos / "p2.png", photos / "p0.png")
    qtbot.waitUntil(lambda: shown(program) == "p2.png", timeout=PATIENCE_MS)
    assert names(program) == {"p0.png", "p2.png"}
    wait_for_label_map(qtbot, program)
    drop(program, photos / "p3.png")  # which the project that was made does not know yet
    qtbot.waitUntil(lambda: shown(program) == "p3.png", timeout=PATIENCE_MS)
    assert names(program) == {"p0.png", "p2.png", "p3.png"}
    wait_for_label_map(qtbot, program)


def test_dropped_folders_become_one_project(open_window: OpenWindow, tmp_path: Path, qtbot: QtBot) -> None:
    program = open_window()
    first, second = make_folder(tmp_path / "one", images=1), make_folder(tmp_path / "two", images=4) / "photos"
    (second / "p0.png").unlink()  # two photos of one name have no masks: they could belong to either
    drop(program, first, second, tmp_path / "nothing")
    qtbot.waitUntil(lambda: len(program.session.navigator.ids) == 4, timeout=PATIENCE_MS)
    wait_for_label_map(qtbot, program)
    assert "3 images were added" in message(program)
    assert "nothing" in message(program), "what cannot be added is named"
    close_program(program)
    again = open_window(first)
    wait_for_label_map(qtbot, again)
    assert again.session.opener.ungranted() == (), "the user has pointed at the folder"
    again.session.navigator.go_to(again.session.navigator.ids[-1])
    qtbot.waitUntil(lambda: again.session.current is not None and again.session.current.files is not None)


def test_of_several_projects_one_is_opened_and_that_is_said(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    folders = [make_folder(tmp_path / name, images=1) for name in ("one", "two")]
    for folder in folders:
        program = open_window(folder)
        wait_for_label_map(qtbot, program)
        close_program(program)
    program = open_window()
    wait_for_label_map(qtbot, program)
    drop(program, *(folder / "project.edam" for folder in folders))
    qtbot.waitUntil(lambda: program.session.project is not None and program.session.project.name == "one")
    wait_for_label_map(qtbot, program)
    assert "one at a time" in message(program)


def test_what_is_gone_leaves_the_list_of_recent_things_when_it_is_asked_for(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    for name in ("kept", "gone"):
        program = open_window(make_folder(tmp_path / name, images=1))
        wait_for_label_map(qtbot, program)
        close_program(program)
    shutil.rmtree(tmp_path / "gone")
    program = open_window()
    qtbot.waitUntil(lambda: "gone" in message(program), timeout=PATIENCE_MS)
    assert program.session.project is None, "another project must not open in its place"
    page = program.window.workspace.empty
    assert [button.text() for button in page.recent_buttons] == ["gone", "kept"]
    program.window.workspace.messages.clear()
    QTest.mouseClick(page.recent_buttons[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "gone" in message(program), timeout=PATIENCE_MS)
    assert [button.text() for button in page.recent_buttons] == ["kept"]
    QTest.mouseClick(page.recent_buttons[0], Qt.MouseButton.LeftButton)
    wait_for_label_map(qtbot, program)
    assert not program.window.workspace.messages.isVisible()


def test_what_failed_to_open_is_never_remembered(open_window: OpenWindow, tmp_path: Path, qtbot: QtBot) -> None:
    program = open_window(make_folder(tmp_path / "good", images=1))
    wait_for_label_map(qtbot, program)
    (tmp_path / "empty").mkdir()
    program.window.files.open_path(tmp_path / "empty")
    qtbot.waitUntil(lambda: "holds no images" in message(program), timeout=PATIENCE_MS)
    program.session.events.project_changed.emit()  # as when a model brings its classes
    assert [path.name for path in program.window.recent.paths()] == ["good"]


def test_keys_go_to_the_image_again_once_a_number_is_typed(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    program = open_window(make_folder(tmp_path / "project"))
    wait_for_label_map(qtbot, program)
    type_into(program.window.thresholds.rows["theta"].box, "77")
    assert program.app.focusWidget() is program.window.canvas
    QTest.keyClick(program.app.focusWidget(), Qt.Key.Key_D)
    assert shown(program) == "p1.png"
    wait_for_label_map(qtbot, program)
    assert program.session.rules.effective().thresholds.theta == 77


def test_opening_the_open_project_again_leaves_it_as_it_is(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = make_folder(tmp_path / "project")
    program = open_window(folder)
    wait_for_label_map(qtbot, program)
    project = program.session.project
    program.session.navigator.next()
    for path in (folder, folder / "project.edam"):
        program.window.files.open_path(path)
        qtbot.waitUntil(lambda path=path: program.window.recent.paths()[0] == path, timeout=PATIENCE_MS)
    wait_for_label_map(qtbot, program)
    assert program.session.project is project
    assert project is not None
    assert project.read_only is None
    assert shown(program) == "p1.png"


def test_a_project_that_could_only_be_read_is_opened_again_once_the_other_window_is_closed(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    first = open_window(make_folder(tmp_path / "project"))
    wait_for_label_map(qtbot, first)
    second = open_window(tmp_path / "project")
    wait_for_label_map(qtbot, second)
    assert second.session.project is not None
    assert second.session.project.read_only is not None
    close_program(first)
    second.window.files.open_path(tmp_path / "project")
    qtbot.waitUntil(lambda: second.session.project is not None and second.session.project.read_only is None)
    wait_for_label_map(qtbot, second)
    assert not second.window.workspace.messages.isVisible()
    assert second.window.status.saved.text() == "Saved"


@pytest.mark.parametrize("pause_ms", [0, 1, 5, 20])
def test_opening_twice_in_a_hurry_is_opening_once(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot, pause_ms: int
) -> None:
    program = open_window()
    qtbot.waitExposed(program.window)
    folder = make_folder(tmp_path / "project", images=3)
    program.window.files.open_path(folder)
    qtbot.wait(pause_ms)
    program.window.files.open_path(folder)
    qtbot.waitUntil(lambda: len(program.session.navigator.ids) == 3, timeout=PATIENCE_MS)
    wait_for_label_map(qtbot, program)
    assert program.session.project is not None
    assert program.session.project.read_only is None
    assert program.session.current is not None
    assert program.session.current.present, "its image-level labels were read"
    assert not program.window.workspace.messages.isVisible()


def test_listing_goes_on_where_it_was_when_the_window_was_closed(
    open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    def for_ever(_store: object, _opening: object, token: CancelToken, _progress: object) -> None:
        while True:
            token.check()

    folder = make_folder(tmp_path / "project", images=4)
    with monkeypatch.context() as patch:
        patch.setattr(opening, "_CHUNK", 2)
        patch.setattr(opener, "fill_project", for_ever)
        program = open_window(folder)
        jobs = program.session.jobs
        qtbot.waitUntil(lambda: any("Listing" in info.title for info in jobs.shown()), timeout=PATIENCE_MS)
        close_program(program)
    again = open_window(folder / "project.edam")
    qtbot.waitUntil(lambda: len(again.session.navigator.ids) == 4, timeout=PATIENCE_MS)
    wait_for_label_map(qtbot, again)
    rows = again.session.rows.many(again.session.navigator.ids)
    assert all(row.ticks is not None for row in rows), "their image-level labels were read too"
