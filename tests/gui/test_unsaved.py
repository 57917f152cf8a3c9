"""Work that cannot be written is never left behind without a question."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from edam_gui.gui.app import Program
from edam_gui.project.store import ProjectStore, Status
from edam_gui.session.model_host import ModelHost
from tests.gui.conftest import OpenWindow, close_program
from tests.gui.driving import PATIENCE_MS, wait_for_label_map
from tests.session.projects import make_folder, without_network


@pytest.fixture
def program(open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Program:
    """A window whose project's drive is pulled out, with an image accepted since."""
    monkeypatch.setattr(ModelHost, "load", without_network)
    program = open_window(make_folder(tmp_path / "project"))
    wait_for_label_map(qtbot, program)
    session = program.session
    assert session.project is not None
    assert session.project.store.flush(10.0)
    pull_out(tmp_path)
    session.finishing.accept()
    qtbot.waitUntil(lambda: session.project is not None and session.project.store.trouble is not None)
    return program


def pull_out(tmp_path: Path) -> None:
    (tmp_path / "project" / "project.edam").rename(tmp_path / "project" / "away")


def plug_in(tmp_path: Path) -> None:
    (tmp_path / "project" / "away").rename(tmp_path / "project" / "project.edam")


def question(program: Program) -> QMessageBox:
    box = program.window.files.unsaved.box
    assert box is not None, "nothing was asked"
    assert box.isVisible()
    assert "no longer there" in box.informativeText()
    return box


def answer(program: Program, text: str) -> None:
    box = question(program)
    button = next(button for button in box.buttons() if button.text().replace("&", "").startswith(text))
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def status_of(project: Path) -> Status:
    with ProjectStore.open(project) as store:
        return store.row(store.ids()[0]).status


def test_once_the_drive_is_back_the_warning_goes(program: Program, tmp_path: Path, qtbot: QtBot) -> None:
    bar = program.window.workspace.messages
    assert "no longer there" in getattr(bar.message(), "text", "")
    assert program.window.status.saved.text() == "Not saved"
    plug_in(tmp_path)
    qtbot.waitUntil(lambda: getattr(bar.message(), "text", "") == "Everything is saved again.", timeout=PATIENCE_MS)
    assert bar.waiting() == ()
    assert program.window.status.saved.text() == "Saved"


def test_quitting_asks_and_can_be_called_off(program: Program, tmp_path: Path) -> None:
    program.window.book.run("file.quit")
    answer(program, "Cancel")
    assert program.window.isVisible()
    assert program.session.project is not None
    plug_in(tmp_path)


def test_quitting_goes_on_once_the_drive_is_back(program: Program, tmp_path: Path) -> None:
    program.window.close()
    plug_in(tmp_path)
    answer(program, "Try again")
    assert not program.window.isVisible()
    close_program(program)
    assert status_of(tmp_path / "project" / "project.edam") is Status.ACCEPTED


def test_quitting_without_saving_is_possible(program: Program, tmp_path: Path) -> None:
    program.window.close()
    answer(program, "Go on without saving")
    assert not program.window.isVisible()
    plug_in(tmp_path)


def test_what_was_saved_elsewhere_opens_at_the_next_start(
    program: Program, open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    place = tmp_path / "usb" / "mine"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(place), ""))
    program.window.close()
    answer(program, "Save elsewhere")
    assert not program.window.isVisible()
    close_program(program)
    plug_in(tmp_path)
    again = open_window()
    wait_for_label_map(qtbot, again)  # its photos may be read without being asked for again
    assert again.session.project is not None
    assert again.session.project.store.path == place.with_suffix(".edam").resolve()
    assert again.session.current is not None
    assert again.session.current.status is Status.ACCEPTED


def test_another_project_is_opened_only_after_the_question(program: Program, tmp_path: Path, qtbot: QtBot) -> None:
    other = make_folder(tmp_path / "other", images=1)
    first = program.session.project
    program.window.files.open_path(other)
    box = question(program)
    assert program.session.project is first
    assert box is program.window.files.unsaved.box
    plug_in(tmp_path)
    answer(program, "Try again")
    qtbot.waitUntil(lambda: program.session.project not in (None, first), timeout=PATIENCE_MS)
    wait_for_label_map(qtbot, program)
    assert status_of(tmp_path / "project" / "project.edam") is Status.ACCEPTED


def test_closing_the_project_asks_too(program: Program, tmp_path: Path, qtbot: QtBot) -> None:
    program.window.book.run("file.close_project")
    assert program.session.project is not None
    answer(program, "Go on without saving")
    assert program.session.project is None
    plug_in(tmp_path)
    program.window.files.open_path(make_folder(tmp_path / "other", images=1))
    wait_for_label_map(qtbot, program)
    assert program.window.status.saved.text() != "Not saved"
