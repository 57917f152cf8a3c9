"""`OUT/run.json`: what a run was made with, so that it can go on later and only with the same options."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import edam_gui
from edam_gui.core.errors import InputFileError, OptionError
from edam_gui.imaging.atomic import write_bytes
from edam_gui.imaging.own_output import OUTPUT_FILE
from edam_gui.project.images import ImageEntry

_MAX_BYTES = 64 << 20


class Resumable(Protocol):
    """A request that may go on with an earlier run in `out`."""

    @property
    def out(self) -> Path:
        """Folder of the run."""

    @property
    def resume(self) -> bool:
        """Whether valid outputs are kept."""

    @property
    def overwrite(self) -> bool:
        """Whether a run made with other options is redone."""


def hash_of(value: object) -> str:
    """Return the SHA-256 of a JSON value in canonical form."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def inputs_hash(entries: Sequence[ImageEntry]) -> str:
    """Return a hash over the images' names, sizes and times; file contents are not read."""
    digest = hashlib.sha256()
    for entry in entries:
        try:
            status = entry.path.stat()
            digest.update(
                f"{entry.relative}\0{status.st_size}\0{status.st_mtime_ns}\n".encode("utf-8", "surrogatepass")
            )
        except OSError:
            # A file that went away is reported when it is read; here it only counts as "different".
            digest.update(f"{entry.relative}\0missing\n".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def check_resume(request: Resumable, options_hash: str, model_hash: str) -> bool:
    """Return whether valid outputs in `OUT` may be kept.

    Raises
    ------
    OptionError
        `--resume` with other options or another model than the run that is there, and no `--overwrite`.
    InputFileError
        `run.json` is damaged.
    """
    path = request.out / OUTPUT_FILE
    if not request.resume:
        return False
    if not path.is_file():
        return True
    earlier = _read(path)
    same = earlier.get("options_hash") == options_hash and earlier.get("model_hash") == model_hash
    if not same and not request.overwrite:
        what = "another model" if earlier.get("options_hash") == options_hash else "other options"
        raise OptionError(
            f"{request.out} holds a run made with {what}; give the same again, or add --overwrite to redo it."
        )
    return same


def write_run_file(out: Path, state: str, content: Mapping[str, Any]) -> None:
    """Write `run.json` atomically.

    Parameters
    ----------
    out
        Folder of the run.
    state
        `running`, `done` or `cancelled`.
    content
        Hashes, resolved options, counts.
    """
    data = {"format_version": 1, "program": f"edam-gui {edam_gui.__version__}", "state": state, **content}
    write_bytes(out / OUTPUT_FILE, (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode())


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InputFileError(path, "is too large for a run file")
        data = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise InputFileError(path, "is damaged; add --overwrite without --resume to start anew") from None
    except OSError as error:
        raise InputFileError(path, f"cannot be read ({error.strerror})") from None
    if not isinstance(data, dict):
        raise InputFileError(path, "is not a run file of this program")
    return data
