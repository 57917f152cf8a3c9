"""One process of a run, from its folder to its last event."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch

from edam_gui.core.errors import EdamError, OptionError, OutputError
from edam_gui.training.config import TrainConfig
from edam_gui.training.control import Requests
from edam_gui.training.distributed import Team
from edam_gui.training.environment import write_environment
from edam_gui.training.events import Ended, Level, Outcome, Started
from edam_gui.training.faults import explain
from edam_gui.training.initial import Initial, make_initial
from edam_gui.training.keeper import Keeper
from edam_gui.training.lock import HeldLock, run_lock
from edam_gui.training.manifest import Manifest
from edam_gui.training.process import ProcessIdentity
from edam_gui.training.recorder import Observer, Recorder
from edam_gui.training.run_folder import RunFolder, open_run, write_process
from edam_gui.training.state_file import TrainState, read_state
from edam_gui.training.trainer import Trainer

_LOCK_PATIENCE_S: Final = 1.0
"""Whoever looks whether a run lives holds its lock for an instant."""
_RESTART_PATIENCE_S: Final = 10.0


@dataclass(frozen=True)
class RunResult:
    """How a process's part of a run ended.

    Parameters
    ----------
    outcome
        See `Outcome`.
    sentence
        Why it failed, else empty.
    step, max_steps
        Optimizer steps done and to do in all.
    """

    outcome: Outcome
    sentence: str
    step: int
    max_steps: int


def run_training(run_dir: Path, team: Team, observer: Observer | None = None) -> RunResult:
    """Train in a run folder from its checkpoint on, or from the beginning if there is none yet.

    Ctrl-C, SIGTERM and the folder's `stop` file end it after the step at hand. A fault is explained in the result
    and in the last event; the run can go on from its last checkpoint.

    Parameters
    ----------
    run_dir
        As `create_run` made it.
    team
        The processes.
    observer
        Sees every event of the leading process.

    Raises
    ------
    EdamError
        It cannot even start: another process has it, or data, settings or weights cannot be used.
    """
    folder, config, manifest = open_run(run_dir)
    if config.threads:
        torch.set_num_threads(config.threads)
    held: HeldLock | None = None
    with ExitStack() as stack:
        if team.leads:
            patience = _RESTART_PATIENCE_S if team.restarts else _LOCK_PATIENCE_S
            held = stack.enter_context(_locked(folder.lock, patience))
            write_process(folder, ProcessIdentity.own())
            write_environment(folder.environment, team.device, team.world)
        requests = Requests(folder)
        stack.enter_context(requests.listening())
        recorder = stack.enter_context(Recorder(folder, team.leads, observer, held))
        try:
            if team.leads:
                requests.clear()
            recorder.beat("starting", 0, 0, 0)
            state = read_state(folder.state) if folder.state.exists() else None
            trainer, keeper = _prepare(folder, config, manifest, team, recorder, requests, state)
        except (EdamError, RuntimeError, MemoryError, OSError) as error:
            fault = error if isinstance(error, EdamError) else explain(error, 0, config)
            recorder.record(Ended(time.time(), 0, Outcome.FAILED, str(fault) if fault else _defect(error)))
            if fault is None or fault is error:
                raise
            raise fault from error
        return _train(trainer, keeper, recorder)


def _prepare(
    folder: RunFolder,
    config: TrainConfig,
    manifest: Manifest,
    team: Team,
    recorder: Recorder,
    requests: Requests,
    state: TrainState | None,
) -> tuple[Trainer, Keeper | None]:
    if state is not None and state.digest != manifest.digest():
        raise OptionError(f"{folder.manifest} is not what this run was trained on so far; start a new run.")
    initial = make_initial(config, manifest.label_set)
    keeper = Keeper(folder, config, manifest, initial.info, team.device, recorder) if team.leads else None
    trainer = Trainer(config, manifest, initial, team, recorder, requests, keeper)
    if state is not None:
        trainer.restore(state)
        if keeper is not None:
            keeper.restore(state)
    team.wait()
    recorder.record(_started(trainer, manifest, team, resumed=state is not None))
    if state is None:
        _say_first_words(recorder, initial, config, manifest)
    return trainer, keeper


def _started(trainer: Trainer, manifest: Manifest, team: Team, *, resumed: bool) -> Started:
    own = ProcessIdentity.own()
    return Started(
        time.time(),
        trainer.progress.step,
        epoch=trainer.progress.epoch,
        epochs=0 if trainer.config.max_steps else trainer.config.epochs,
        max_steps=trainer.max_steps,
        resumed=resumed,
        pid=own.pid,
        host=own.host,
        device=str(team.device),
        processes=team.world,
        classes=manifest.label_set.names[1:],
        images_per_class=manifest.images_per_class(),
        images=len(manifest.images),
        negatives=sum(not image.classes for image in manifest.images),
        validation_images=len(manifest.validation),
    )


def _say_first_words(recorder: Recorder, initial: Initial, config: TrainConfig, manifest: Manifest) -> None:
    for notice in initial.notices:
        recorder.say(0, notice)
    strangers = [n.strip() for n in config.doubtful.split(",") if n.strip() and manifest.label_set.find(n) is None]
    if strangers:
        recorder.say(0, f"'doubtful' names {', '.join(strangers)}, which these classes do not have.")
    if manifest.unlabelled:
        recorder.say(0, f"{manifest.unlabelled} images are left out: nothing is said of their classes.", Level.WARNING)


def _train(trainer: Trainer, keeper: Keeper | None, recorder: Recorder) -> RunResult:
    sentence = ""
    try:
        outcome = trainer.run()
        if outcome is Outcome.STOPPED and keeper is not None:
            keeper.save_model(trainer.trainee, trainer.progress.step)
    except (EdamError, RuntimeError, MemoryError, OSError) as error:
        # Only its text is kept: an error in a variable keeps its frames alive, and with them the loader's processes.
        explained = _explained(error, trainer)
        outcome = Outcome.FAILED
        sentence = explained or _defect(error)
        sentence += _rescue(trainer, keeper, worth_saving=not getattr(error, "spoilt", False))
        _record_end(recorder, trainer, outcome, sentence)
        if explained is None:
            raise
    else:
        _record_end(recorder, trainer, outcome, sentence)
    return RunResult(outcome, sentence, trainer.progress.step, trainer.max_steps)


def _defect(error: BaseException) -> str:
    return f"This is a defect of the program: {type(error).__name__}: {error}"


def _explained(error: BaseException, trainer: Trainer) -> str | None:
    fault = explain(error, trainer.progress.step, trainer.config)
    return None if fault is None else str(fault)


def _rescue(trainer: Trainer, keeper: Keeper | None, *, worth_saving: bool) -> str:
    """Save what was learned before a fault; return what to add to its sentence."""
    if keeper is None or keeper.saved_step == trainer.progress.step:
        return ""
    if worth_saving and not trainer.updating:
        with contextlib.suppress(EdamError, RuntimeError, MemoryError):  # what follows says which checkpoint there is
            keeper.save_state(trainer.state())
            return ""
    saved = keeper.saved_step
    return (
        f" The last checkpoint is of step {saved}." if saved >= 0 else " There is no checkpoint yet, so it begins anew."
    )


def _record_end(recorder: Recorder, trainer: Trainer, outcome: Outcome, sentence: str) -> None:
    try:
        recorder.record(Ended(time.time(), trainer.progress.step, outcome, sentence))
    except OutputError:
        # The disk is full: the caller prints the sentence, and readers see a process that is gone.
        return


@contextmanager
def _locked(path: Path, patience_s: float) -> Iterator[HeldLock]:
    """Take the lock; a process that was killed or looked at it a moment ago may still have it."""
    deadline = time.monotonic() + patience_s
    while True:
        lock = run_lock(path)
        try:
            held = lock.__enter__()
        except OptionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
            continue
        break
    try:
        yield held
    finally:
        lock.__exit__(None, None, None)
