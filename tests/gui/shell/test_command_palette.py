"""A few letters and Enter run an action."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QMainWindow
from pytestqt.qtbot import QtBot

from edam_gui.gui.actions import ACTIONS
from edam_gui.gui.shell.action_book import ActionBook
from edam_gui.gui.shell.command_palette import CommandPalette, PaletteEntry
from edam_gui.gui.shell.fuzzy import fuzzy_score
from edam_gui.gui.shell.theme import Theme


@pytest.fixture
def done() -> list[str]:
    return []


@pytest.fixture
def book(theme: Theme, done: list[str], qtbot: QtBot) -> ActionBook:
    book = ActionBook(ACTIONS)
    for spec in ACTIONS:
        if spec.is_checkable:
            book.bind(spec.id, lambda on, name=spec.id: done.append(name))
        else:
            book.bind(spec.id, lambda name=spec.id: done.append(name))
    book.set_conditions(dict.fromkeys(book.conditions(), True))
    return book


@pytest.fixture
def palette(book: ActionBook, qtbot: QtBot, done: list[str]) -> CommandPalette:
    window = QMainWindow()
    window.resize(900, 600)
    qtbot.addWidget(window)
    window.show()
    palette = CommandPalette(book, window, lambda: [PaletteEntry("Pick dog", "Classes", lambda: done.append("dog"))])
    palette.window_kept_alive = window
    return palette


def typed(palette: CommandPalette, qtbot: QtBot, text: str) -> QLineEdit:
    palette.open()
    line = palette.findChild(QLineEdit)
    qtbot.keyClicks(line, text)
    return line


@pytest.mark.parametrize(
    ("letters", "action"),
    [
        ("open fol", "file.open_folder"),
        ("folder open", "file.open_folder"),
        ("exp all", "file.export_all"),
        ("zi", "view.zoom_in"),
        ("brush", "tool.brush"),
        ("undo", "edit.undo"),
        ("accnext", "image.accept_next"),
        ("theta", "threshold.theta_up"),
    ],
)
def test_letters_find_what_was_meant(
    palette: CommandPalette, qtbot: QtBot, done: list[str], letters: str, action: str
) -> None:
    qtbot.keyClick(typed(palette, qtbot, letters), Qt.Key.Key_Return)
    assert done == [action]
    assert not palette.isVisible()


def test_down_chooses_the_next_and_up_wraps(palette: CommandPalette, qtbot: QtBot, done: list[str]) -> None:
    line = typed(palette, qtbot, "zoom")
    second = palette.texts()[1]
    qtbot.keyClick(line, Qt.Key.Key_Down)
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert second.lower().replace(" ", "_") == done[0].removeprefix("view.")
    line = typed(palette, qtbot, "zoom")
    qtbot.keyClick(line, Qt.Key.Key_Up)
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert len(done) == 2


def test_what_cannot_be_run_now_is_not_offered(palette: CommandPalette, book: ActionBook, qtbot: QtBot) -> None:
    book.set_condition("can_undo", False)
    typed(palette, qtbot, "undo")
    assert "Undo" not in palette.texts()


def test_the_latest_used_come_first(palette: CommandPalette, book: ActionBook) -> None:
    book.run("model.run")
    book.run("tool.lasso")
    palette.open()
    assert palette.texts()[:2] == ("Lasso", "Run on this image")


def test_entries_of_the_moment_are_found_too(palette: CommandPalette, qtbot: QtBot, done: list[str]) -> None:
    qtbot.keyClick(typed(palette, qtbot, "dog"), Qt.Key.Key_Return)
    assert done == ["dog"]


def test_nothing_fits_and_enter_does_nothing(palette: CommandPalette, qtbot: QtBot, done: list[str]) -> None:
    qtbot.keyClick(typed(palette, qtbot, "qqqq"), Qt.Key.Key_Return)
    assert palette.texts() == ()
    assert done == []


def test_escape_closes(palette: CommandPalette, qtbot: QtBot) -> None:
    qtbot.keyClick(typed(palette, qtbot, "zoom"), Qt.Key.Key_Escape)
    assert not palette.isVisible()


def test_better_fits_score_higher() -> None:
    texts = ["Export all", "Next panel", "Example Report"]
    scores = [fuzzy_score("exp", text) for text in texts]
    assert scores[0] > scores[2]
    assert fuzzy_score("exp", "Undo") is None
    assert fuzzy_score("", "Undo") is not None
