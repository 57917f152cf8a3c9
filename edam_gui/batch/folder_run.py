"""What every run over a folder of images shares: overlap, progress, resuming, the report."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Generic, Protocol, TypeVar

from edam_gui.batch.run_file import Resumable, check_resume, write_run_file
from edam_gui.core.errors import Cancelled
from edam_gui.jobs import CancelToken, Failure, Street
from edam_gui.project.images import ImageEntry


class Saved(Protocol):
    """The outcome of one image."""

    def to_json(self) -> dict[str, Any]:
        """Return its entry in the report."""


SavedT = TypeVar("SavedT", bound=Saved)


@dataclass(frozen=True)
class Progress:
    """One more image is dealt with.

    Parameters
    ----------
    done, total
        Number of images, failed and kept ones included.
    entry
        The image.
    failure
        Why it failed, if it did.
    """

    done: int
    total: int
    entry: ImageEntry
    failure: str | None


@dataclass
class RunReport(Generic[SavedT]):
    """What a run did.

    Parameters
    ----------
    options
        Every resolved value, as JSON.
    problems
        What was wrong with lists, label files and folders.
    written, kept, failed
        New outcomes, images with valid ones from before, images with the reason they failed.
    seconds
        Wall time, without loading a model.
    cancelled
        Whether it was stopped.
    """

    options: Mapping[str, Any]
    problems: tuple[str, ...]
    written: list[SavedT] = field(default_factory=list)
    kept: list[PurePosixPath] = field(default_factory=list)
    failed: list[tuple[PurePosixPath, str]] = field(default_factory=list)
    seconds: float = 0.0
    cancelled: bool = False

    @property
    def done(self) -> int:
        """Number of images dealt with, failed ones included."""
        return len(self.written) + len(self.kept) + len(self.failed)

    def to_json(self) -> dict[str, Any]:
        """Return the report for `--json`."""
        return {
            "options": dict(self.options),
            "images": [saved.to_json() for saved in self.written],
            "kept": [str(p) for p in self.kept],
            "failed": [{"image": str(p), "error": error} for p, error in self.failed],
            "problems": list(self.problems),
            "seconds": round(self.seconds, 3),
            "cancelled": self.cancelled,
        }


@dataclass(frozen=True)
class Outputs:
    """Where a run's files go.

    Parameters
    ----------
    target
        The main file of an image.
    is_done
        Whether all files of an image are there and valid.
    """

    target: Callable[[ImageEntry], Path]
    is_done: Callable[[ImageEntry], bool]


class FolderRun(Generic[SavedT]):
    """One run over a list of images.

    Parameters
    ----------
    request
        Where to write, and whether to go on with an earlier run.
    entries
        The images, in order.
    identity
        Hashes and options for `run.json`: equal hashes may be continued.
    outputs
        Where files go.

    Raises
    ------
    OptionError
        `resume` with other options than the run that is there.
    InputFileError
        `run.json` is damaged.
    """

    def __init__(
        self, request: Resumable, entries: Sequence[ImageEntry], identity: Mapping[str, Any], outputs: Outputs
    ) -> None:
        self._out = request.out
        self._entries = entries
        self._identity = identity
        self._outputs = outputs
        self._keep = check_resume(request, identity["options_hash"], identity["model_hash"])

    def run(
        self,
        street: Street[ImageEntry, Any, Any, SavedT],
        report: RunReport[SavedT],
        token: CancelToken,
        progress: Callable[[Progress], None],
    ) -> None:
        """Send every image that has no valid outputs yet down the street; the report is filled in.

        Raises
        ------
        OutputError
            The folder cannot be written to.
        """
        write_run_file(self._out, "running", self._identity)
        started = time.monotonic()
        try:
            for entry, result in street.run(self._waiting(report, progress), token):
                if isinstance(result, Failure):
                    sentence = self._failure(entry, result.sentence)
                    report.failed.append((entry.relative, sentence))
                    self._tell(progress, report, entry, sentence)
                else:
                    report.written.append(result)
                    self._tell(progress, report, entry, None)
        except Cancelled:
            report.cancelled = True
        report.seconds = time.monotonic() - started
        counts = {"written": len(report.written), "kept": len(report.kept), "failed": len(report.failed)}
        state = "cancelled" if report.cancelled else "done"
        write_run_file(self._out, state, {**self._identity, **counts, "failures": report.to_json()["failed"]})

    def _waiting(self, report: RunReport[SavedT], progress: Callable[[Progress], None]) -> Iterator[ImageEntry]:
        for entry in self._entries:
            if self._keep and self._outputs.is_done(entry):
                report.kept.append(entry.relative)
                self._tell(progress, report, entry, None)
            else:
                yield entry

    def _failure(self, entry: ImageEntry, sentence: str) -> str:
        target = self._outputs.target(entry)
        return f"{sentence} (an older {target} is still there)" if target.exists() else sentence

    def _tell(
        self,
        progress: Callable[[Progress], None],
        report: RunReport[SavedT],
        entry: ImageEntry,
        failure: str | None,
    ) -> None:
        progress(Progress(report.done, len(self._entries), entry, failure))
