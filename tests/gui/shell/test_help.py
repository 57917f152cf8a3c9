"""The guide can be read and searched, its links lead somewhere, and its keys are those in force."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot

from edam_gui.gui.actions import ACTIONS
from edam_gui.gui.shell.action_book import ActionBook
from edam_gui.gui.shell.help_pages import HelpPages, slug
from edam_gui.gui.shell.help_view import HelpView
from edam_gui.gui.shell.help_window import HelpWindow
from edam_gui.gui.shell.key_page import key_page
from edam_gui.gui.shell.resources import resource_folder
from edam_gui.gui.shell.theme import Theme, ThemeChoice

LINK = re.compile(r"\]\(([^)]+)\)")


@pytest.fixture
def book(theme: Theme) -> ActionBook:
    return ActionBook(ACTIONS)


@pytest.fixture
def window(book: ActionBook, qtbot: QtBot) -> HelpWindow:
    window = HelpWindow(book)
    qtbot.addWidget(window)
    window.show()
    return window


def test_every_page_is_in_the_index_and_every_link_leads_somewhere() -> None:
    pages = HelpPages()
    files = {path.stem for path in resource_folder("help").glob("*.md")}
    assert set(pages.names()) == files
    for name in files:
        for link in LINK.findall(pages.text(name)):
            page, _, heading = link.partition("#")
            assert pages.has(page.removesuffix(".md")), (name, link)
            headings = re.findall(r"^#+ (.*)$", pages.text(page.removesuffix(".md")), re.MULTILINE)
            assert not heading or heading in map(slug, headings), (name, link)


def test_the_key_page_on_disk_is_the_action_tables(book: ActionBook) -> None:
    stored = (resource_folder("help") / "keys.md").read_text(encoding="utf-8")
    assert stored == key_page(book), "run: python -m edam_gui.gui.write_key_page"


def test_keys_and_menus_that_the_guide_names_exist(book: ActionBook) -> None:
    """`**X**` directly after an action's name, and *Menu > Action*, are what the table says."""
    texts = {book.plain_text(spec.id) for spec in ACTIONS}
    keys = {key for keys in book.keys().values() for key in keys} | {"Esc", "Space"}
    for path in resource_folder("help").glob("*.md"):
        page = path.read_text(encoding="utf-8")
        for menu in re.findall(r"\*(?:File|Edit|View|Image|Labels|Tools|Model) > ([^*]+?)\*", page):
            assert menu in texts | {"Device"}, (path.name, menu)
        for key in re.findall(r"\(\*\*([^*]+)\*\*\)", page):
            assert key in keys, (path.name, key)


def test_pages_are_shown_and_links_followed(window: HelpWindow) -> None:
    assert "User guide" in window.text()
    window._view.anchorClicked.emit(QUrl("thresholds.md#the-two-dialects"))
    assert window.page() == "thresholds"
    assert window._view.textCursor().block().text() == "The two dialects"
    window.go_back()
    assert window.page() == "index"
    window.go_ahead()
    assert window.page() == "thresholds"
    assert not window.ahead_button.isEnabled()


def test_the_key_page_shows_the_keys_in_force(window: HelpWindow, book: ActionBook) -> None:
    book.set_keys({"tool.brush": ("F6",)})
    window.show_page("keys")
    assert "F6" in window.text()


def test_search_goes_on_in_the_other_pages(window: HelpWindow) -> None:
    assert window.search("provenance.json")
    assert window.page() == "exporting"
    assert window._view.textCursor().selectedText() == "provenance.json"
    assert not window.search("no such words anywhere")


def test_a_page_that_is_not_there_shows_the_index(window: HelpWindow) -> None:
    window.show_page("../../etc/passwd")
    assert window.page() == "index"


def test_web_links_open_in_the_browser_only(window: HelpWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    window._view.anchorClicked.emit(QUrl("https://example.org/x"))
    window._view.anchorClicked.emit(QUrl("file:///etc/passwd"))
    assert opened == ["https://example.org/x"]
    assert window.page() == "index"


def test_pictures_are_not_fetched(theme: Theme, qtbot: QtBot, tmp_path: Path) -> None:
    view = HelpView()
    qtbot.addWidget(view)
    (tmp_path / "x.png").write_bytes(b"rubbish")
    view.show_page(f"# Title\n\n![alt]({(tmp_path / 'x.png').as_uri()})")
    view.grab()
    assert "Title" in view.toPlainText()


def test_the_page_follows_the_theme(window: HelpWindow, theme: Theme) -> None:
    window.show_page("thresholds")
    light = mean_lightness(window)
    theme.choose(ThemeChoice.DARK)
    assert mean_lightness(window) < light / 3


def mean_lightness(window: HelpWindow) -> int:
    smooth = Qt.TransformationMode.SmoothTransformation
    return window.grab().toImage().scaled(1, 1, mode=smooth).pixelColor(0, 0).lightness()
