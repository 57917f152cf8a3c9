"""The file that keeps settings, recent files and the window's place."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from platformdirs import user_config_path
from PySide6.QtCore import QSettings

ENVIRONMENT: Final = "EDAM_GUI_SETTINGS"
"""Names another file; so tests, and a second installation, keep their settings apart."""


def settings_path() -> Path:
    """Return where the settings are kept."""
    chosen = os.environ.get(ENVIRONMENT)
    return Path(chosen) if chosen else user_config_path("edam-gui", appauthor=False) / "settings.ini"


def open_settings_file(path: Path | None = None) -> QSettings:
    """Open the settings file (INI); one that is not there or is damaged is as good as empty."""
    return QSettings(str(path or settings_path()), QSettings.Format.IniFormat)


def write_problem(file: QSettings) -> str:
    """Write what is pending; return "" or the sentence why it could not be written."""
    file.sync()
    if file.status() == QSettings.Status.AccessError:
        return f"The settings cannot be written to {file.fileName()}; changes hold until the program is closed."
    return ""
