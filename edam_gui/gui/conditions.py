"""Which actions can be used now: follows the session."""

from __future__ import annotations

from edam_gui.gui.action_rows import conditions as names
from edam_gui.gui.shell.action_book import ActionBook
from edam_gui.session.session import Session


class Conditions:
    """Keeps an action book's conditions up to date.

    Parameters
    ----------
    session, book
        What it connects.
    """

    def __init__(self, session: Session, book: ActionBook) -> None:
        self._session = session
        self._book = book
        events = session.events
        for signal in (
            events.project_changed,
            events.current_changed,
            events.photo_changed,
            events.masks_changed,
            events.saliency_changed,
            events.ground_truth_changed,
            events.ticks_changed,
            events.history_changed,
            events.model_changed,
        ):
            signal.connect(self.refresh)
        session.bulk.changed.connect(self.refresh)
        for job in (session.jobs.started, session.jobs.finished):
            job.connect(lambda _info: self.refresh())
        self.refresh()

    def refresh(self) -> None:
        """Look at the session."""
        session, current = self._session, self._session.current
        project = session.project
        shown = current is not None and current.files is not None
        writable = project is not None and project.read_only is None
        ticks = current.ticks if current is not None else None
        files = current.files if current is not None else None
        holds = {
            names.PROJECT: project is not None,
            names.WRITABLE_PROJECT: writable,
            names.CHOSEN: current is not None,
            names.IMAGE: shown,
            names.MASKS: current is not None and current.masks is not None,
            names.WRITABLE: shown and writable,
            names.SALIENCY: current is not None and current.saliency is not None,
            names.GROUND_TRUTH: files is not None and files.ground_truth is not None,
            names.SUGGESTIONS: ticks is not None and bool(ticks.suggested),
            names.UNDO: (current is not None and current.history.next_undo is not None) or bool(session.bulk.undo_name),
            names.REDO: (current is not None and current.history.next_redo is not None) or bool(session.bulk.redo_name),
            names.MODEL: shown and session.model.is_ready,
            names.RUNNING: session.run_all.is_running or session.exporting.is_running,
        }
        known = self._book.conditions()
        self._book.set_conditions({name: value for name, value in holds.items() if name in known})
        self._name_steps()

    def _name_steps(self) -> None:
        current = self._session.current
        undo = current.history.next_undo if current is not None else None
        redo = current.history.next_redo if current is not None else None
        self._book.set_text("edit.undo", f"&Undo {undo.name.replace('&', '&&')}" if undo is not None else "")
        self._book.set_text("edit.redo", f"&Redo {redo.name.replace('&', '&&')}" if redo is not None else "")
