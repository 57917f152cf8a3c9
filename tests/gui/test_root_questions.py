"""A project asks before it reads folders of others, finds moved ones again, and can be saved elsewhere."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from edam_gui.core.label_set import PASCAL_VOC
from edam_gui.gui.app import Program
from edam_gui.project.choices import Choices
from edam_gui.project.opening import create_project, look_at
from edam_gui.project.store import Role
from edam_gui.project.store.changes import set_choices
from edam_gui.session.model_host import ModelHost, ModelState
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


def test_networks_that_a_project_names_are_read_only_after_they_were_allowed(
    open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    loaded: list[str] = []
    monkeypatch.setattr(ModelHost, "load", lambda _host, choice, _object_to: loaded.append(choice.name))
    folder = make_folder(tmp_path / "project")
    model, saliency = tmp_path / "theirs.safetensors", tmp_path / "theirs.onnx"
    for file in (model, saliency):
        file.write_bytes(b"")
    with create_project(look_at(folder), PASCAL_VOC) as store:
        store.submit(set_choices(Choices(model=str(model), saliency_method=str(saliency))))
    program = open_window(folder)
    wait_for_label_map(qtbot, program)
    project, bar = program.session.project, program.window.workspace.messages
    assert project is not None
    assert loaded == [], "the model was read before it was allowed"
    assert program.session.model.state is ModelState.NONE
    assert project.sources().onnx is None, "the network was read before it was allowed"
    assert str(model) in getattr(bar.message(), "text", "")
    click_message(program, "Allow")
    assert loaded == [str(model)]
    assert project.sources().onnx is None
    assert str(saliency) in getattr(bar.message(), "text", "")
    click_message(program, "Allow")
    assert project.sources().onnx == saliency
    qtbot.waitUntil(
        lambda: "theirs.onnx" in getattr(bar.message(), "text", ""), timeout=PATIENCE_MS
    )  # it is no network
    close_program(program)
    again = open_window(folder)
    wait_for_label_map(qtbot, again)
    assert again.session.opener.ungranted_files() == (), "what was allowed is remembered"


def test_a_network_that_the_user_chooses_need_not_be_allowed_again(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    saliency = tmp_path / "mine.onnx"
    saliency.write_bytes(b"")
    program = open_window(make_folder(tmp_path / "project"))
    wait_for_label_map(qtbot, program)
    program.session.folders.choose_saliency(str(saliency))
    program.session.choose_model(model=str(tmp_path / "mine.onnx"))
    assert program.session.opener.ungranted_files() == ()
    wait_for_label_map(qtbot, program)
