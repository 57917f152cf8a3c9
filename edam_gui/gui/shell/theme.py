"""Light and dark: one palette and one style sheet for the whole application, following the system or a choice."""

from __future__ import annotations

import dataclasses
from enum import StrEnum
from string import Template
from typing import Final

from PySide6.QtCore import QDir, QObject, Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from edam_gui.gui.shell.resources import resource_folder
from edam_gui.gui.shell.theme_colors import DARK, LIGHT, ThemeColors


class ThemeChoice(StrEnum):
    """What the user chose."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Theme(QObject):
    """The look of the application; there is one, owned by the application object.

    `changed` is emitted after the new palette and style sheet are in place: whoever draws with colours of its own
    (icons, plots, the canvas) takes `colors` again.
    """

    changed = Signal()

    def __init__(self, app: QApplication, choice: ThemeChoice = ThemeChoice.SYSTEM) -> None:
        super().__init__(app)
        self.setObjectName(_NAME)
        self._app = app
        self._choice = choice
        self._colors: ThemeColors | None = None
        QDir.setSearchPaths("edam", [str(resource_folder("themes").parent)])
        app.setStyle("Fusion")
        app.styleHints().colorSchemeChanged.connect(self._follow)
        self._request_scheme()
        self._follow()

    @property
    def choice(self) -> ThemeChoice:
        """What the user chose."""
        return self._choice

    @property
    def is_dark(self) -> bool:
        """Whether the dark theme is shown."""
        return self.colors is DARK

    @property
    def colors(self) -> ThemeColors:
        """The colours shown."""
        return self._colors or LIGHT

    def choose(self, choice: ThemeChoice) -> None:
        """Show this theme, or follow the system."""
        self._choice = choice
        self._request_scheme()
        self._follow()

    def _request_scheme(self) -> None:
        """Tell the system, so that title bars and file dialogs match, where it can."""
        scheme = {ThemeChoice.LIGHT: Qt.ColorScheme.Light, ThemeChoice.DARK: Qt.ColorScheme.Dark}
        self._app.styleHints().setColorScheme(scheme.get(self._choice, Qt.ColorScheme.Unknown))

    def _follow(self) -> None:
        colors = self._wanted()
        if colors is self._colors:
            return
        self._colors = colors
        self._app.setPalette(palette_of(colors))
        self._app.setStyleSheet(style_sheet_of(colors))
        self.changed.emit()

    def _wanted(self) -> ThemeColors:
        if self._choice is ThemeChoice.SYSTEM:
            return DARK if self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark else LIGHT
        return DARK if self._choice is ThemeChoice.DARK else LIGHT


_NAME: Final = "edam-theme"


def current_theme() -> Theme:
    """Return the application's theme; the first call makes it, following the system.

    Raises
    ------
    RuntimeError
        There is no application yet.
    """
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        raise RuntimeError("A theme needs a QApplication.")
    found = app.findChild(Theme, _NAME, Qt.FindChildOption.FindDirectChildrenOnly)
    return found if found is not None else Theme(app)


def palette_of(colors: ThemeColors) -> QPalette:
    """Return the Qt palette of a theme, for what the style sheet does not reach."""
    palette = QPalette()
    role = QPalette.ColorRole
    for where, color in {
        role.Window: colors.window,
        role.WindowText: colors.text,
        role.Base: colors.base,
        role.AlternateBase: colors.panel,
        role.Text: colors.text,
        role.PlaceholderText: colors.dim,
        role.Button: colors.raised,
        role.ButtonText: colors.text,
        role.BrightText: colors.error,
        role.ToolTipBase: colors.raised,
        role.ToolTipText: colors.text,
        role.Highlight: colors.accent,
        role.HighlightedText: colors.on_accent,
        role.Accent: colors.accent,
        role.Link: colors.link,
        role.LinkVisited: colors.link,
        role.Light: colors.hover,
        role.Midlight: colors.raised,
        role.Mid: colors.border,
        role.Dark: colors.edge,
        role.Shadow: colors.line,
    }.items():
        palette.setColor(where, QColor(color))
    for where in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        palette.setColor(QPalette.ColorGroup.Disabled, where, QColor(colors.off))
    palette.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(colors.border))
    return palette


def style_sheet_of(colors: ThemeColors) -> str:
    """Return the application's style sheet in the colours of a theme."""
    template = (resource_folder("themes") / "application.qss").read_text(encoding="utf-8")
    # The comments speak of $names.
    return Template(template.replace("$names", "names")).substitute(dataclasses.asdict(colors))
