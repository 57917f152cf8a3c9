"""Settings hold at once, are kept, survive a damaged file, and tell when they change."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QSpinBox
from pytestqt.qtbot import QtBot

from edam_gui.gui.preferences import SETTINGS
from edam_gui.gui.shell.setting_spec import Choice, SettingKind, SettingSpec
from edam_gui.gui.shell.settings import Settings
from edam_gui.gui.shell.settings_dialog import SettingsDialog
from edam_gui.gui.shell.settings_file import open_settings_file, settings_path
from edam_gui.gui.shell.theme import Theme

SPECS = (
    SettingSpec(
        *("look.theme", "Look", SettingKind.CHOICE, "system", "Theme", "Light or dark."),
        choices=(Choice("system", "As the system"), Choice("dark", "Dark")),
    ),
    SettingSpec("look.opacity", "Look", SettingKind.WHOLE, 50, "Opacity", "How strong.", least=0, most=100),
    SettingSpec("canvas.step", "Canvas", SettingKind.NUMBER, 0.5, "Step", "How far.", least=0, most=1),
    SettingSpec("canvas.smooth", "Canvas", SettingKind.SWITCH, True, "Smooth", "Softer photos."),
    SettingSpec("start.name", "Start", SettingKind.TEXT, "", "Your name", "For the record."),
)


@pytest.fixture
def settings(theme: Theme) -> Settings:
    return Settings(SPECS)


@pytest.fixture
def dialog(settings: Settings, qtbot: QtBot) -> SettingsDialog:
    dialog = SettingsDialog(settings)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_the_file_is_where_the_environment_says(settings_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings_path() == settings_file
    monkeypatch.delenv("EDAM_GUI_SETTINGS")
    assert settings_path().name == "settings.ini"
    assert "edam-gui" in settings_path().parts


def test_what_is_set_is_there_the_next_time(settings: Settings) -> None:
    settings.set("look.theme", "dark")
    settings.set("look.opacity", 70)
    settings.set("canvas.step", 0.25)
    settings.set("canvas.smooth", False)
    settings.set("start.name", "Ünal; \\ = x")
    again = Settings(SPECS)
    assert again.text("look.theme") == "dark"
    assert again.whole("look.opacity") == 70
    assert again.number("canvas.step") == 0.25
    assert again.switch("canvas.smooth") is False
    assert again.text("start.name") == "Ünal; \\ = x"


def test_a_change_is_told_once(settings: Settings) -> None:
    told: list[str] = []
    settings.changed.connect(told.append)
    settings.set("look.opacity", 70)
    settings.set("look.opacity", 70)
    settings.reset("look.opacity")
    settings.reset("look.opacity")
    assert told == ["look.opacity", "look.opacity"]
    assert settings.whole("look.opacity") == 50


@pytest.mark.parametrize(
    ("key", "value"),
    [("look.theme", "pink"), ("look.opacity", 101), ("look.opacity", 1.5), ("canvas.step", float("nan"))],
)
def test_a_value_that_is_not_allowed_is_an_error(settings: Settings, key: str, value: object) -> None:
    with pytest.raises(ValueError, match=key):
        settings.set(key, value)
    assert settings.is_default(key)


def test_a_damaged_file_gives_the_defaults(settings_file: Path, theme: Theme) -> None:
    settings_file.write_bytes(b"[settings]\nlook\\theme=pink\nlook\\opacity=many\ncanvas\\smooth=7\n\x00\xff[[[\n")
    settings = Settings(SPECS)
    assert all(settings.is_default(spec.key) for spec in SPECS)
    settings.set("look.opacity", 60)
    assert Settings(SPECS).whole("look.opacity") == 60


def test_a_file_that_cannot_be_written_is_said_once(tmp_path: Path, theme: Theme) -> None:
    (tmp_path / "file").write_text("not a folder")
    settings = Settings(SPECS, open_settings_file(tmp_path / "file" / "settings.ini"))
    said: list[str] = []
    settings.failed.connect(said.append)
    settings.set("look.opacity", 60)
    settings.set("look.opacity", 61)
    assert settings.whole("look.opacity") == 61
    assert len(said) == 1
    assert "cannot be written" in said[0]


def test_a_default_must_be_allowed() -> None:
    with pytest.raises(ValueError, match="default"):
        SettingSpec("a.b", "A", SettingKind.WHOLE, 7, "A", "B", most=5)


def test_the_dialog_changes_settings_at_once(dialog: SettingsDialog, settings: Settings, qtbot: QtBot) -> None:
    combo = dialog.row("look.theme").editor
    assert isinstance(combo, QComboBox)
    qtbot.keyClick(combo, Qt.Key.Key_Down)
    spin = dialog.row("look.opacity").editor
    assert isinstance(spin, QSpinBox)
    qtbot.keyClick(spin, Qt.Key.Key_Up)
    dialog.show_group("Canvas")
    check = dialog.row("canvas.smooth").editor
    assert isinstance(check, QCheckBox)
    qtbot.keyClick(check, Qt.Key.Key_Space)
    assert (settings.text("look.theme"), settings.whole("look.opacity")) == ("dark", 51)
    assert settings.switch("canvas.smooth") is False


def test_each_setting_can_be_reset(dialog: SettingsDialog, settings: Settings, qtbot: QtBot) -> None:
    row = dialog.row("look.opacity")
    assert not row.reset_button.isEnabled()
    settings.set("look.opacity", 99)
    assert row.editor.value() == 99
    qtbot.mouseClick(row.reset_button, Qt.MouseButton.LeftButton)
    assert row.editor.value() == settings.whole("look.opacity") == 50


def test_a_text_is_taken_when_the_dialog_closes(dialog: SettingsDialog, settings: Settings, qtbot: QtBot) -> None:
    dialog.show_group("Start")
    line = dialog.row("start.name").editor
    assert isinstance(line, QLineEdit)
    line.setFocus()
    qtbot.keyClicks(line, "Ada")
    dialog.close()
    assert settings.text("start.name") == "Ada"


def test_search_shows_only_what_matches(dialog: SettingsDialog) -> None:
    dialog.search("photos soft")
    assert dialog.row("canvas.smooth").isVisible()
    assert not dialog.row("canvas.step").isVisible()
    dialog.search("nothing like this")
    assert not dialog.row("canvas.smooth").isVisible()
    dialog.search("")
    assert dialog.row("canvas.step").isVisible()


def test_the_programs_settings_all_have_an_editor(theme: Theme, qtbot: QtBot) -> None:
    settings = Settings(SETTINGS)
    dialog = SettingsDialog(settings)
    qtbot.addWidget(dialog)
    assert all(dialog.row(spec.key).editor.accessibleName() for spec in SETTINGS)
    assert all(spec.tip.endswith(".") for spec in SETTINGS)


def test_enter_in_the_search_line_presses_no_button(dialog: SettingsDialog, settings: Settings, qtbot: QtBot) -> None:
    settings.set("look.opacity", 99)
    line = dialog.findChild(QLineEdit)
    line.setFocus()
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert settings.whole("look.opacity") == 99
    assert dialog.isVisible()
