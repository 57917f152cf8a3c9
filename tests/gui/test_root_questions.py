"""A project asks before it reads folders of others, finds moved ones again, and can be saved elsewhere."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from edam_gui.gui.app import Program
from edam_gui.project.store import Role
from edam_gui.session.model_host import ModelHost
from tests.gui.conftest import OpenWindow, close_program
from tests.gui.driving import PATIENCE_MS, wait_for_label_map
from tests.session.projects import make_folder, without_network


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ModelHost, "load", without_network)


def click_message(program: Program, text: str) -> None:
    bar = program.window.workspace.messages
    message = bar.message()
    assert message is not None
    assert text in message.action
    button = next(button for button in bar.findChildren(QPushButton) if button.text() == message.action)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_folder_outside_is_read_only_after_it_was_allowed(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot, isolated_home: Path
) -> None:
    folder = make_folder(tmp_path / "project")
    outside = tmp_path / "outside"
    shutil.move(folder / "saliency", outside)
    program = open_window(folder)
    wait_for_label_map(qtbot, program)
    program.session.folders.set(Role.SALIENCY, outside)
    wait_for_label_map(qtbot, program)
    close_program(program)
    (isolated_home / "settings.ini").unlink()  # another person's settings
    program = open_window(folder)
    bar = program.window.workspace.messages
    qtbot.waitUntil(lambda: bar.message() is not None and "outside its own" in bar.message().text, timeout=PATIENCE_MS)
    wait_for_label_map(qtbot, program)
    assert program.session.project is not None
    assert program.session.project.sources().saliency is None, "it was read before it was allowed"
    click_message(program, "Allow")
    wait_for_label_map(qtbot, program)
    assert program.session.project.sources().saliency == outside
    close_program(program)
    program = open_window(folder)
    wait_for_label_map(qtbot, program)
    assert program.session.project is not None
    assert program.session.project.sources().saliency == outside, "it was not remembered"


def test_a_project_that_moved_with_its_photos_is_whole(open_window: OpenWindow, tmp_path: Path, qtbot: QtBot) -> None:
    folder = make_folder(tmp_path / "project")
    program = open_window(folder)
    wait_for_label_map(qtbot, program)
    close_program(program)
    moved = tmp_path / "elsewhere" / "renamed"
    moved.parent.mkdir()
    shutil.move(folder, moved)
    program = open_window(moved)
    wait_for_label_map(qtbot, program)
    assert program.session.current is not None
    assert program.session.current.entry.path.is_relative_to(moved)
    assert program.window.workspace.messages.message() is None


def test_in_trouble_the_project_can_be_saved_elsewhere(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = open_window(make_folder(tmp_path / "project"))
    wait_for_label_map(qtbot, program)
    project = program.session.project
    assert project is not None
    project.store.flush()
    project.store.path.unlink()  # as when a drive is unplugged
    program.session.ticks.untick(8)
    bar = program.window.workspace.messages
    qtbot.waitUntil(lambda: bar.message() is not None and "Save elsewhere" in bar.message().action, timeout=PATIENCE_MS)
    assert program.window.status.saved.text() == "Not saved"
    rescued = tmp_path / "rescued.edam"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(rescued), ""))
    click_message(program, "Save elsewhere")
    qtbot.waitUntil(lambda: program.window.status.saved.text() == "Saved", timeout=PATIENCE_MS)
    assert program.session.project is not None
    assert program.session.project.store.path == rescued
    row = program.session.project.store.row(1)
    assert row.ticks is not None
    assert row.ticks.classes == {12}
