"""Which actions can be used now: follows the session."""

from __future__ import annotations

from collections.abc import Callable

from edam_gui.gui.action_rows import conditions as names
from edam_gui.gui.shell.action_book import ActionBook
from edam_gui.session.session import Session


class Conditions:
    """Keeps an action book's conditions up to date.

    Parameters
    ----------
    session, book
        What it connects.
    in_grid
        Whether the grid is shown: what can be done is then done to the images selected there, and nothing to the one
        behind it. Call `refresh` when that changes.
    """

    def __init__(self, session: Session, book: ActionBook, in_grid: Callable[[], bool] = lambda: False) -> None:
        self._in_grid = in_grid
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
        canvas = not self._in_grid()
        chosen = canvas and current is not None
        ready = current is not None and current.files is not None
        shown = canvas and ready
        writable = project is not None and project.read_only is None
        ticks = current.ticks if current is not None else None
        files = current.files if current is not None else None
        undo, redo = self._steps()
        holds = {
            names.PROJECT: project is not None,
            names.WRITABLE_PROJECT: writable,
            names.JUDGEABLE: (chosen or not canvas) and writable,
            names.ACCEPTABLE: (shown or not canvas) and writable,
            names.NUMBERS: chosen or (not canvas and writable),
            names.CANVAS: canvas,
            names.CHOSEN: chosen,
            names.CHOSEN_WRITABLE: chosen and writable,
            names.IMAGE: shown,
            names.MASKS: canvas and current is not None and current.masks is not None,
            names.WRITABLE: shown and writable,
            names.SALIENCY: canvas and current is not None and current.saliency is not None,
            names.GROUND_TRUTH: canvas and files is not None and files.ground_truth is not None,
            names.SUGGESTIONS: writable and (not canvas or (ticks is not None and bool(ticks.suggested))),
            names.UNDO: writable and bool(undo),
            names.REDO: writable and bool(redo),
            names.MODEL: shown and session.model.is_ready,
            names.MODEL_FOR_ALL: ready and session.model.is_ready,
            names.RUNNING: bool(session.jobs.shown()),
        }
        self._book.set_text("edit.undo", f"&Undo {undo.replace('&', '&&')}" if undo else "")
        self._book.set_text("edit.redo", f"&Redo {redo.replace('&', '&&')}" if redo else "")
        known = self._book.conditions()
        self._book.set_conditions({name: value for name, value in holds.items() if name in known})

    def _steps(self) -> tuple[str, str]:
        """Return the names of the steps that undo and redo would take now; empty: none."""
        session, current = self._session, self._session.current
        if self._in_grid():
            return session.bulk.undo_name, session.bulk.redo_name
        redo = current.history.next_redo if current is not None else None
        return session.undo_name, redo.name if redo is not None else ""
