"""Actions of the table do what is bound, when their condition holds, by menu, button and key."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QMainWindow, QToolButton
from pytestqt.qtbot import QtBot

from edam_gui.gui.actions import ACTIONS, MAIN_BAR, MENU_BAR, RECENT, TOOL_BAR
from edam_gui.gui.shell.action_bars import SEPARATOR, MenuSpec, build_menu_bar, build_tool_bar
from edam_gui.gui.shell.action_book import ActionBook
from edam_gui.gui.shell.action_spec import ActionSpec
from edam_gui.gui.shell.theme import Theme

SPECS = (
    ActionSpec("file.open", "&Open…", "File", "open-folder", ("Ctrl+O",), "Open a folder"),
    ActionSpec("edit.undo", "&Undo", "Edit", "undo", ("Ctrl+Z",), enabled_when="can_undo"),
    ActionSpec("view.mask", "&Mask", "View", keys=("M",), checkable=True),
    ActionSpec("tool.brush", "Brush", "Tools", keys=("B",), choice_of="tool"),
    ActionSpec("tool.eraser", "Eraser", "Tools", keys=("E",), choice_of="tool"),
)


@pytest.fixture
def book(theme: Theme, qtbot: QtBot) -> ActionBook:
    return ActionBook(SPECS)


@pytest.fixture
def done(book: ActionBook) -> list[object]:
    """What the actions were asked to do."""
    done: list[object] = []
    book.bind("file.open", lambda: done.append("open"))
    book.bind("edit.undo", lambda: done.append("undo"))
    for name in ("view.mask", "tool.brush", "tool.eraser"):
        book.bind(name, lambda on, name=name: done.append((name, on)))
    return done


@pytest.fixture
def window(book: ActionBook, qtbot: QtBot) -> QMainWindow:
    window = QMainWindow()
    qtbot.addWidget(window)
    book.add_to(window)
    line = QLineEdit()
    window.setCentralWidget(line)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    window.setFocus()
    return window


def test_an_action_without_handler_is_not_offered(book: ActionBook) -> None:
    assert not book.action("file.open").isVisible()
    assert not book.run("file.open")
    assert book.unbound() == tuple(spec.id for spec in SPECS)


def test_keys_run_what_is_bound(window: QMainWindow, done: list[object], qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(window, Qt.Key.Key_M)
    qtbot.keyClick(window, Qt.Key.Key_M)
    assert done == ["open", ("view.mask", True), ("view.mask", False)]


def test_letters_typed_into_a_box_are_text(window: QMainWindow, done: list[object], qtbot: QtBot) -> None:
    line = window.centralWidget()
    line.setFocus()
    qtbot.keyClicks(line, "mb")
    assert line.text() == "mb"
    assert done == []


def test_a_condition_enables(window: QMainWindow, book: ActionBook, done: list[object], qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert done == []
    book.set_condition("can_undo", True)
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert done == ["undo"]
    book.set_condition("can_undo", False)
    assert not book.run("edit.undo")
    assert "edit.undo" not in {spec.id for spec in book.available()}


def test_an_unknown_condition_or_action_is_an_error(book: ActionBook) -> None:
    with pytest.raises(KeyError):
        book.set_condition("can_udno", True)
    with pytest.raises(KeyError):
        book.bind("edit.udno", lambda: None)


def test_a_second_handler_is_an_error(book: ActionBook, done: list[object]) -> None:
    with pytest.raises(ValueError, match="bound already"):
        book.bind("file.open", lambda: None)


def test_tools_exclude_each_other(book: ActionBook, done: list[object]) -> None:
    book.run("tool.brush")
    book.run("tool.eraser")
    assert done == [("tool.brush", True), ("tool.eraser", True)]
    assert not book.action("tool.brush").isChecked()


def test_showing_a_state_does_not_do_it(book: ActionBook, done: list[object]) -> None:
    book.set_checked("view.mask", True)
    book.set_checked("tool.eraser", True)
    assert book.action("view.mask").isChecked()
    assert book.action("tool.eraser").isChecked()
    assert done == []


def test_tips_show_the_key_and_follow_it(book: ActionBook) -> None:
    assert book.action("file.open").toolTip() == "Open a folder (Ctrl+O)"
    book.set_keys({"file.open": ("F2",)})
    assert book.action("file.open").toolTip() == "Open a folder (F2)"
    book.set_keys({"file.open": ()})
    assert book.action("file.open").toolTip() == "Open a folder"


def test_only_changed_keys_are_stored_and_unknown_ones_ignored(book: ActionBook) -> None:
    book.set_keys({"view.mask": ("shift+m",), "tool.brush": ("B",), "gone.action": ("X",), "edit.undo": ("nonsense",)})
    assert book.changed_keys() == {"view.mask": ("Shift+M",), "edit.undo": ()}


def test_clashes_are_found_also_with_the_beginning_of_a_sequence(book: ActionBook) -> None:
    assert book.clashes() == {}
    book.set_keys({"view.mask": ("B",), "tool.eraser": ("Ctrl+Z, E",)})
    clashing = book.clashes()
    assert set(clashing["B"]) == {"view.mask", "tool.brush"}
    assert set(clashing["Ctrl+Z"]) == {"edit.undo", "tool.eraser"}


def test_menus_and_tool_bars_come_from_the_layout(book: ActionBook, window: QMainWindow, done: list[object]) -> None:
    layout = (MenuSpec("&File", ("file.open", SEPARATOR, MenuSpec("Recent…"))), MenuSpec("&View", ("view.mask",)))
    menus = build_menu_bar(book, layout, window.menuBar())
    assert list(menus) == ["File", "Recent", "View"]
    assert menus["File"].actions()[0].text() == "&Open…"
    bar = build_tool_bar(book, "Main tools", ("file.open", SEPARATOR, "view.mask"), window)
    button = bar.widgetForAction(book.action("file.open"))
    assert isinstance(button, QToolButton)
    assert button.accessibleName() == "Open"
    button.click()
    assert done == ["open"]


def test_two_actions_of_one_name_are_an_error() -> None:
    with pytest.raises(ValueError, match=r"file\.open"):
        ActionBook((SPECS[0], SPECS[0]))


# The program's own table


def test_the_programs_keys_do_not_clash_and_are_keys(theme: Theme) -> None:
    book = ActionBook(ACTIONS)
    assert book.clashes() == {}
    assert {s.id: len(s.keys) for s in ACTIONS} == {name: len(keys) for name, keys in book.default_keys().items()}


def test_every_action_says_what_it_does() -> None:
    assert [spec.id for spec in ACTIONS if not spec.tip or spec.tip.endswith(".")] == []


def test_every_action_is_in_the_menus_once(theme: Theme, qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    book = ActionBook(ACTIONS)
    menus = build_menu_bar(book, MENU_BAR, window.menuBar())
    shown = [a.objectName() for menu in menus.values() for a in menu.actions() if a.objectName() and not a.menu()]
    assert sorted(shown) == sorted(spec.id for spec in ACTIONS)
    assert menus[RECENT].isEmpty()
    for title, items in (("Main", MAIN_BAR), ("Tools", TOOL_BAR)):
        buttons = build_tool_bar(book, title, items, window).findChildren(QToolButton)
        assert all(not b.icon().isNull() for b in buttons if b.defaultAction())


def test_mnemonics_of_a_menu_are_all_different() -> None:
    texts = {spec.id: spec.text for spec in ACTIONS}

    def check(menu: MenuSpec) -> None:
        shown = [item.text if isinstance(item, MenuSpec) else texts.get(item, "") for item in menu.items]
        letters = [text[text.index("&") + 1].lower() for text in shown if "&" in text]
        assert len(letters) == len(set(letters)), (menu.text, letters)
        for item in menu.items:
            if isinstance(item, MenuSpec):
                check(item)

    for menu in MENU_BAR:
        check(menu)
