"""File ▸ Classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMainWindow

from edam_gui.gui.annotate.class_panel import ClassPanel
from edam_gui.gui.shell.action_book import ActionBook
from edam_gui.session.session import Session

if TYPE_CHECKING:
    from edam_gui.session.class_draft import ClassDraft


def bind_class_table(book: ActionBook, session: Session, panel: ClassPanel, window: QMainWindow) -> None:
    """Bind the dialog of the classes, and offer it beside the class list."""

    def show(draft: ClassDraft) -> None:
        from edam_gui.gui.dialogs.class_dialog import ClassDialog

        if window.findChild(ClassDialog) is not None:
            return  # asked for twice before the first one came
        dialog = ClassDialog(session, draft, window)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    book.bind("file.classes", lambda: session.classes.begin(show))
    panel.offer(book.action("file.classes"))
