"""The command `runs`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edam_gui import cli_output
from edam_gui.cli_frame import EXIT_DONE, EXIT_UNUSABLE, JsonFile, is_stdout, sentences

if TYPE_CHECKING:
    from edam_gui.session.training.look import RunLook


def runs(
    folder: Annotated[
        Path | None,
        typer.Argument(
            help="A run, a folder of runs, or a project; without it, all runs of this user, wherever they are."
        ),
    ] = None,
    json_file: JsonFile = None,
) -> None:
    """List training runs and what they are doing."""
    with sentences():
        from edam_gui.session.training.known_runs import RUNS_FOLDER, KnownRuns, list_runs
        from edam_gui.session.training.look import look_at

        known = KnownRuns() if folder is None else None
        paths = list_runs([] if folder is None else [folder, folder / RUNS_FOLDER], known)
        looks = [look_at(path) for path in paths]
        if not is_stdout(json_file):
            _print(looks, folder)
        if json_file is not None:
            cli_output.write_json(json_file, {"runs": [_to_json(look) for look in looks]})
        raise typer.Exit(EXIT_DONE if looks or folder is None else EXIT_UNUSABLE)


def _print(looks: list[RunLook], folder: Path | None) -> None:
    from rich.console import Console
    from rich.table import Column, Table

    if not looks:
        cli_output.note("There are no training runs." if folder is None else f"{folder} holds no training runs.")
        return
    table = Table("Run", "State", "Steps", "Last change", Column("Folder", overflow="fold"), box=None)
    for look in looks:
        beat = look.heartbeat
        steps = f"{beat.step} of {beat.max_steps}" if beat is not None else ""
        when = datetime.fromtimestamp(look.changed).strftime("%Y-%m-%d %H:%M") if look.changed else ""
        table.add_row(look.name, look.phase.value, steps, when, str(look.path))
    Console(soft_wrap=True, highlight=False, markup=False).print(table)
    for look in looks:
        if look.sentence:
            cli_output.note(f"{look.name}: {look.sentence}")


def _to_json(look: RunLook) -> dict[str, Any]:
    beat = look.heartbeat
    return {
        "path": str(look.path),
        "state": look.phase.value,
        "sentence": look.sentence,
        "heartbeat": asdict(beat) if beat is not None else None,
        "changed": look.changed,
        "has_model": look.has_model,
        "can_resume": look.has_state and not look.phase.alive,
    }
