"""What the Edit menu does."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDockWidget, QMainWindow

from edam_gui.gui.annotate.canvas import Canvas
from edam_gui.gui.annotate.clean_up_dialog import CleanUpDialog
from edam_gui.gui.annotate.tool_options.labels import Colors
from edam_gui.gui.annotate.tools import ToolController
from edam_gui.gui.dialogs.note_dialog import NoteDialog
from edam_gui.gui.shell.action_book import ActionBook
from edam_gui.session.messages import Level, Message
from edam_gui.session.session import Session


def bind_edit(
    book: ActionBook,
    session: Session,
    controller: ToolController,
    canvas: Canvas,
    history: QDockWidget,
    colors: Colors,
    window: QMainWindow,
    in_grid: Callable[[], bool] = lambda: False,
) -> CleanUpDialog:
    """Bind undo, history, clean-ups, note and what concerns all corrections of an image.

    Parameters
    ----------
    book, session, controller, canvas
        The actions, and what they act on.
    history
        The panel that `edit.history` shows and hides.
    colors
        Returns the colours of labels on the screen.
    window
        The parent of dialogs.
    in_grid
        Whether the grid is shown: undo then takes back what was done to many images there.
    """
    clean_up = CleanUpDialog(session, canvas, colors, window)

    def say(text: str) -> None:
        session.events.message.emit(Message(Level.INFO, text, "tool"))

    def show_clean_up() -> None:
        controller.cancel()
        clean_up.show()
        clean_up.raise_()
        clean_up.activateWindow()

    def remove_corrections() -> None:
        controller.cancel()
        if not session.editing.remove_corrections():
            say("This image has no corrections.")

    def bake() -> None:
        controller.cancel()
        if session.editing.bake():
            say("The label map stays as it is now, whatever happens to thresholds and model. Undo takes that back.")
        elif session.editing.is_map_whole():
            say("Every pixel is a correction already.")

    book.bind_all(
        {
            "edit.undo": lambda: session.bulk.undo() if in_grid() else controller.undo() or session.undo(),
            "edit.redo": lambda: session.bulk.redo() if in_grid() else session.redo(),
            "edit.history": history.setVisible,
            "edit.clean_up": show_clean_up,
            "edit.remove_corrections": remove_corrections,
            "edit.bake": bake,
            "edit.note": lambda: edit_note(session, window),
        }
    )
    history.visibilityChanged.connect(lambda _: book.set_checked("edit.history", not history.isHidden()))
    book.set_checked("edit.history", not history.isHidden())
    return clean_up


def edit_note(session: Session, window: QMainWindow) -> None:
    """Ask for the note of the current image."""
    current = session.current
    if current is None:
        return
    dialog = NoteDialog(str(current.entry.relative), session.notes.text, window)
    dialog.setWindowModality(Qt.WindowModality.WindowModal)

    def answered(result: int) -> None:
        # It may have been read again meanwhile.
        same = session.current is not None and session.current.id == current.id
        if result == QDialog.DialogCode.Accepted and same:
            session.notes.set(dialog.text)
        dialog.deleteLater()

    dialog.finished.connect(answered)
    dialog.open()
