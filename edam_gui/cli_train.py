"""The command `train`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn

import typer

from edam_gui import cli_output
from edam_gui.cli_frame import (
    EXIT_DONE,
    EXIT_SOME_FAILED,
    EXIT_UNUSABLE,
    ClassFile,
    JsonFile,
    ListFile,
    chosen_model,
    is_stdout,
    sentences,
)
from edam_gui.core.errors import EdamError, OptionError

if TYPE_CHECKING:
    from edam_gui.batch.train_data import TrainDataRequest
    from edam_gui.batch.train_validation import ValidationRequest
    from edam_gui.training.distributed import Team
    from edam_gui.training.manifest import Manifest
    from edam_gui.training.new_folder import NewFolder

_MAX_LISTED: Final = 20


def train(
    run_dir: Annotated[Path, typer.Argument(help="Folder of the run, which is made; everything it makes goes there.")],
    settings: Annotated[
        list[str] | None, typer.Argument(metavar="[KEY=VALUE]...", help="Settings, e.g. max_steps=300 lr=1e-4.")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="Photos: a folder, a VOC root, a list file.")] = None,
    list_file: ListFile = None,
    labels: Annotated[
        Path | None,
        typer.Option(help="Image-level labels: VOC XML folder, cls_labels.npy, CSV, JSON, or a folder of label maps."),
    ] = None,
    classes: ClassFile = None,
    project: Annotated[Path | None, typer.Option(help="A labelling project instead of --data and --labels.")] = None,
    accepted_only: Annotated[
        bool, typer.Option("--accepted-only", help="With --project: only images that were accepted.")
    ] = False,
    allow: Annotated[
        list[Path] | None,
        typer.Option(help="With --project: a folder outside its own that it may read; may be repeated."),
    ] = None,
    preset: Annotated[
        str, typer.Option(help="'authors': EDAM as published; 'lite': a small network, on a CPU.")
    ] = "lite",
    init: Annotated[
        str | None, typer.Option(help="Initial weights: a shipped model's name, a file, or the folder of a run.")
    ] = None,
    val_gt: Annotated[
        Path | None, typer.Option(help="Label maps to validate on; or a folder with 'images' and 'label_maps'.")
    ] = None,
    val_images: Annotated[Path | None, typer.Option(help="Photos of the label maps, if not among --data.")] = None,
    val_labels: Annotated[
        Path | None, typer.Option(help="Their image-level labels; without, the classes in each label map.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Of everything random.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:N or mps.")] = "auto",
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in RUN_DIR.")] = False,
    prepare: Annotated[
        bool, typer.Option("--prepare", help="Write settings and data, check them, do not train.")
    ] = False,
    estimate: Annotated[
        bool, typer.Option("--estimate", help="Time a few steps of the run in RUN_DIR, do not train.")
    ] = False,
    json_file: JsonFile = None,
) -> None:
    """Train a model from image-level labels; Ctrl-C saves and stops, --resume goes on."""
    with sentences():
        from edam_gui.batch.train_data import TrainDataRequest
        from edam_gui.batch.train_validation import ValidationRequest
        from edam_gui.training.distributed import join_team
        from edam_gui.training.new_folder import NewFolder, refuse_place
        from edam_gui.training.reconfigure import reconfigure
        from edam_gui.training.run_folder import RunFolder

        _refuse_setting(run_dir)
        words = list(settings or [])
        words += [] if seed is None else [f"seed={seed}"]
        words += [] if init is None else [f"init={chosen_model(init)}"]
        given = {"--data": data, "--project": project, "--list": list_file, "--labels": labels, "--classes": classes}
        given |= {"--val-gt": val_gt, "--val-images": val_images, "--val-labels": val_labels}
        validation = None if val_gt is None else ValidationRequest(val_gt, val_images, val_labels)
        own = _ProjectData(project, accepted_only, allow or [], validation)
        request = None
        if data is not None:
            request = TrainDataRequest(data, list_file, labels, classes, val_gt, val_images, val_labels)
        elif project is not None:
            _refuse("--project", "it has its own", {k: given[k] for k in ("--list", "--labels", "--classes")})
        if resume:
            _refuse("--resume", "a run that goes on keeps its data", given)
            _leave_if_done(run_dir, words, json_file)
        with join_team(device) as team, _unmade_on_failure(run_dir) as made:
            if team.leads:
                exists = RunFolder(run_dir).exists()
                if resume or (exists and (team.restarts or estimate)):
                    reconfigure(run_dir, words if resume else ())
                else:
                    refuse_place(run_dir)
                    made.append(NewFolder(run_dir))
                    _create(run_dir, preset, words, request, own)
            _wait_for_leader(team)
            if prepare or estimate:
                _inspect(run_dir, team, json_file, timed=estimate, new=bool(made))
            _train(run_dir, team, json_file)


@dataclass(frozen=True)
class _ProjectData:
    """A labelling project to learn from; without a path there is none."""

    path: Path | None
    accepted_only: bool
    allowed: list[Path]
    validation: ValidationRequest | None

    def resolve(self) -> tuple[Manifest, tuple[str, ...]]:
        """Return what its ticks say."""
        from edam_gui.batch.train_project import resolve_project

        if self.path is None:
            raise OptionError("A new run needs either --data (with --labels) or --project.")
        return resolve_project(
            self.path, accepted_only=self.accepted_only, granted=self.allowed, validation=self.validation
        )


def _refuse(option: str, why: str, others: Mapping[str, Path | None]) -> None:
    """Refuse options that would be passed over in silence."""
    names = [name for name, value in others.items() if value is not None]
    if names:
        raise OptionError(f"{names[0]} cannot be given with {option}: {why}.")


def _refuse_setting(run_dir: Path) -> None:
    """Refuse a setting where the run's folder should be, and would be made."""
    text = str(run_dir)
    if "=" in text and len(run_dir.parts) == 1 and not run_dir.exists():
        raise OptionError(
            f"The first argument is the folder of the run, but '{text}' looks like a setting: "
            f"train RUN_DIR --data ... {text}"
        )


