"""The shell's tests see the light theme and settings of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from edam_gui.gui.shell.theme import Theme, ThemeChoice, current_theme


@pytest.fixture(autouse=True)
def settings_file(isolated_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings are this file, which is not there yet."""
    path = isolated_home / "edam-settings.ini"
    monkeypatch.setenv("EDAM_GUI_SETTINGS", str(path))
    return path


@pytest.fixture
def theme(qtbot: QtBot) -> Iterator[Theme]:
    """The application's theme, light now and at the end."""
    theme = current_theme()
    theme.choose(ThemeChoice.LIGHT)
    yield theme
    theme.choose(ThemeChoice.LIGHT)
