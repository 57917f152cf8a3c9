"""What the Help menu does."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMainWindow

from edam_gui.gui.shell.about_dialog import AboutDialog
from edam_gui.gui.shell.action_book import ActionBook
from edam_gui.gui.shell.command_palette import CommandPalette
from edam_gui.gui.shell.crash_guard import log_folder
from edam_gui.gui.shell.help_pages import KEYS
from edam_gui.gui.shell.help_window import HelpWindow
from edam_gui.gui.shell.settings import Settings
from edam_gui.gui.shell.shortcut_editor import ShortcutEditor


class HelpActions:
    """The user guide, the keys, the command palette.

    Parameters
    ----------
    book, window, settings
        The actions, the parent of what opens, and where settings are.
    """

    def __init__(self, book: ActionBook, window: QMainWindow, settings: Settings) -> None:
        self._book = book
        self._window = window
        self._settings = settings
        self._guide: HelpWindow | None = None
        self.palette = CommandPalette(book, window)

    def bind(self) -> None:
        """Bind the actions."""
        self._book.bind_all(
            {
                "help.guide": self.show_guide,
                "help.keys": lambda: self.show_guide(KEYS),
                "help.palette": self.palette.open,
                "help.shortcuts": self._edit_shortcuts,
                "help.log": lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(log_folder()))),
                "help.about": self._about,
            }
        )

    def show_guide(self, page: str = "") -> HelpWindow:
        """Show the user guide, at a page if one is named."""
        if self._guide is None:
            self._guide = HelpWindow(self._book, self._window)
        if page:
            self._guide.show_page(page)
        self._guide.show()
        self._guide.raise_()
        self._guide.activateWindow()
        return self._guide

    def _edit_shortcuts(self) -> None:
        editor = ShortcutEditor(self._book, self._window)
        editor.finished.connect(editor.deleteLater)
        editor.open()

    def _about(self) -> None:
        places = (("Settings", Path(self._settings.file.fileName())), ("Log", log_folder()))
        about = AboutDialog(places, self._window)
        about.finished.connect(about.deleteLater)
        about.open()
