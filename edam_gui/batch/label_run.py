"""Label a folder of images: the whole street, overlapped."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from edam_gui.batch.label_inputs import InputReader, LabelInputs
from edam_gui.batch.label_options import LabelRequest, resolve_rule
from edam_gui.batch.label_writer import LabelWriter, Written
from edam_gui.batch.labeller import Labeller
from edam_gui.batch.mask_source import MaskSource, open_mask_source
from edam_gui.batch.run_file import check_resume, hash_of, inputs_hash, write_run_file
from edam_gui.core.errors import Cancelled
from edam_gui.core.options import ScoreSource
from edam_gui.jobs import CancelToken, Failure, Street
from edam_gui.project.images import ImageEntry


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
class LabelReport:
    """What a run did.

    Parameters
    ----------
    options
        Every resolved value, as JSON.
    problems
        What was wrong with lists and label files.
    written, kept, failed
        New label maps, valid ones from before, and images with the reason they failed.
    seconds
        Wall time of the labelling, without loading the model.
    cancelled
        Whether it was stopped.
    """

    options: dict[str, Any]
    problems: tuple[str, ...]
    written: list[Written] = field(default_factory=list)
    kept: list[PurePosixPath] = field(default_factory=list)
    failed: list[tuple[PurePosixPath, str]] = field(default_factory=list)
    seconds: float = 0.0
    cancelled: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the report for `--json`."""
        return {
            "options": self.options,
            "images": [w.to_json() for w in self.written],
            "kept": [str(p) for p in self.kept],
            "failed": [{"image": str(p), "error": error} for p, error in self.failed],
            "problems": list(self.problems),
            "seconds": round(self.seconds, 3),
            "cancelled": self.cancelled,
        }


class LabelRun:
    """A prepared run: inputs found, model loaded, options resolved, nothing computed yet.

    Parameters
    ----------
    request
        What the user asked for.

    Raises
    ------
    EdamError
        The run as a whole cannot be made.
    """

    def __init__(self, request: LabelRequest) -> None:
        self._request = request
        self._source: MaskSource = open_mask_source(request)
        self._reader = InputReader(request, self._source.label_set)
        label_set = self._source.label_set
        recommended = self._source.recommendation(with_saliency=request.with_saliency)
        resolved = resolve_rule(request.rule, recommended)
        self.rule = resolved.ignoring_saliency(request.ignore_saliency, label_set, recommended)
        self._crf = request.crf.resolved(recommended)
        labeller = Labeller(self.rule, label_set, self._crf, request.refine)
        self._writer = LabelWriter(request, self.entries, label_set, labeller)
        self.options = self._describe()

    def _describe(self) -> dict[str, Any]:
        labels = self._reader.labels_source
        names = self._source.label_set.names
        uses_crf = self._request.refine or self.rule.rule.scores is ScoreSource.CRF
        return {
            **self.rule.to_json(),
            "ignore_saliency": [names[c] for c, t in sorted(self.rule.rule.per_class.items()) if t.ignore_saliency],
            "crf": self._crf.to_json() if uses_crf else None,
            "refine": self._request.refine,
            **self._source.describe(),
            "images": str(self._request.images),
            "list": _text(self._request.list_file),
            "labels": _text(labels),
            "saliency": "auto" if self._request.saliency_method else _text(self._request.saliency),
            "saliency_method": self._request.saliency_method,
            "classes": list(names),
        }

    @property
    def entries(self) -> tuple[ImageEntry, ...]:
        """The images, in order."""
        return self._reader.collection.entries

    def run(self, token: CancelToken, progress: Callable[[Progress], None]) -> LabelReport:
        """Label every image.

        Parameters
        ----------
        token
            Stops the run after the images already computed were written.
        progress
            Called in this thread after every image.
        """
        identity = self._identity()
        keep = check_resume(self._request, identity["options_hash"], identity["model_hash"])
        report = LabelReport(self.options, self._reader.problems)
        write_run_file(self._request.out, "running", identity)
        started = time.monotonic()
        try:
            self._label(keep, report, token, progress)
        except Cancelled:
            report.cancelled = True
        report.seconds = time.monotonic() - started
        counts = {"written": len(report.written), "kept": len(report.kept), "failed": len(report.failed)}
        state = "cancelled" if report.cancelled else "done"
        write_run_file(self._request.out, state, {**identity, **counts, "failures": report.to_json()["failed"]})
        return report

    def _identity(self) -> dict[str, Any]:
        # The place of the computation and of unrelated images may change between a run and its continuation.
        decisive = {k: v for k, v in self.options.items() if k not in ("device", "images", "list", "sources")}
        model = decisive.pop("model_sha256", "")
        decisive["labels_hash"] = _file_hash(self._reader.labels_source)
        return {
            "options_hash": hash_of(decisive),
            "model_hash": model,
            "inputs_hash": inputs_hash(self.entries),
            "options": self.options,
        }

    def _label(self, keep: bool, report: LabelReport, token: CancelToken, progress: Callable[[Progress], None]) -> None:
        total = len(self.entries)
        waiting = self._waiting(keep, report, progress, total)
        street: Street[ImageEntry, LabelInputs, Any, Written] = Street(
            self._reader.read, lambda inputs: self._source.compute(inputs, token), self._writer.write
        )
        for entry, result in street.run(waiting, token):
            failure = result.sentence if isinstance(result, Failure) else None
            if isinstance(result, Failure):
                report.failed.append((entry.relative, result.sentence))
            else:
                report.written.append(result)
            progress(Progress(len(report.written) + len(report.kept) + len(report.failed), total, entry, failure))

    def _waiting(
        self, keep: bool, report: LabelReport, progress: Callable[[Progress], None], total: int
    ) -> Iterator[ImageEntry]:
        """Yield the images that have no valid outputs yet."""
        for entry in self.entries:
            if keep and self._writer.is_done(entry):
                report.kept.append(entry.relative)
                progress(Progress(len(report.written) + len(report.kept) + len(report.failed), total, entry, None))
            else:
                yield entry


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _file_hash(path: Path | None) -> str:
    if path is None or not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
