"""Every icon is a drawing in the theme's colour, sharp on dense screens, and follows the theme."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from edam_gui.gui.actions import ACTIONS
from edam_gui.gui.shell.icons import icon_names, icon_pixmap, keep_icon, themed_icon
from edam_gui.gui.shell.resources import resource_folder
from edam_gui.gui.shell.theme import Theme, ThemeChoice
from edam_gui.gui.shell.theme_colors import DARK, LIGHT


def colors_in(pixmap: QPixmap) -> set[str]:
    """The colours of opaque pixels."""
    image = pixmap.toImage().convertToFormat(QImage.Format.Format_ARGB32)
    pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return {c.name() for c in pixels if c.alpha() == 255}


def test_all_icons_have_one_style() -> None:
    for path in resource_folder("icons").glob("*.svg"):
        text = path.read_text()
        assert 'viewBox="0 0 24 24"' in text, path.name
        assert 'stroke-width="1.6"' in text, path.name
        assert not re.search(r"#[0-9a-fA-F]{3,6}", text), f"{path.name} has a colour of its own"


def test_every_icon_draws_something_in_the_colour_asked_for(theme: Theme) -> None:
    for name in icon_names():
        assert colors_in(icon_pixmap(name, "#ff0000", 40)) == {"#ff0000"}, name


def test_every_icon_of_the_action_table_exists() -> None:
    assert {spec.icon for spec in ACTIONS if spec.icon} <= set(icon_names())


def test_an_unknown_icon_is_an_error(theme: Theme) -> None:
    with pytest.raises(KeyError, match="no-such-icon"):
        themed_icon("no-such-icon")


def test_a_disabled_icon_is_grey_and_a_dense_screen_gets_more_pixels(theme: Theme) -> None:
    icon = themed_icon("save")
    assert LIGHT.off in colors_in(icon.pixmap(QSize(40, 40), QIcon.Mode.Disabled))
    assert icon.pixmap(QSize(20, 20), 2.0).size() == QSize(40, 40)


def test_a_kept_icon_follows_the_theme(theme: Theme, qtbot: QtBot) -> None:
    button = QToolButton()
    qtbot.addWidget(button)
    keep_icon(button, "save", button.setIcon)
    assert LIGHT.text in colors_in(button.icon().pixmap(QSize(40, 40)))
    theme.choose(ThemeChoice.DARK)
    assert DARK.text in colors_in(button.icon().pixmap(QSize(40, 40)))


def test_the_theme_may_change_after_the_icons_owner_went(theme: Theme) -> None:
    button = QToolButton()
    keep_icon(button, "save", button.setIcon)
    del button
    theme.choose(ThemeChoice.DARK)
