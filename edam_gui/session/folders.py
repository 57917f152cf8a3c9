"""Which folders hold the project's saliency maps, masks, labels and ground truth, and how well they fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from edam_gui.core.errors import EdamError, InputFileError
from edam_gui.jobs import JobContext
from edam_gui.project.opening import add_images, import_labels, set_role
from edam_gui.project.roles import RoleMatch, check_sizes, match_role
from edam_gui.project.store import ImageRow, ProjectStore, Query, Role, Ticks, UngrantedError
from edam_gui.project.store.changes import AppendNext, Change
from edam_gui.session.context import Context
from edam_gui.session.desk import Desk
from edam_gui.session.messages import Level
from edam_gui.session.navigator import Navigator
from edam_gui.session.rules import Rules
from edam_gui.session.state_payload import state_payload
from edam_gui.session.tick_states import ticks_to_state

MATCH: Final = "match-"
_SIZED: Final = (Role.SALIENCY, Role.GROUND_TRUTH, Role.BASE_MAPS)
_LABELLING: Final = (Role.SALIENCY, Role.MASKS, Role.BASE_MAPS)
"""Roles of folders on which label maps depend."""

_IMPORT: Final = "import-labels"
_ADD: Final = "add-images"


@dataclass(frozen=True)
class FolderState:
    """What the project says of one role.

    Parameters
    ----------
    role, path
        The folder or file; `None`: there is none.
    problem
        Why it cannot be read, e.g. because the user has not allowed it.
    """

    role: Role
    path: Path | None
    problem: str = ""


@dataclass(frozen=True)
class Fit:
    """How well a folder fits the images.

    Parameters
    ----------
    match
        By names.
    other_size
        One sentence per image whose file has another size; the first ones.
    """

    match: RoleMatch
    other_size: tuple[str, ...]


@dataclass(frozen=True)
class _AddedAll:
    new: int
    problems: tuple[str, ...]
    first: int | None


class Folders:
    """Looks at and changes the roles of folders.

    Parameters
    ----------
    context, rules, desk, navigator
        The session's state, the project's choices, and what shows files and lists.
    """

    def __init__(self, context: Context, rules: Rules, desk: Desk, navigator: Navigator) -> None:
        self._context = context
        self.on_allow: Callable[[Path], None] = lambda _folder: None
        self.on_other_result: Callable[[], None] = lambda: None
        self._rules = rules
        self._desk = desk
        self._navigator = navigator

    def states(self) -> tuple[FolderState, ...]:
        """Return every role with its folder."""
        project = self._context.project
        if project is None:
            return ()
        places = project.store.roles()
        states = []
        for role in Role:
            if role is Role.PHOTOS:
                continue
            place = places.get(role)
            try:
                states.append(FolderState(role, None if place is None else project.store.path_of(place)))
            except UngrantedError as error:
                states.append(FolderState(role, error.folder, "The project may not read this folder yet."))
            except EdamError as error:
                states.append(FolderState(role, None, str(error)))
        return tuple(states)

    def check(self, role: Role, path: Path, done: Callable[[Fit], None], failed: Callable[[str], None]) -> None:
        """Find out in a job how well a folder fits; the newest question of a role wins."""
        project = self._context.project
        if project is None:
            return

        def work(context: JobContext) -> Fit:
            entries = project.entries()
            match = match_role(role, path, entries, project.label_set)
            odd: list[str] = []
            if role in _SIZED:
                for number, check in enumerate(check_sizes(role, path, entries, context.token), start=1):
                    context.progress(number, len(entries))
                    if check.problem:
                        odd.append(check.problem)
            return Fit(match, tuple(odd))

        self._context.jobs.start(MATCH + role.value, work, done=done, failed=failed, lane="folders")

    def set(self, role: Role, path: Path | None) -> None:
        """Give a folder or file a role, or take it away; image-level labels are imported at once."""
        project = self._context.project
        if project is None or not self._context.may_change():
            return
        try:
            set_role(project.store, role, path)
            if path is not None:
                self._allow(path)
        except EdamError as error:
            self._context.complain(str(error), "folders")
            return
        project.forget_files()
        if role is Role.LABELS and path is not None:
            self.import_labels(path)
        else:
            if role in _LABELLING:
                self.on_other_result()
            self._desk.reload()

    def _allow(self, path: Path) -> None:
        """Let the project read what the user has just pointed at, now and in future."""
        folder = path if path.is_dir() else path.parent
        if self._context.project is not None and not folder.resolve().is_relative_to(self._context.project.folder):
            self.on_allow(folder)

    def choose_saliency(self, choice: str) -> None:
        """Say where saliency maps come from: `auto`, `files`, `none`, or the path of an ONNX network."""
        project = self._context.project
        if project is not None and self._context.may_change():
            network = Path(choice).expanduser()
            if network.is_file() and not project.store.may_read(network):
                self.on_allow(network)
            self._rules.choose(saliency_method=choice)
            self.read_again()

    def read_again(self) -> None:
        """Read the current image's files again: where they come from has changed."""
        project = self._context.project
        if project is not None:
            project.forget_files()
            self._desk.reload()

    def import_labels(self, source: Path) -> None:
        """Tick the classes that a file or folder of image-level labels names."""
        project = self._context.project
        if project is None:
            return

        def work(context: JobContext) -> tuple[str, ...]:
            problems = import_labels(project.store, source, context.token, step=_import_step)
            project.store.flush(10.0)
            return problems

        def show() -> None:
            self._navigator.refresh()
            self._desk.reload()

        def done(problems: tuple[str, ...]) -> None:
            if problems:
                self._context.say(Level.WARNING, _first(problems), _IMPORT)
            else:
                self._context.say(Level.INFO, f"The image-level labels of {source.name} were imported.", _IMPORT)
            show()

        def stopped() -> None:
            self._context.say(Level.WARNING, f"Only a part of {source.name} was imported.", _IMPORT)
            show()

        title = f"Importing {source.name}"
        self._context.jobs.start(_IMPORT, work, done=done, stopped=stopped, title=title, lane="folders")

    def add_images(self, *sources: Path, show_first: bool = False) -> None:
        """Add the images of folders, lists, VOC roots or image files to the project; those that it holds stay.

        Parameters
        ----------
        sources
            What the user points at, which allows the project to read there.
        show_first
            Whether the first image of the first source is shown then.
        """
        project = self._context.project
        if project is None or not self._context.may_change():
            return
        store, before = project.store, set(project.store.roots())

        def work(context: JobContext) -> _AddedAll:
            new, problems = 0, list[str]()
            for source in sources:
                try:
                    added = add_images(store, source, token=context.token)
                except InputFileError as error:
                    problems.append(str(error))
                    continue
                new, problems = new + added.new, problems + list(added.problems)
            first = _image_of(store, sources[0]) if show_first else None
            return _AddedAll(new, tuple(problems), first)

        def show(first: int | None = None) -> None:
            for root in set(store.roots()) - before:
                self._allow(root.folder)
            project.forget_files()
            current = self._context.current
            if first is not None and (current is None or current.id != first):
                self._navigator.refresh(lambda: self._navigator.go_to(first))
            else:
                self._navigator.refresh(None if current is not None else self._navigator.again)

        def stopped() -> None:
            self._context.say(Level.WARNING, "Only a part of the images was added.", _ADD)
            show()

        def done(added: _AddedAll) -> None:
            show(added.first)
            text = f"{added.new} image{'s were' if added.new != 1 else ' was'} added."
            level = Level.WARNING if added.problems else Level.INFO
            said = [text] if added.new or not show_first else []
            self._context.say(level, " ".join((*said, _first(added.problems))).strip(), _ADD)

        title = f"Adding {sources[0].name}"
        self._context.jobs.start(_ADD, work, done=done, stopped=stopped, title=title, lane="folders")

    def forget(self) -> None:
        """Stop what is done to the project: it is being closed."""
        for key in (_IMPORT, _ADD):
            self._context.jobs.cancel(key)
        self._context.jobs.cancel_matching(MATCH)


def _import_step(row: ImageRow, ticks: Ticks) -> Change:
    payload = state_payload(ticks_to_state(row.ticks), ticks_to_state(ticks))
    return AppendNext(row.id, "ticks", "Import classes", payload)


def _image_of(store: ProjectStore, path: Path) -> int | None:
    """Return the image that a file is, if it is one of the project's."""
    try:
        location = store.location_of(path)
    except InputFileError:
        return None
    named = store.rows(store.ids(Query(text=location.path.name)))
    return next((row.id for row in named if row.location == location), None)


def _first(problems: tuple[str, ...]) -> str:
    if not problems:
        return ""
    more = f" And {len(problems) - 2} more like these." if len(problems) > 2 else ""
    return " ".join(problems[:2]) + more
