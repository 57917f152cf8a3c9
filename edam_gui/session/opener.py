"""Opening and closing projects, in jobs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from edam_gui.core.label_set import PASCAL_VOC, LabelSet
from edam_gui.jobs import Deliver, JobContext, JobInfo
from edam_gui.project.looking import Opening, is_project, look_at, project_of
from edam_gui.project.opening import begin_project, end_listing, fill_project, open_project, unfinished
from edam_gui.project.store import Role, Root
from edam_gui.session.context import READ_ONLY, Context
from edam_gui.session.messages import Level
from edam_gui.session.opened import OpenedProject
from edam_gui.session.save_state import SaveState
from edam_gui.session.unclaimed import Found, Unclaimed

_OPEN: Final = "open-project"
_FILL: Final = "open-fill"
_CHECK: Final = "open-check"
_PATIENCE_S: Final = 1.0
"""How long the last changes may take before they count as not saved."""
_MANY: Final = 1000
"""Folders of this many photos are shown before all of them are listed."""


class Opener:
    """Opens one project at a time.

    Parameters
    ----------
    context, deliver
        The session's state, and how the store's writer reaches the owner's thread.
    opened, open_already, listed, filled, closing
        Called on the owner's thread: a project was opened, or was open already; there are more images in it; all of
        them are there, with their image-level labels; it is about to be closed.
    """

    def __init__(
        self,
        context: Context,
        deliver: Deliver,
        *,
        opened: Callable[[], None],
        open_already: Callable[[], None],
        listed: Callable[[], None],
        filled: Callable[[], None],
        closing: Callable[[], None],
    ) -> None:
        self._context = context
        self._opened = opened
        self._open_already = open_already
        self._listed = listed
        self._filled = filled
        self._closing = closing
        self.save_state = SaveState(deliver, self._pending)
        self._unclaimed = Unclaimed()
        self.granted: list[Path] = []
        self.on_grant: Callable[[Path], None] = lambda _folder: None
        self.on_failed: Callable[[Path], None] = lambda _source: None

    def open(self, source: Path, *, list_file: Path | None = None, label_set: LabelSet = PASCAL_VOC) -> None:
        """Open a project file, or a folder, VOC root, list or image, for which a project is made if there is none."""
        saved, trouble = self.save_state.on_saved, self.save_state.on_trouble
        project = self._context.project
        # One that can only be read is opened again: the other window may have closed it.
        here = project.store.path if project is not None and project.read_only is None else None
        existing = self._existing(check_at_once=False)

        def work(_: JobContext) -> Found | None:
            path, opening = source if is_project(source) else project_of(source), None
            if path is None:
                opening = look_at(source, list_file)
                path = opening.project_file
            if path.resolve() == here:
                return None
            left = self._unclaimed.take(path.resolve())
            if left is not None:
                return left
            if opening is None or opening.exists:
                return self._unclaimed.hold(existing(path))
            store = begin_project(opening, label_set, on_saved=saved, on_trouble=trouble)
            if opening.notice is not None:
                store.notices += (opening.notice,)
            return self._unclaimed.hold(Found(store, opening, is_new=True))

        self._start(work, source)

    def check(self) -> None:
        """Look through the whole of a large project, in a job, now that its list stands; recover it if it is damaged.

        What takes no time was looked at before. What is found now is, for instance, an index without some images.
        """
        project = self._context.project
        if project is None or not project.store.check_later:
            return
        project.store.check_later = False

        def work(context: JobContext) -> str | None:
            return project.store.find_damage(context.token.cancelled)

        def done(damage: str | None) -> None:
            if damage is not None and self._context.project is project:
                self._recover(project.store.path)

        self._context.jobs.start(_CHECK, work, done=done, lane="check")

    def _recover(self, file: Path) -> None:
        """Open a project anew whose damage was found after it had been opened."""
        existing = self._existing(check_at_once=True)
        self.close()  # its lock would make the new one read-only
        self._start(lambda _: self._unclaimed.hold(existing(file)), file)

    def _existing(self, *, check_at_once: bool) -> Callable[[Path], Found]:
        """Return what opens a project file; what it needs of this thread is taken now."""
        granted = tuple(self.granted)
        saved, trouble = self.save_state.on_saved, self.save_state.on_trouble

        def existing(path: Path) -> Found:
            store = open_project(path, granted=granted, on_saved=saved, on_trouble=trouble, check_at_once=check_at_once)
            return Found(store, unfinished(store))

        return existing

    def _start(self, work: Callable[[JobContext], Found | None], source: Path) -> None:
        def failed(sentence: str) -> None:
            self._context.complain(sentence, "open")
            self.on_failed(source)

        self._context.jobs.start(
            _OPEN,
            work,
            done=self._take,
            failed=failed,
            # Its thread and its lock would stay otherwise.
            dropped=self._unclaimed.close,
            stopped=lambda: self._context.say(Level.INFO, f"{source.name or source} was not opened.", "open"),
            title=f"Opening {source.name or source}",
            lane="open",
        )

    def _take(self, found: Found | None) -> None:
        if found is None:
            self._context.say(Level.INFO, "", "open")
            self._open_already()
            return
        store = found.store
        self._unclaimed.claim(found)
        self.close()
        project = OpenedProject(store)
        project.on_submit = self.save_state.submitted
        self._context.project = project
        self._context.say(Level.INFO, "", "open")
        if store.read_only is not None:
            self._context.say(Level.WARNING, store.read_only, READ_ONLY)
        for root in project.store.roots():
            if found.is_new and not root.inside:
                # The user has just pointed at this folder, which allows it from now on.
                self._allow(root.folder)
        self._context.say(Level.INFO, _found_text(found), "found")
        if found.opening is None:
            self._show(project)
        else:
            self._fill(project, found.opening)

    def _fill(self, project: OpenedProject, opening: Opening) -> None:
        """List the images of a new project; many of them are shown before all are there."""
        shown = False

        def show_first(info: JobInfo) -> None:
            nonlocal shown
            if info.key != _FILL or self._context.project is not project:
                return
            if not shown and info.done >= _MANY:
                shown = True
                self._show(project)
            elif shown:
                self._listed()

        def work(context: JobContext) -> tuple[str, ...]:
            return fill_project(project.store, opening, context.token, lambda count: context.progress(count, count + 1))

        def done(problems: tuple[str, ...]) -> None:
            jobs.progressed.disconnect(show_first)
            project.store.notices += problems
            project.forget_files()
            if shown:
                self._listed()
                self._filled()
                self._tell_notices(project)
            else:
                self._show(project)

        def failed(sentence: str) -> None:
            jobs.progressed.disconnect(show_first)
            self._context.complain(sentence, "open")
            project.forget_files()
            self._show(project)

        def stopped() -> None:
            end_listing(project.store)
            failed("Not all photos are listed, as you stopped that; File ▸ Add images adds the others.")

        jobs = self._context.jobs
        jobs.progressed.connect(show_first)
        jobs.start(_FILL, work, done=done, failed=failed, stopped=stopped, title="Listing the photos", lane="open")

    def _show(self, project: OpenedProject) -> None:
        self._tell_notices(project)
        self._opened()

    def _tell_notices(self, project: OpenedProject) -> None:
        if project.store.notices:
            self._context.say(Level.WARNING, _summary(project.store.notices), "notices")

    def close(self) -> None:
        """Close the project; what cannot be written is said."""
        project = self._context.project
        if project is None:
            return
        self._context.jobs.cancel(_FILL)
        self._context.jobs.cancel(_CHECK)
        self._closing()
        self._context.project = None
        trouble = project.store.trouble
        if not project.close():
            self._context.complain(f"Not everything could be saved. {trouble or ''}".strip(), "save")
        self.save_state.forget()
        for topic in (READ_ONLY, "notices", "save"):
            self._context.say(Level.INFO, "", topic)
        self._context.events.project_changed.emit()

    def ungranted(self) -> tuple[Root, ...]:
        """Return the folders that the open project wants to read and the user has not allowed.

        A folder that is only that of image-level labels is not among them: these were imported when they were chosen.
        """
        project = self._context.project
        if project is None:
            return ()
        by_role = project.store.roles()
        others = {place.root for role, place in by_role.items() if role is not Role.LABELS}
        labels = {place.root for role, place in by_role.items() if role is Role.LABELS} - others
        return tuple(root for root in project.store.ungranted_roots() if root.id not in labels)

    def grant(self, folder: Path) -> None:
        """Allow the project to read a folder, now and in future."""
        project = self._context.project
        if project is None:
            return
        project.store.grant(folder)
        self._allow(folder)
        project.forget_files()

    def ungranted_files(self) -> tuple[Path, ...]:
        """Return the networks that the open project wants to read and the user has not allowed."""
        project = self._context.project
        return project.ungranted_files() if project is not None else ()

    def allow_file(self, path: Path) -> None:
        """Allow the project to read a file that the user has pointed at, now and in future."""
        project = self._context.project
        if project is not None and path.is_file() and not project.store.may_read(path):
            self.grant(path)

    def missing(self) -> dict[Root, Path | None]:
        """Return the folders of the project that are not where they were, each with where it probably is now."""
        project = self._context.project
        return project.store.missing_roots() if project is not None and project.read_only is None else {}

    def move(self, root: Root, folder: Path) -> None:
        """Say where a folder of the project is now."""
        project = self._context.project
        if project is not None:
            project.store.move_root(root.id, folder)
            self._allow(folder)
            project.forget_files()

    def _allow(self, folder: Path) -> None:
        self.granted.append(folder)
        self.on_grant(folder)

    def unsaved(self) -> str:
        """Return why not everything is on the disk, as a sentence, after another try; empty: it is."""
        project = self._context.project
        if project is None:
            return ""
        project.store.retry()
        if project.store.flush(_PATIENCE_S):
            return ""
        return project.store.trouble or f"{project.store.path} is still being written."

    def save_elsewhere(self, path: Path) -> None:
        """Write a full copy of the project and go on in it; it may read what it could read before, in future too.

        Raises
        ------
        OutputError
            The copy cannot be written.
        """
        project = self._context.project
        if project is not None:
            allowed = [root.folder for root in project.store.roots() if root not in project.store.ungranted_roots()]
            project.store.move_to(path)
            for folder in allowed:
                if not folder.is_relative_to(project.folder):
                    self._allow(folder)
            self._context.say(Level.INFO, "", READ_ONLY)
            self._context.say(Level.INFO, f"The project is kept in {project.store.path} from now on.", "save")
            self._context.events.project_changed.emit()
            self._context.events.saved_changed.emit()

    def _pending(self) -> int:
        project = self._context.project
        return project.store.pending() if project is not None else 0


_WHAT: Final = {
    Role.SALIENCY: "saliency maps",
    Role.MASKS: "masks",
    Role.LABELS: "image-level labels",
    Role.GROUND_TRUTH: "ground truth",
    Role.BASE_MAPS: "base label maps",
}


def _found_text(found: Found) -> str:
    """Return what was found beside what the user has opened: it changes labels, and nobody has pointed at it."""
    opening = found.opening if found.is_new else None
    if opening is None:
        return ""
    places = {role: place for role, place in opening.roles.items() if not place.is_relative_to(opening.source)}
    parts = [f"{_WHAT[role]} from {place}" for role, place in places.items()]
    return "" if not parts else f"Found and used: {', '.join(parts)}. File ▸ Folders of this project changes that."


def _summary(notices: tuple[str, ...]) -> str:
    shown = " ".join(notices[:3])
    return shown if len(notices) <= 3 else f"{shown} And {len(notices) - 3} more like these."
