"""Actions get other keys, none twice, kept until the next start, and go back to the defaults."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from edam_gui.gui.actions import ACTIONS
from edam_gui.gui.shell.action_book import ActionBook
from edam_gui.gui.shell.settings_file import open_settings_file
from edam_gui.gui.shell.shortcut_editor import ShortcutEditor
from edam_gui.gui.shell.shortcut_store import keep_shortcuts
from edam_gui.gui.shell.theme import Theme


@pytest.fixture
def book(theme: Theme) -> ActionBook:
    book = ActionBook(ACTIONS)
    keep_shortcuts(book, open_settings_file())
    return book


@pytest.fixture
def editor(book: ActionBook, qtbot: QtBot) -> ShortcutEditor:
    editor = ShortcutEditor(book)
    qtbot.addWidget(editor)
    editor.show()
    return editor


def press(editor: ShortcutEditor, qtbot: QtBot, name: str, key: Qt.Key, second: bool = False) -> None:
    editor.choose(name)
    edit = editor.second_edit if second else editor.key_edit
    edit.setFocus()
    qtbot.keyClick(edit, key)


def test_a_new_key_holds_at_once_and_the_next_time(editor: ShortcutEditor, book: ActionBook, qtbot: QtBot) -> None:
    press(editor, qtbot, "tool.brush", Qt.Key.Key_F6)
    assert book.keys()["tool.brush"] == ("F6",)
    assert editor.tree.keys_shown("tool.brush") == "F6"
    again = ActionBook(ACTIONS)
    keep_shortcuts(again, open_settings_file())
    assert again.keys()["tool.brush"] == ("F6",)
    assert again.changed_keys() == {"tool.brush": ("F6",)}


def test_a_second_key_is_added(editor: ShortcutEditor, book: ActionBook, qtbot: QtBot) -> None:
    press(editor, qtbot, "tool.brush", Qt.Key.Key_F6, second=True)
    assert book.keys()["tool.brush"] == ("B", "F6")


def test_a_key_of_another_action_is_not_taken_unasked(editor: ShortcutEditor, book: ActionBook, qtbot: QtBot) -> None:
    press(editor, qtbot, "tool.brush", Qt.Key.Key_E)
    assert book.keys()["tool.brush"] == ("B",)
    assert editor.note.text() == "E belongs to 'Eraser'."
    assert editor.take_button.isVisible()
    qtbot.mouseClick(editor.take_button, Qt.MouseButton.LeftButton)
    assert book.keys()["tool.brush"] == ("E",)
    assert book.keys()["tool.eraser"] == ()
    assert book.clashes() == {}


def test_choosing_another_action_drops_the_question(editor: ShortcutEditor, book: ActionBook, qtbot: QtBot) -> None:
    press(editor, qtbot, "tool.brush", Qt.Key.Key_E)
    editor.choose("tool.fill")
    assert not editor.take_button.isVisible()
    assert book.changed_keys() == {}


def test_reset_gives_the_default_unless_it_is_taken(editor: ShortcutEditor, book: ActionBook, qtbot: QtBot) -> None:
    press(editor, qtbot, "tool.brush", Qt.Key.Key_E)
    editor.take_button.click()
    editor.choose("tool.eraser")
    qtbot.mouseClick(editor.reset_button, Qt.MouseButton.LeftButton)
    assert book.keys()["tool.eraser"] == ()
    assert "another action has it" in editor.note.text()
    editor.choose("tool.brush")
    editor.reset_button.click()
    editor.choose("tool.eraser")
    editor.reset_button.click()
    assert book.changed_keys() == {}


def test_no_key_and_reset_all(editor: ShortcutEditor, book: ActionBook, qtbot: QtBot) -> None:
    editor.choose("tool.brush")
    qtbot.mouseClick(editor.clear_button, Qt.MouseButton.LeftButton)
    assert book.keys()["tool.brush"] == ()
    editor.reset_all()
    assert book.changed_keys() == {}


def test_search_finds_by_name_group_and_key(editor: ShortcutEditor) -> None:
    editor.search_line.setText("tools lasso")
    assert editor.tree.chosen() == "tool.lasso"
    editor.search_line.setText("ctrl+shift+e")
    assert editor.tree.chosen() == "file.export_all"


@pytest.mark.parametrize("stored", ["{", "[1]", '{"tool.brush": "B"}', '{"tool.brush": [3]}'])
def test_damaged_shortcuts_are_the_defaults(theme: Theme, stored: str) -> None:
    file = open_settings_file()
    file.setValue("shortcuts/changed", stored)
    book = ActionBook(ACTIONS)
    keep_shortcuts(book, file)
    assert book.changed_keys() == {}
