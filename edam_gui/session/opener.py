"""Opening and closing projects, in jobs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from edam_gui.core.label_set import PASCAL_VOC, LabelSet
from edam_gui.jobs import Deliver, JobContext
from edam_gui.project.opening import create_project, existing_project, is_project, look_at, open_project
from edam_gui.project.store import ProjectStore, Root
from edam_gui.session.context import Context
from edam_gui.session.messages import Level
from edam_gui.session.opened import OpenedProject
from edam_gui.session.save_state import SaveState

_OPEN: Final = "open-project"


class Opener:
    """Opens one project at a time.

    Parameters
    ----------
    context, deliver
        The session's state, and how the store's writer reaches the owner's thread.
    opened, closing
        Called on the owner's thread after a project was opened, and before it is closed.
    """

    def __init__(
        self, context: Context, deliver: Deliver, opened: Callable[[], None], closing: Callable[[], None]
    ) -> None:
        self._context = context
        self._opened = opened
        self._closing = closing
        self.save_state = SaveState(deliver, self._pending)
        self.granted: list[Path] = []
        self.on_grant: Callable[[Path], None] = lambda _folder: None

    @property
    def is_opening(self) -> bool:
        """Whether a project is being opened."""
        return self._context.jobs.is_busy(_OPEN)

    def open(self, source: Path, *, list_file: Path | None = None, label_set: LabelSet = PASCAL_VOC) -> None:
        """Open a project file, or a folder, VOC root, list or image, for which a project is made if there is none."""
        granted = tuple(self.granted)
        saved, trouble = self.save_state.on_saved, self.save_state.on_trouble

        def work(context: JobContext) -> ProjectStore:
            known = source if is_project(source) else existing_project(source)
            if known is not None:
                return open_project(known, granted=granted, on_saved=saved, on_trouble=trouble)
            opening = look_at(source, list_file)
            if opening.exists:
                return open_project(opening.project_file, granted=granted, on_saved=saved, on_trouble=trouble)
            store = create_project(
                opening, label_set, token=context.token, on_saved=saved, on_trouble=trouble, wait=False
            )
            if opening.notice is not None:
                store.notices += (opening.notice,)
            return store

        self._context.jobs.start(
            _OPEN,
            work,
            done=self._take,
            failed=lambda text: self._context.complain(text, "open"),
            title=f"Opening {source.name or source}",
            lane="open",
        )

    def _take(self, store: ProjectStore) -> None:
        self.close()
        project = OpenedProject(store)
        project.on_submit = self.save_state.submitted
        self._context.project = project
        self._context.say(Level.INFO, "", "open")
        if store.read_only is not None:
            self._context.say(Level.WARNING, store.read_only, "read-only")
        if store.notices:
            self._context.say(Level.WARNING, _summary(store.notices), "notices")
        self._opened()

    def close(self) -> None:
        """Close the project; what cannot be written is said."""
        project = self._context.project
        if project is None:
            return
        self._closing()
        self._context.project = None
        trouble = project.store.trouble
        if not project.close():
            self._context.complain(f"Not everything could be saved. {trouble or ''}".strip(), "save")
        for topic in ("read-only", "notices", "save"):
            self._context.say(Level.INFO, "", topic)

    def ungranted(self) -> tuple[Root, ...]:
        """Return the folders that the open project wants to read and the user has not allowed."""
        project = self._context.project
        return project.store.ungranted_roots() if project is not None else ()

    def grant(self, folder: Path) -> None:
        """Allow the project to read a folder, now and in future."""
        project = self._context.project
        if project is None:
            return
        project.store.grant(folder)
        self.granted.append(folder)
        self.on_grant(folder)
        project.forget_files()

    def save_elsewhere(self, path: Path) -> None:
        """Write a full copy of the project and go on with it.

        Raises
        ------
        OutputError
            The copy cannot be written.
        """
        project = self._context.project
        if project is not None:
            project.store.save_elsewhere(path)
            self.open(path)

    def _pending(self) -> int:
        project = self._context.project
        return project.store.pending() if project is not None else 0


def _summary(notices: tuple[str, ...]) -> str:
    shown = " ".join(notices[:3])
    return shown if len(notices) <= 3 else f"{shown} And {len(notices) - 3} more like these."
