"""Runs that this user has started or opened, wherever they are."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from platformdirs import user_data_path

from edam_gui.core.errors import OutputError
from edam_gui.imaging.atomic import write_bytes
from edam_gui.training.run_folder import RunFolder, find_runs

RUNS_FOLDER: Final = "runs"
"""Where a project keeps its runs."""
_MOST: Final = 500


class KnownRuns:
    """Remembers run folders in the user's data folder.

    Parameters
    ----------
    file
        Where; the user's data folder by default.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file or user_data_path("edam-gui", appauthor=False) / "runs.json"

    def paths(self) -> tuple[Path, ...]:
        """Return the run folders, the newest first; a damaged list counts as empty."""
        try:
            data = json.loads(self._file.read_bytes())
        except (OSError, ValueError):
            return ()
        return tuple(Path(item) for item in data if isinstance(item, str)) if isinstance(data, list) else ()

    def add(self, run_dir: Path) -> None:
        """Remember a run.

        Raises
        ------
        OutputError
            The list cannot be written.
        """
        path = run_dir.absolute()
        self._write([path, *(known for known in self.paths() if known != path)])

    def forget(self, run_dir: Path) -> None:
        """Leave a run out from now on; its folder is not touched.

        Raises
        ------
        OutputError
            The list cannot be written.
        """
        path = run_dir.absolute()
        if path in self.paths():
            self._write([known for known in self.paths() if known != path])

    def _write(self, paths: Iterable[Path]) -> None:
        text = json.dumps([str(path) for path in paths][:_MOST], indent=1)
        write_bytes(self._file, text.encode("ascii"))


def list_runs(folders: Iterable[Path], known: KnownRuns | None = None) -> list[Path]:
    """Return the runs in folders (or the folders that are runs), then the known ones; every one once."""
    found: dict[Path, None] = {}
    for folder in folders:
        for path in [folder] if RunFolder(folder).exists() else _runs_in(folder):
            found[path.absolute()] = None
    for path in known.paths() if known is not None else ():
        found[path] = None
    return list(found)


def _runs_in(folder: Path) -> list[Path]:
    try:
        return find_runs(folder)
    except OSError:
        return []  # unmounted or forbidden: as if it held none


def remember(known: KnownRuns, run_dir: Path) -> str:
    """Remember a run; return a sentence if that failed, for it is no reason not to train."""
    try:
        known.add(run_dir)
    except OutputError as error:
        return str(error)
    return ""
