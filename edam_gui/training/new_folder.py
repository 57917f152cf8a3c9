"""The folder of a new run: where it may be, and unmaking it if the run comes to nothing."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

from edam_gui.core.errors import OptionError
from edam_gui.imaging.atomic import remove_quietly
from edam_gui.imaging.own_output import iter_photos
from edam_gui.training.run_folder import OWN_FILES, RunFolder


def refuse_place(run_dir: Path) -> None:
    """Refuse a folder that no new run may be made in.

    Raises
    ------
    OptionError
        There is a run already, or photos or a project.
    InputFileError
        The folder cannot be read.
    """
    if RunFolder(run_dir).exists():
        raise OptionError(f"{run_dir} holds a training run already; add --resume to go on, or choose another folder.")
    if not run_dir.is_dir():
        return
    project = next(run_dir.glob("*.edam"), None)
    found = project.name if project is not None else next(iter_photos(run_dir, []), None)
    if found is not None:
        raise OptionError(
            f"{run_dir} holds {found}: what the run writes would lie among it. Choose a folder of the run's own, "
            f"such as {run_dir / 'runs' / 'run-1'}."
        )


class NewFolder:
    """What was there before a run's folder was made.

    Parameters
    ----------
    run_dir
        The folder; it may be there, with other things in it.
    """

    def __init__(self, run_dir: Path) -> None:
        self._run_dir = run_dir
        self._missing = [path for path in (run_dir, *run_dir.parents) if not path.exists()]
        self._before = {path.name for path in run_dir.iterdir()} if run_dir.is_dir() else set()

    def discard(self) -> None:
        """Remove what a run has made here since; what cannot be removed stays."""
        with contextlib.suppress(OSError):
            for name in OWN_FILES - self._before:
                path = self._run_dir / name
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    remove_quietly(path)
            for folder in self._missing:
                folder.rmdir()
