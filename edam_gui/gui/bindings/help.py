"""What the Help menu does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMainWindow

from edam_gui.gui.shell.action_book import ActionBook
from edam_gui.gui.shell.crash_guard import log_folder
from edam_gui.gui.shell.settings import Settings

if TYPE_CHECKING:
    from edam_gui.gui.shell.command_palette import CommandPalette, PaletteEntry
    from edam_gui.gui.shell.help_window import HelpWindow

# The windows of this menu are imported when they are opened first: the program starts the sooner.


class HelpActions:
    """The user guide, the keys, the command palette.

    Parameters
    ----------
    book, window, settings
        The actions, the parent of what opens, and where settings are.
    extra
        Returns more entries for the command palette.
    """

    def __init__(
        self,
        book: ActionBook,
        window: QMainWindow,
        settings: Settings,
        extra: Callable[[], Sequence[PaletteEntry]] = lambda: (),
    ) -> None:
        self._extra = extra
        self._book = book
        self._window = window
        self._settings = settings
        self._guide: HelpWindow | None = None
        self._palette: CommandPalette | None = None

    def bind(self) -> None:
        """Bind the actions."""
        self._book.bind_all(
            {
                "help.guide": self.show_guide,
                "help.keys": self._show_keys,
                "help.palette": lambda: self.palette.open(),
                "help.shortcuts": self._edit_shortcuts,
                "help.log": lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(log_folder()))),
                "help.about": self._about,
            }
        )

    @property
    def palette(self) -> CommandPalette:
        """The command palette."""
        from edam_gui.gui.shell.command_palette import CommandPalette

        if self._palette is None:
            self._palette = CommandPalette(self._book, self._window, self._extra)
        return self._palette

    def _show_keys(self) -> None:
        from edam_gui.gui.shell.help_pages import KEYS

        self.show_guide(KEYS)

    def show_guide(self, page: str = "") -> HelpWindow:
        """Show the user guide, at a page if one is named."""
        from edam_gui.gui.shell.help_window import HelpWindow

        if self._guide is None:
            self._guide = HelpWindow(self._book, self._window)
        if page:
            self._guide.show_page(page)
        self._guide.show()
        self._guide.raise_()
        self._guide.activateWindow()
        return self._guide

    def _edit_shortcuts(self) -> None:
        from edam_gui.gui.shell.shortcut_editor import ShortcutEditor

        editor = ShortcutEditor(self._book, self._window)
        editor.finished.connect(editor.deleteLater)
        editor.open()

    def _about(self) -> None:
        from edam_gui.gui.shell.about_dialog import AboutDialog

        places = (("Settings", Path(self._settings.file.fileName())), ("Log", log_folder()))
        about = AboutDialog(places, self._window)
        about.finished.connect(about.deleteLater)
        about.open()
