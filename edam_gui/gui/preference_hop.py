"""Puts the user's settings into effect, now and whenever they change."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QSettings

from edam_gui.core.palette import colour_blind_palette
from edam_gui.gui import preferences as names
from edam_gui.gui.annotate.canvas import Layer
from edam_gui.gui.annotate.screen_palette import screen_palette
from edam_gui.gui.shell.settings import Settings
from edam_gui.gui.shell.settings_dialog import SettingsDialog
from edam_gui.gui.shell.theme import ThemeChoice, current_theme

if TYPE_CHECKING:
    from edam_gui.gui.main_window import MainWindow

_TOOL_OPTIONS: Final = "tools/options"


class PreferenceHop:
    """Connects settings with what they are about.

    Parameters
    ----------
    settings, window
        What it connects.
    """

    def __init__(self, settings: Settings, window: MainWindow) -> None:
        self._settings = settings
        self._window = window
        self._effects: dict[str, Callable[[], object]] = {
            names.THEME: lambda: current_theme().choose(ThemeChoice(settings.text(names.THEME))),
            names.PALETTE: self._palette,
            names.LABEL_OPACITY: lambda: self._opacity(names.LABEL_OPACITY, Layer.LABELS),
            names.MASK_OPACITY: lambda: self._opacity(names.MASK_OPACITY, Layer.MASK),
            names.DEVICE: self._device,
            names.ANNOTATOR: lambda: window.session.set_annotator(settings.text(names.ANNOTATOR)),
            names.THETA_STEP: lambda: window.thresholds.set_theta_step(settings.number(names.THETA_STEP)),
            names.PREFETCH: lambda: window.session.desk.prepare(settings.switch(names.PREFETCH)),
            names.TRAIN_THREADS: self._training,
            names.TRAIN_NICENESS: self._training,
            names.RUN_AT_ONCE: lambda: window.session.desk.run_at_once(settings.switch(names.RUN_AT_ONCE)),
        }
        settings.changed.connect(self._changed)
        for effect in self._effects.values():
            effect()

    def edit(self) -> None:
        """Show the settings."""
        dialog = SettingsDialog(self._settings, self._window)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _changed(self, key: str) -> None:
        effect = self._effects.get(key)
        if effect is not None:
            effect()

    def _palette(self) -> None:
        safe = self._settings.text(names.PALETTE) == "colour_blind"
        screen_palette().choose(colour_blind_palette() if safe else None)

    def _device(self) -> None:
        session = self._window.session
        session.default_device = self._settings.text(names.DEVICE)
        if session.project is not None:
            session.load_model()

    def _training(self) -> None:
        desk, settings = self._window.session.training, self._settings
        desk.options = replace(
            desk.options,
            threads=settings.whole(names.TRAIN_THREADS),
            niceness=settings.whole(names.TRAIN_NICENESS),
        )

    def _opacity(self, key: str, layer: Layer) -> None:
        self._window.canvas.layers.set_opacity(layer, self._settings.whole(key) / 100)


def stored_tool_options(file: QSettings) -> object:
    """Return the tools' options of the last sitting, as JSON values; damaged ones count as none."""
    try:
        return json.loads(str(file.value(_TOOL_OPTIONS, "null")))
    except ValueError:
        return None


def keep_tool_options(file: QSettings, data: Mapping[str, Any]) -> None:
    """Store the tools' options."""
    file.setValue(_TOOL_OPTIONS, json.dumps(dict(data)))
