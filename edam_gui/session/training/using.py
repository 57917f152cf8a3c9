"""A run's model becomes the project's."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path
from typing import BinaryIO, Final

from edam_gui.core.errors import InputFileError
from edam_gui.imaging.atomic import write_stream
from edam_gui.training.run_folder import RunFolder, read_heartbeat

MODELS_FOLDER: Final = "models"
"""Where a project keeps the models it has used."""


def run_model(run_dir: Path) -> Path:
    """Return a run's best model, else its newest.

    Raises
    ------
    InputFileError
        It has saved none yet.
    """
    folder = RunFolder(run_dir)
    for path in (folder.best, folder.last):
        if path.is_file():
            return path
    raise InputFileError(run_dir, "has saved no model yet; wait for the end of its first epoch")


def keep_model(run_dir: Path, project_folder: Path) -> Path:
    """Copy a run's model into the project, so that it stays as it is while the run goes on or is deleted.

    Raises
    ------
    InputFileError, OutputError
        There is none, or it cannot be copied.
    """
    source = run_model(run_dir)
    beat = read_heartbeat(RunFolder(run_dir))
    step = f"-step{beat.step}" if beat is not None else ""
    try:
        with source.open("rb") as content:
            # The same run may save another model under the same name later on.
            digest = hashlib.file_digest(content, "sha256").hexdigest()[:8]
        name = re.sub(r"[^\w.-]+", "_", f"{run_dir.name}-{source.stem}{step}-{digest}") + source.suffix
        target = project_folder / MODELS_FOLDER / name
        if not target.is_file():
            _copy(source, target)
    except FileNotFoundError as error:
        raise InputFileError(source, "is not there any more") from error
    return target


def _copy(source: Path, target: Path) -> None:
    def copy(file: BinaryIO) -> None:
        with source.open("rb") as content:
            shutil.copyfileobj(content, file, 1 << 20)

    write_stream(target, copy)
