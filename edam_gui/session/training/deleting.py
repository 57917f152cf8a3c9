"""Deleting a run's folder, and nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from edam_gui.core.errors import OptionError, OutputError
from edam_gui.session.training.launch import LAUNCH_FILE, OUTPUT_FILE
from edam_gui.training.run_folder import OWN_FILES

_OWN: Final = OWN_FILES | {LAUNCH_FILE, OUTPUT_FILE}


def delete_run_folder(run_dir: Path) -> None:
    """Delete a folder that is a run, and nothing else.

    Raises
    ------
    OptionError
        It holds other things than a run's.
    OutputError
        Something in it cannot be deleted.
    """
    try:
        foreign = _foreign(run_dir.iterdir())
        if foreign:
            raise OptionError(f"{run_dir} was not deleted, because it also holds {foreign}; look at it yourself.")
        shutil.rmtree(run_dir)
    except OSError as error:
        raise OutputError(run_dir, f"could not be deleted ({error.strerror or error})") from error


def _foreign(paths: Iterable[Path]) -> str:
    """Return the name of something that no run makes; empty: there is nothing of the kind."""
    return next((path.name for path in paths if path.name not in _OWN and not path.name.startswith(".")), "")
