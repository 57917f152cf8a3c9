"""What a new run is asked to do, resolved to settings and data, and checked before it starts."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from edam_gui.batch.train_data import TrainDataRequest, resolve_data
from edam_gui.batch.train_project import manifest_of
from edam_gui.batch.train_setup import fit_to_data
from edam_gui.core.errors import OptionError
from edam_gui.training import config_text
from edam_gui.training.config import TrainConfig
from edam_gui.training.manifest import Manifest
from edam_gui.training.new_folder import refuse_place
from edam_gui.training.presets import preset
from edam_gui.training.run_folder import open_run

if TYPE_CHECKING:
    from edam_gui.project.store import ProjectStore
    from edam_gui.training.check import RunCheck


class DataKind(StrEnum):
    """Where the data of a new run come from."""

    PROJECT = "project"
    FOLDER = "folder"
    RUN = "run"


@dataclass(frozen=True)
class RunRequest:
    """A run that is wanted.

    Parameters
    ----------
    run_dir
        Its folder, which does not exist yet.
    kind
        Which of the following counts.
    accepted_only
        With `PROJECT`: only accepted images.
    data
        With `FOLDER`: photos and labels.
    like
        With `RUN`: the run whose data are used again.
    preset, words
        Settings: a preset's, changed by `key=value` words.
    """

    run_dir: Path
    kind: DataKind = DataKind.PROJECT
    accepted_only: bool = False
    data: TrainDataRequest | None = None
    like: Path | None = None
    preset: str = "lite"
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Preparation:
    """A run that could start.

    Parameters
    ----------
    request
        What it was made from.
    config, manifest
        Settings and data.
    check
        What is missing or doubtful.
    left_out
        A sentence for everything of the data that is left out, and for settings that were changed to fit.
    """

    request: RunRequest
    config: TrainConfig
    manifest: Manifest
    check: RunCheck
    left_out: tuple[str, ...] = field(default=())

    @property
    def usable(self) -> bool:
        """Whether the run can start."""
        return self.check.usable


def prepare(request: RunRequest, store: ProjectStore | None, threads: int) -> Preparation:
    """Resolve and check a run; call it in a job, for it reads every photo's header and loads torch.

    Parameters
    ----------
    request
        What is wanted.
    store
        The open project.
    threads
        CPU threads of the run, unless the words say otherwise.

    Raises
    ------
    EdamError
        Settings or data cannot be used at all.
    """
    refuse_place(request.run_dir)
    config = config_text.with_settings(preset(request.preset), request.words)
    if not config.threads:
        config = config_text.with_settings(config, [f"threads={threads}"])
    manifest, left_out = _data(request, store)
    config, notes = fit_to_data(config, manifest)
    from edam_gui.training.check import check_run  # loads torch

    check = check_run(config, manifest, request.run_dir)
    return Preparation(request, config, manifest, check, (*left_out, *notes))


def _data(request: RunRequest, store: ProjectStore | None) -> tuple[Manifest, tuple[str, ...]]:
    match request.kind:
        case DataKind.PROJECT:
            if store is None:
                raise OptionError("No project is open; open one, or choose a folder of photos as data.")
            return manifest_of(store, accepted_only=request.accepted_only)
        case DataKind.FOLDER:
            if request.data is None:
                raise OptionError("Choose a folder of photos.")
            return resolve_data(request.data)
        case DataKind.RUN:
            if request.like is None:
                raise OptionError("Choose the run whose data are to be used again.")
            return open_run(request.like)[2], ()


def settings_of(run_dir: Path) -> tuple[str, tuple[str, ...]]:
    """Return a run's preset, and the `key=value` words that make its settings of it.

    Raises
    ------
    EdamError
        The run cannot be read, or its preset is not known here.
    """
    _, config, _ = open_run(run_dir)
    base = config_text.to_json(preset(config.preset))
    words = []
    for key, value in config_text.to_json(config).items():
        if value != base[key]:
            words.append(f"{key}={','.join(map(str, value)) if isinstance(value, list) else value}")
    return config.preset, tuple(words)


def free_name(parent: Path, wanted: str) -> str:
    """Return a name for a run that its folder does not hold yet: `wanted`, or `wanted-2` and so on."""
    name, number = wanted, 2
    while (parent / name).exists():
        name, number = f"{wanted}-{number}", number + 1
    return name
