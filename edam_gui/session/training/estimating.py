"""Time and memory of a run, measured in a process of its own, as the run itself will be."""

from __future__ import annotations

import json
import subprocess
import tempfile
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from edam_gui.core.errors import Cancelled, OptionError
from edam_gui.jobs import CancelToken
from edam_gui.session.training.launch import LaunchOptions, own_command, process_environment
from edam_gui.session.training.request import Preparation
from edam_gui.training.run_folder import create_run

_LOOK_EVERY_S: Final = 0.1


@dataclass(frozen=True)
class RunEstimate:
    """What a run will need; see `edam_gui.training.estimate.Estimate`."""

    step_seconds: float
    images_per_second: float
    memory_mb: float
    max_steps: int
    validation_seconds: float
    total_seconds: float


def estimate_run(prepared: Preparation, options: LaunchOptions, token: CancelToken) -> RunEstimate:
    """Time a few steps; call it in a job. Nothing is kept.

    Raises
    ------
    OptionError
        The steps failed; the sentence says why.
    Cancelled
        As asked; the process is gone.
    """
    with tempfile.TemporaryDirectory(prefix="edam-estimate-") as name:
        run_dir, answer, log = Path(name) / "run", Path(name) / "answer.json", Path(name) / "log"
        create_run(run_dir, prepared.config, prepared.manifest)
        command = own_command("train", str(run_dir), "--estimate", "--json", str(answer), "--device", options.device)
        _run(command, log, options, token)
        return _read(answer, log)


def _run(command: list[str], log: Path, options: LaunchOptions, token: CancelToken) -> None:
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - the program's own command
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=process_environment(options)
        )
        try:
            while not token.cancelled():
                try:
                    process.wait(_LOOK_EVERY_S)
                except subprocess.TimeoutExpired:
                    continue
                return
        finally:
            process.kill()
            process.wait()
    raise Cancelled


def _read(answer: Path, log: Path) -> RunEstimate:
    try:
        data: Any = json.loads(answer.read_bytes())["estimate"]
        return RunEstimate(**{f.name: data[f.name] for f in fields(RunEstimate)})
    except (OSError, ValueError, TypeError, KeyError):
        lines = [line for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
        why = lines[-1].strip() if lines else "it printed nothing"
        raise OptionError(f"Timing a few steps failed: {why}") from None
