"""Label a folder of images: the whole street, overlapped."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from edam_gui.batch.folder_run import FolderRun, Outputs, Progress, RunReport
from edam_gui.batch.label_inputs import InputReader, LabelInputs
from edam_gui.batch.label_options import LabelRequest, resolve_rule
from edam_gui.batch.label_writer import LabelWriter, Written
from edam_gui.batch.labeller import Labeller
from edam_gui.batch.mask_source import MaskResult, MaskSource, open_mask_source
from edam_gui.batch.option_remarks import options_without_effect
from edam_gui.batch.run_file import hash_of, inputs_hash
from edam_gui.batch.suggestions import write_suggestions
from edam_gui.core.options import ScoreSource
from edam_gui.jobs import CancelToken, Street
from edam_gui.project.images import ImageEntry

LabelReport = RunReport[Written]


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
        labeller = Labeller(self.rule, label_set, self._crf, request.refine, self._source.crf_engine())
        self._writer = LabelWriter(request, self.entries, label_set, labeller)
        self.options = self._describe()
        self.remarks = (*options_without_effect(request, self.rule.rule), *self._unlabelled())
        outputs = Outputs(self._writer.target, self._writer.is_done)
        self._folder_run: FolderRun[Written] = FolderRun(request, self.entries, self._identity(), outputs)

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

    def _unlabelled(self) -> tuple[str, ...]:
        count, total = self._reader.unlabelled, len(self.entries)
        if not count:
            return ()
        whose = "any image" if count == total else f"{count} of {total} images"
        who = "the classes in the mask file are used" if self._request.masks else "the model suggests them; check them"
        return (f"Nothing is said of the classes of {whose}: {who}.",)

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

        Raises
        ------
        OutputError
            The output folder cannot be written to.
        """
        report = LabelReport(self.options, self._reader.problems)
        street: Street[ImageEntry, LabelInputs, MaskResult, Written] = Street(
            self._reader.read, lambda inputs: self._source.compute(inputs, token), self._writer.write
        )
        self._writer.prepare(self._source)
        self._folder_run.run(street, report, token, progress)
        write_suggestions(self._request.out, report.written)
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


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _file_hash(path: Path | None) -> str:
    if path is None or not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