def _leave_if_done(run_dir: Path, words: list[str], json_file: Path | None) -> None:
    """End here if nothing is left to do."""
    from edam_gui.training.resuming import nothing_left

    left = nothing_left(run_dir, words)
    if left is None:
        return
    cli_output.note(left.sentence)
    if json_file is not None:
        cli_output.write_json(json_file, {"outcome": "finished", **asdict(left)})
    raise typer.Exit(EXIT_DONE)


@contextmanager
def _unmade_on_failure(run_dir: Path) -> Iterator[list[NewFolder]]:
    """Leave nothing of a run that was refused before its first step; yields where to put its new folder."""
    from edam_gui.training.events import Started, last_lifecycle_event
    from edam_gui.training.run_folder import RunFolder

    made: list[NewFolder] = []
    try:
        yield made
    except (EdamError, typer.Exit) as error:
        good = isinstance(error, typer.Exit) and error.exit_code == EXIT_DONE
        folder = RunFolder(run_dir)
        began = folder.state.exists() or isinstance(last_lifecycle_event(folder.events), Started)
        if made and not good and not began:
            made[0].discard()
        raise


def _wait_for_leader(team: Team) -> None:
    try:
        team.wait()
    except RuntimeError:
        raise OptionError("The leading process could not start the run; its message says why.") from None


def _create(
    run_dir: Path, preset: str, words: list[str], request: TrainDataRequest | None, project: _ProjectData
) -> None:
    """Resolve settings and data, and make the run's folder."""
    from edam_gui.batch.train_data import resolve_data
    from edam_gui.batch.train_setup import fit_to_data
    from edam_gui.training import config_text, presets
    from edam_gui.training.run_folder import create_run

    config = config_text.with_settings(presets.preset(preset), words)
    if request is not None and project.path is not None:
        raise OptionError("A new run needs either --data (with --labels) or --project.")
    manifest, problems = resolve_data(request) if request is not None else project.resolve()
    for problem in problems[:_MAX_LISTED]:
        cli_output.note(f"Problem: {problem}")
    if len(problems) > _MAX_LISTED:
        cli_output.note(f"... and {len(problems) - _MAX_LISTED} more.")
    config, notes = fit_to_data(config, manifest)
    for note in notes:
        cli_output.note(note)
    create_run(run_dir, config, manifest)


def _inspect(run_dir: Path, team: Team, json_file: Path | None, *, timed: bool, new: bool) -> NoReturn:
    """Check a run, or time a few steps of it, and end."""
    from edam_gui.training.check import check_run
    from edam_gui.training.estimate import estimate
    from edam_gui.training.run_folder import open_run

    _, config, manifest = open_run(run_dir)
    check = check_run(config, manifest, run_dir)
    for sentence in check.problems:
        cli_output.error(sentence)
    for sentence in check.warnings:
        cli_output.note(f"Warning: {sentence}")
    content: dict[str, Any] = {"check": asdict(check), "estimate": None}
    if timed and check.usable:
        found = estimate(config, manifest, team.device)
        content["estimate"] = asdict(found)
        cli_output.note(
            f"{found.max_steps} steps of {found.step_seconds:.2f} s ({found.images_per_second:.1f} images/s), "
            f"{found.total_seconds / 60:.0f} minutes in all, {found.memory_mb / 1000:.1f} GB of memory."
        )
    if json_file is not None:
        cli_output.write_json(json_file, content)
    if check.usable and not is_stdout(json_file):
        truths = f"{check.validation_images} to validate on" if check.validation_images else "no validation"
        cli_output.note(
            f"Ready: {check.images} images to learn from, {truths}. Start: main.py train {run_dir} --resume"
        )
    if check.usable and new:
        _remember(run_dir)
    raise typer.Exit(EXIT_DONE if check.usable else EXIT_UNUSABLE)


def _remember(run_dir: Path) -> None:
    """Have `runs` and the window list it, wherever it is."""
    from edam_gui.session.training.known_runs import KnownRuns, remember

    known = KnownRuns()
    trouble = "" if run_dir.absolute() in known.paths() else remember(known, run_dir)
    if trouble:
        cli_output.note(f"Warning: {trouble}")


def _train(run_dir: Path, team: Team, json_file: Path | None) -> NoReturn:
    from edam_gui.cli_train_output import TrainingScreen
    from edam_gui.training.events import Event, Outcome, Started
    from edam_gui.training.run import run_training

    with TrainingScreen(run_dir) as screen:

        def show(event: Event) -> None:
            if isinstance(event, Started):
                _remember(run_dir)
            screen.show(event)

        result = run_training(run_dir, team, show)
    if team.leads:
        screen.print_end(result)
        if json_file is not None:
            cli_output.write_json(json_file, asdict(result))
    if result.outcome is not Outcome.FAILED:
        # One that goes while the leader still saves pulls the connections from under gloo's threads.
        team.wait()
    raise typer.Exit(EXIT_SOME_FAILED if result.outcome is Outcome.FAILED else EXIT_DONE)
