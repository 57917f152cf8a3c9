"""What an export did."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from edam_gui.project.images import ImageEntry


@dataclass(frozen=True)
class ExportProgress:
    """One more image is dealt with.

    Parameters
    ----------
    done, total
        Number of images, failed and kept ones included.
    entry
        The image.
    failure
        Why it failed, as a sentence, if it did.
    """

    done: int
    total: int
    entry: ImageEntry
    failure: str | None


@dataclass
class ExportReport:
    """What an export did.

    Parameters
    ----------
    out
        Its folder.
    written, kept
        Images with new files, and with valid ones from before.
    failed
        Images with the reason they failed, as a sentence.
    problems
        What else could not be written, as sentences.
    cancelled
        Whether it was stopped; what is there is whole, and can be resumed.
    seconds
        Wall time.
    total
        Number of images that were wanted.
    """

    out: Path
    written: list[PurePosixPath] = field(default_factory=list)
    kept: list[PurePosixPath] = field(default_factory=list)
    failed: list[tuple[PurePosixPath, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    cancelled: bool = False
    seconds: float = 0.0
    total: int = 0

    @property
    def done(self) -> int:
        """Number of images dealt with, failed ones included."""
        return len(self.written) + len(self.kept) + len(self.failed)

    def to_json(self) -> dict[str, Any]:
        """Return the report for ``--json``."""
        return {
            "out": str(self.out),
            "written": [str(path) for path in self.written],
            "kept": [str(path) for path in self.kept],
            "failed": [{"image": str(path), "error": error} for path, error in self.failed],
            "problems": self.problems,
            "cancelled": self.cancelled,
            "seconds": round(self.seconds, 3),
        }
