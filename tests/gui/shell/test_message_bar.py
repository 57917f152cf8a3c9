"""Messages come once, the most serious first, block nothing, and can be acted on and closed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from edam_gui.gui.shell import message_bar
from edam_gui.gui.shell.message_bar import Kind, MessageBar
from edam_gui.gui.shell.theme import Theme, ThemeChoice
from edam_gui.gui.shell.theme_colors import DARK, LIGHT


@pytest.fixture
def bar(theme: Theme, qtbot: QtBot) -> MessageBar:
    bar = MessageBar()
    qtbot.addWidget(bar)
    return bar


def shown(bar: MessageBar) -> list[str]:
    return [label.text() for label in bar.findChildren(QLabel) if label.isVisible() and label.text()]


def test_nothing_is_shown_at_first(bar: MessageBar) -> None:
    assert not bar.isVisible()
    assert bar.message() is None


def test_a_message_is_shown_as_plain_text_and_closed(bar: MessageBar, qtbot: QtBot) -> None:
    bar.error("<b>a.jpg</b> is damaged; it was skipped.")
    assert shown(bar) == ["<b>a.jpg</b> is damaged; it was skipped."]
    assert bar.accessibleName() == "Error: <b>a.jpg</b> is damaged; it was skipped."
    close = bar.findChild(QToolButton)
    qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    assert not bar.isVisible()


def test_the_same_message_comes_once(bar: MessageBar) -> None:
    for _ in range(3):
        bar.warn("No saliency map.")
        bar.error("Disk full.")
    bar.dismiss()
    assert bar.message().text == "No saliency map."
    bar.dismiss()
    assert bar.message() is None


def test_an_error_comes_before_a_notice_which_waits(bar: MessageBar) -> None:
    bar.say("Exported 3 label maps.", Kind.SUCCESS)
    bar.error("Disk full.")
    assert shown(bar) == ["Disk full.", "1 more"]
    bar.say("Another notice.")
    bar.dismiss()
    assert shown(bar) == ["Exported 3 label maps.", "1 more"]


def test_the_button_acts_and_closes(bar: MessageBar, qtbot: QtBot) -> None:
    done: list[str] = []
    bar.say("The file is gone.", Kind.WARNING, "Find it…", lambda: done.append("find"))
    qtbot.mouseClick(bar.findChild(QPushButton), Qt.MouseButton.LeftButton)
    assert done == ["find"]
    assert not bar.isVisible()


def test_the_button_may_say_something_new(bar: MessageBar, qtbot: QtBot) -> None:
    bar.error("Not saved.", "Try again", lambda: bar.error("Not saved."))
    qtbot.mouseClick(bar.findChild(QPushButton), Qt.MouseButton.LeftButton)
    assert shown(bar) == ["Not saved."]


def test_a_notice_goes_by_itself_and_what_needs_an_answer_stays(
    bar: MessageBar, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(message_bar, "_SHOWN_MS", 1)
    monkeypatch.setattr(message_bar, "_LETTER_MS", 0)
    bar.move(500, 500)  # from under the pointer, which keeps a message
    bar.warn("The disk is nearly full.")
    bar.say("Saved.")
    bar.say("Undone.", action="Redo", run=lambda: None)
    qtbot.wait(60)
    assert shown(bar)[0] == "The disk is nearly full."
    bar.dismiss()
    qtbot.waitUntil(lambda: shown(bar)[0] == "Undone.", timeout=20_000)
    qtbot.wait(60)
    assert bar.isVisible()


def test_a_newer_notice_takes_the_place_of_an_older_one(bar: MessageBar) -> None:
    bar.say("This is the first image.")
    bar.say("This is the last image.")
    assert shown(bar) == ["This is the last image."]
    bar.dismiss()
    assert not bar.isVisible()


def test_escape_closes(bar: MessageBar, qtbot: QtBot) -> None:
    bar.say("A notice.")
    qtbot.keyClick(bar, Qt.Key.Key_Escape)
    assert not bar.isVisible()


def test_a_message_that_no_longer_holds_is_withdrawn(bar: MessageBar, qtbot: QtBot) -> None:
    bar.warn("First.")
    bar.warn("Second.")
    bar.withdraw("Second.")
    assert bar.waiting() == ()
    with qtbot.waitSignal(bar.emptied):
        bar.withdraw("First.")


@pytest.mark.parametrize("kind", list(Kind))
def test_each_kind_has_its_colours_in_both_themes(bar: MessageBar, theme: Theme, kind: Kind) -> None:
    bar.say("A notice.", kind)
    for choice, colors in ((ThemeChoice.LIGHT, LIGHT), (ThemeChoice.DARK, DARK)):
        theme.choose(choice)
        assert bar.grab().toImage().pixelColor(2, 2).name() == getattr(colors, f"{kind}_back")


def test_in_a_narrow_window_the_buttons_go_under_the_text(bar: MessageBar, qtbot: QtBot) -> None:
    bar.error("The disk is full; your last strokes are kept in memory.", "Save elsewhere…")
    text = next(label for label in bar.findChildren(QLabel) if label.text().startswith("The disk"))
    button = bar.findChild(QPushButton)
    bar.resize(900, 60)
    qtbot.waitUntil(lambda: button.geometry().left() > text.geometry().right())
    bar.resize(300, 120)
    qtbot.waitUntil(lambda: button.geometry().top() > text.geometry().bottom())
    assert text.geometry().width() > 200
