"""Writes `resources/help/keys.md` from the action table: `python -m edam_gui.gui.write_key_page`.

The window writes the page itself, with the keys in force; the file is for those who read the guide elsewhere.
"""

from __future__ import annotations

import os

from PySide6.QtWidgets import QApplication

from edam_gui.gui.actions import ACTIONS
from edam_gui.gui.shell.action_book import ActionBook
from edam_gui.gui.shell.key_page import key_page
from edam_gui.gui.shell.resources import resource_folder


def main() -> None:
    """Write the page."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication.instance() or QApplication([])
    page = key_page(ActionBook(ACTIONS, app))
    (resource_folder("help") / "keys.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
