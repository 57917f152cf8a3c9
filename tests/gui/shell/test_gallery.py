"""The window that shows the whole shell opens in both themes, and so does everything in it, without a warning."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from edam_gui.gui.preferences import THEME
from edam_gui.gui.shell.gallery import Gallery
from edam_gui.gui.shell.help_window import HelpWindow
from edam_gui.gui.shell.theme import Theme


@pytest.fixture
def gallery(theme: Theme, qtbot: QtBot) -> Iterator[Gallery]:
    gallery = Gallery()
    qtbot.addWidget(gallery)
    gallery.show_messages()
    gallery.start_jobs()
    with qtbot.waitExposed(gallery):
        gallery.show()
    yield gallery
    gallery.close()


def test_it_follows_the_theme_setting(gallery: Gallery, theme: Theme) -> None:
    for choice, dark in (("dark", True), ("light", False)):
        gallery.settings.set(THEME, choice)
        assert theme.is_dark is dark
        assert (gallery.grab().toImage().pixelColor(3, 3).lightness() < 100) is dark


@pytest.mark.parametrize("name", ["file.settings", "help.shortcuts", "help.about"])
def test_dialogs_open_from_their_actions(gallery: Gallery, name: str) -> None:
    assert gallery.book.run(name)
    assert [d.isVisible() for d in gallery.findChildren(QDialog)] == [True]


def test_f1_opens_the_guide_and_ctrl_k_the_palette(gallery: Gallery, qtbot: QtBot) -> None:
    gallery.activateWindow()
    qtbot.waitUntil(gallery.isActiveWindow)
    qtbot.keyClick(gallery, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert gallery.palette_box.isVisible()
    gallery.palette_box.hide()
    qtbot.keyClick(gallery, Qt.Key.Key_F1)
    assert gallery.findChild(HelpWindow).isVisible()


def test_every_control_has_a_name_for_screen_readers(gallery: Gallery) -> None:
    buttons = [b for b in gallery.findChildren(type(gallery.jobs._more)) if b.isVisible() and not b.text()]
    # Qt names its own buttons: those of docks and of tool bars that are too long.
    own = [b for b in buttons if b.objectName().startswith("qt_")]
    assert [b.toolTip() for b in buttons if b not in own and not b.accessibleName()] == []
    assert QApplication.activePopupWidget() is None
