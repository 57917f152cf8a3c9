"""Training runs: listed, started, watched, steered, their models used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from psygnal import Signal

from edam_gui.core.errors import OptionError
from edam_gui.jobs import JobContext
from edam_gui.session.comparison import Comparison
from edam_gui.session.context import Context
from edam_gui.session.messages import Level
from edam_gui.session.run_all import RunAll
from edam_gui.session.training.deleting import delete_run_folder
from edam_gui.session.training.estimating import RunEstimate, estimate_run
from edam_gui.session.training.known_runs import RUNS_FOLDER, KnownRuns, list_runs, remember
from edam_gui.session.training.launch import LaunchOptions, end_process, launch
from edam_gui.session.training.look import Phase, RunLook, look_at
from edam_gui.session.training.model_use import ModelUse
from edam_gui.session.training.record import RunFollower, RunRecord
from edam_gui.session.training.request import Preparation, RunRequest, prepare
from edam_gui.training import control
from edam_gui.training.events import Event
from edam_gui.training.reconfigure import reconfigure
from edam_gui.training.resuming import nothing_left
from edam_gui.training.run_folder import RunFolder, create_run, read_process

if TYPE_CHECKING:
    from edam_gui.project.store import ProjectStore

_TOPIC: Final = "training"
_LOOK: Final = "train-look"
_PREPARE: Final = "train-prepare"
_ESTIMATE: Final = "train-estimate"
_LANE: Final = "training"
_LOOK_LANE: Final = "training-look"


@dataclass(frozen=True)
class _Seen:
    looks: tuple[RunLook, ...]
    events: dict[Path, list[Event]]


class TrainingDesk:
    """The runs of this user.

    Runs are processes of their own; everything here is found in their folders, so that a window that was closed finds
    them again. `poll` looks again and is to be called about once a second.

    Parameters
    ----------
    context, comparison, run_all
        The session's state, the before/after view, and what infers many images.
    load
        Makes a checkpoint the model in use.
    known
        The user's list of runs.

    Attributes
    ----------
    options
        How runs are started from now on.
    model_use
        What makes a run's model the project's.
    """

    changed = Signal()
    """The list, or what a run is doing."""
    recorded = Signal(Path)
    """A followed run has told something."""
    ended = Signal(RunLook)
    """A run ended while somebody watched."""

    def __init__(
        self,
        context: Context,
        comparison: Comparison,
        run_all: RunAll,
        load: Callable[..., None],
        known: KnownRuns | None = None,
    ) -> None:
        self._context = context
        self.model_use = ModelUse(context, comparison, run_all, load)
        self._known = known or KnownRuns()
        self._extra: list[Path] = []
        self._looks: tuple[RunLook, ...] = ()
        self._followers: dict[Path, RunFollower] = {}
        self._again = False
        self.options = LaunchOptions()
        context.events.project_changed.connect(lambda: self.poll(again=True))

    # What there is ---------------------------------------------------------------------------------------------------

    @property
    def runs(self) -> tuple[RunLook, ...]:
        """All runs as they were at the last look, the newest first."""
        return self._looks

    def look(self, run_dir: Path) -> RunLook | None:
        """Return one run as it was at the last look."""
        return next((look for look in self._looks if look.path == run_dir), None)

    def folder(self) -> Path:
        """Return where new runs go unless the user says otherwise."""
        project = self._context.project
        return (project.folder if project is not None else Path.home() / "edam-gui") / RUNS_FOLDER

    def folders(self) -> tuple[Path, ...]:
        """Return the folders whose runs are listed, besides runs known from before."""
        project = self._context.project
        own = () if project is None else (project.folder / RUNS_FOLDER,)
        return (*own, *self._extra)

    def add_folder(self, folder: Path) -> None:
        """List the runs of a folder too, or a folder that is a run; they are remembered."""
        runs = list_runs([folder])
        if not runs:
            self._context.complain(f"{folder} holds no training runs.", _TOPIC)
            return
        for run_dir in runs:
            remember(self._known, run_dir)
        self._extra.append(folder)
        self.poll(again=True)

    def poll(self, *, again: bool = False) -> None:
        """Look at all runs in a job; if one is looking already, `again` has another one follow."""
        if self._context.jobs.is_busy(_LOOK):
            self._again = self._again or again
            return
        folders, followers, known = self.folders(), dict(self._followers), self._known

        def work(_: JobContext) -> _Seen:
            looks = [look_at(path) for path in list_runs(folders, known)]
            events: dict[Path, list[Event]] = {}
            for path, follower in followers.items():
                try:
                    events[path] = follower.read()
                except OSError:
                    continue  # the look says that the folder is missing
            return _Seen(tuple(sorted(looks, key=lambda look: -look.changed)), events)

        self._context.jobs.start(_LOOK, work, done=self._seen, lane=_LOOK_LANE)

    def _seen(self, seen: _Seen) -> None:
        before = {look.path: look for look in self._looks}
        changed = seen.looks != self._looks
        self._looks = seen.looks
        for path, events in seen.events.items():
            follower = self._followers.get(path)
            if events and follower is not None:
                follower.record.add(events)
                self.recorded.emit(path)
        if changed:
            self.changed.emit()
        for gone in before.keys() - {look.path for look in seen.looks}:
            self._context.say(Level.INFO, "", _topic(before[gone]))  # it was deleted, or taken off the list
        for look in seen.looks:
            old = before.get(look.path)
            if old is not None and old.phase.alive and not look.phase.alive:
                self._tell_end(look)
            elif old is not None and look.phase.alive and not old.phase.alive:
                self._context.say(Level.INFO, "", _topic(look))  # that it had ended is no news any more
        if self._again:
            self._again = False
            self.poll()

    def _tell_end(self, look: RunLook) -> None:
        texts = {
            Phase.FINISHED: (Level.INFO, f"Training {look.name} has finished."),
            Phase.STOPPED: (Level.INFO, f"Training {look.name} was stopped; what it learned is saved."),
            Phase.CRASHED: (Level.ERROR, f"Training {look.name} crashed: {look.sentence}"),
            Phase.MISSING: (Level.ERROR, look.sentence),
        }
        level, text = texts.get(look.phase, (Level.INFO, f"Training {look.name} has ended."))
        self._context.say(level, text, _topic(look))
        self.ended.emit(look)

    def follow(self, run_dir: Path) -> RunRecord:
        """Read a run's events from now on, and return what they have told so far; they come with the next looks."""
        if run_dir not in self._followers:
            self._followers[run_dir] = RunFollower(run_dir)
            self.poll(again=True)
        return self._followers[run_dir].record

    # A new run -------------------------------------------------------------------------------------------------------

    def prepare(self, request: RunRequest, done: Callable[[Preparation], None], failed: Callable[[str], None]) -> None:
        """Resolve and check a run in a job; the newest question wins."""
        store, threads = self._store(), self.options.thread_count
        self._context.jobs.start(
            _PREPARE,
            lambda _: prepare(request, store, threads),
            done=done,
            failed=failed,
            title="Checking the training data",
            lane=_LANE,
        )

    def estimate(
        self, prepared: Preparation, done: Callable[[RunEstimate], None], failed: Callable[[str], None]
    ) -> None:
        """Time a few steps of a prepared run in a process."""
        options = self.options
        self._context.jobs.start(
            _ESTIMATE,
            lambda context: estimate_run(prepared, options, context.token),
            done=done,
            failed=failed,
            title="Timing a few training steps",
            lane=_ESTIMATE,
        )

    def cancel_estimate(self) -> None:
        """Stop timing."""
        self._context.jobs.cancel(_ESTIMATE)

    def start(self, prepared: Preparation) -> None:
        """Make a prepared run's folder and start its process."""
        run_dir, options, known = prepared.request.run_dir.absolute(), self.options, self._known

        def work(_: JobContext) -> str:
            create_run(run_dir, prepared.config, prepared.manifest)
            trouble = remember(known, run_dir)
            launch(run_dir, options)
            return trouble

        self._act(run_dir, work, f"Starting {run_dir.name}")

    # Steering --------------------------------------------------------------------------------------------------------

    def resume(self, run_dir: Path, words: tuple[str, ...] = ()) -> None:
        """Go on with a run that has ended, from its last checkpoint, with settings changed by `key=value` words."""
        options = self.options

        def work(_: JobContext) -> str:
            left = nothing_left(run_dir, words)
            if left is not None:
                raise OptionError(left.sentence)
            if words:
                reconfigure(run_dir, words)
            launch(run_dir, options)
            return remember(self._known, run_dir)

        self._act(run_dir, work, f"Resuming {run_dir.name}")

    def pause(self, run_dir: Path) -> None:
        """Let a run wait after its step."""
        self._act(run_dir, lambda _: control.request_pause(run_dir))

    def go_on(self, run_dir: Path) -> None:
        """Let a paused run go on."""
        self._act(run_dir, lambda _: control.request_continue(run_dir))

    def stop(self, run_dir: Path) -> None:
        """Let a run finish its step, save and end."""
        self._act(run_dir, lambda _: control.request_stop(run_dir))

    def end_process(self, run_dir: Path) -> None:
        """End the process of a frozen run at once; it can be resumed from its last checkpoint."""

        def work(_: JobContext) -> None:
            process = read_process(RunFolder(run_dir))
            if process is None or not end_process(process):
                raise OptionError(f"The process of {run_dir.name} cannot be ended from here; end it where it runs.")

        self._act(run_dir, work, f"Ending {run_dir.name}")

    def delete(self, run_dir: Path) -> None:
        """Delete a run's folder with its checkpoints; not while its process lives. Ask the user first."""

        def work(_: JobContext) -> None:
            look = look_at(run_dir)
            if look.phase.alive:
                raise OptionError(f"{run_dir.name} is still running; stop it first.")
            if look.phase is not Phase.MISSING:
                delete_run_folder(run_dir)
            self._known.forget(run_dir)

        self._followers.pop(run_dir, None)
        self._act(run_dir, work, f"Deleting {run_dir.name}")

    def withdraw_messages(self, about: Path | None = None) -> None:
        """Take back what was said of runs; all but this one's."""
        self._context.say(Level.INFO, "", _TOPIC)
        for look in self._looks:
            if look.path != about:
                self._context.say(Level.INFO, "", _topic(look))

    def _act(self, run_dir: Path, work: Callable[[JobContext], Any], title: str = "") -> None:
        """Do something in a job and look again; trouble becomes a message."""

        def done(trouble: object) -> None:
            if isinstance(trouble, str) and trouble:
                self._context.say(Level.WARNING, trouble, _TOPIC)
            self._look_again()

        def failed(sentence: str) -> None:
            self._context.complain(sentence, _TOPIC)
            self._look_again()

        self._context.jobs.start(f"train-act-{run_dir}", work, done=done, failed=failed, title=title, lane=_LANE)

    def _look_again(self) -> None:
        self.poll(again=True)  # a look that is under way may be older than what was done

    # The model -------------------------------------------------------------------------------------------------------

    def use_model(self, run_dir: Path) -> None:
        """Make a run's model the project's; see `ModelUse.use`."""
        self.model_use.use(run_dir)

    def _store(self) -> ProjectStore | None:
        project = self._context.project
        return project.store if project is not None else None


def _topic(look: RunLook) -> str:
    return f"{_TOPIC} {look.path}"
