"""The label map of any image of the project, without bringing it to the desk: for exports and runs over all images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from edam_gui.core.arrays import UInt8Array
from edam_gui.core.edits.crf_strokes import crf_strokes
from edam_gui.core.edits.layer import EditLayer
from edam_gui.core.errors import InputFileError
from edam_gui.core.options import LabelRule, ScoreForm, ScoreSource
from edam_gui.core.pseudo_label import pseudo_label
from edam_gui.jobs import JobContext
from edam_gui.project.images import ImageEntry
from edam_gui.project.store import ImageRecord, Ticks
from edam_gui.project.thresholds import resolve_rule
from edam_gui.session.image_files import ImageFiles
from edam_gui.session.layer_restore import RestoredLayers, restore_layers
from edam_gui.session.mask_stack import FileMasks, MaskStack, NetworkMasks
from edam_gui.session.model_host import ModelHost, ModelState
from edam_gui.session.opened import OpenedProject
from edam_gui.session.rules import base_rule, resolve_form


@dataclass(frozen=True, eq=False)
class Labelled:
    """One image with its label map.

    Parameters
    ----------
    entry, record
        The image.
    photo
        (H, W, 3) uint8 RGB.
    labels
        (H, W) uint8, edits included: what the canvas shows.
    ticks
        The classes that were used, suggested ones included.
    corrected
        Share of pixels painted by hand.
    rule, form
        What made the label map.
    notices
        What the user should know.
    """

    entry: ImageEntry
    record: ImageRecord
    photo: UInt8Array
    labels: UInt8Array
    ticks: Ticks
    corrected: float
    rule: LabelRule
    form: ScoreForm
    notices: tuple[str, ...] = field(default=())

    def provenance(self, model: Mapping[str, Any], label_names: tuple[str, ...]) -> dict[str, Any]:
        """Return what is recorded of how the label map came about."""
        thresholds = self.rule.thresholds
        return {
            "classes": [label_names[c] for c in sorted(self.ticks.classes)],
            "suggested": [label_names[c] for c in sorted(self.ticks.suggested)],
            "dialect": self.rule.dialect.value,
            "rule": self.rule.rule.value,
            "scores": self.rule.scores.value,
            "score_form": self.form.value,
            "theta": thresholds.theta,
            "alpha": thresholds.alpha,
            "beta": thresholds.beta,
            "background": thresholds.background,
            "model_sha256": model.get("model_sha256", ""),
            "corrected_share": self.corrected,
            "status": self.record.row.status.value,
        }


class ImageLabeller:
    """Labels images exactly as the desk does; its methods are called in a job.

    Parameters
    ----------
    project, model
        What decides the label maps; thresholds are read from the project's file for every image.
    """

    def __init__(self, project: OpenedProject, model: ModelHost) -> None:
        self._project = project
        self._model = model
        self._reader = project.reader()

    def label(self, image: int, context: JobContext) -> Labelled:
        """Make the label map of an image.

        Raises
        ------
        EdamError
            The photo is unusable, its edits are damaged, or there is neither a model nor a mask file.
        Cancelled
            The job was cancelled.
        """
        record = self._project.store.load(image)
        entry = self._project.entry(record.row)
        files = self._reader.read(entry)
        size = files.photo.height, files.photo.width
        layers = restore_layers(record, size)
        saliency = corrected_saliency(files, layers)
        masks = None
        # Where no model can know the classes, what was painted by hand is the whole label map, as on the screen.
        by_hand = self._model.state is ModelState.UNFIT and layers.label is not None and files.masks is None
        if files.base_map is None and (record.row.ticks is None or record.row.ticks.classes) and not by_hand:
            masks = self._masks(entry, files, context)
        ticks = record.row.ticks or self._suggested(masks)
        form = resolve_form(
            self._project.choices,
            self._model,
            masks.own_form if masks is not None else None,
            with_saliency=saliency is not None,
        )
        base = base_rule(self._model, self._project.label_set, with_saliency=saliency is not None)
        rule = resolve_rule(record.thresholds, self._project.choices, base)
        labels = files.base_map
        if labels is None:
            labels = self._algorithm(_Ground(files, masks, ticks, saliency, layers.label), rule, form, context)
        if layers.label is not None:
            labels = layers.label.compose(labels, np.empty_like(labels))
        share = layers.label.share if layers.label is not None else 0.0
        return Labelled(entry, record, files.photo.pixels, labels, ticks, share, rule, form, files.notices)

    def infer(self, image: int, context: JobContext) -> None:
        """Make an image's masks and keep them in the cache, so that it is there at once when it is shown."""
        record = self._project.store.load(image)
        entry = self._project.entry(record.row)
        if not self._model.cached(entry.path):
            self._masks(entry, self._reader.read(entry), context)

    def _masks(self, entry: ImageEntry, files: ImageFiles, context: JobContext) -> MaskStack:
        if files.masks is not None:
            return FileMasks(files.masks)
        if self._model.state is ModelState.UNFIT:
            raise InputFileError(entry.path, "is not painted yet, and there is no model for this project's classes")
        if not self._model.is_ready:
            raise InputFileError(entry.path, "has no activation masks, and no model is loaded to make them")
        passes = self._model.passes(entry.path, lambda: files.photo.pixels, context, background=True)
        return self._model.masks(passes)

    def _suggested(self, masks: MaskStack | None) -> Ticks:
        if isinstance(masks, FileMasks):
            return Ticks(masks.classes, masks.classes)
        if isinstance(masks, NetworkMasks):
            classes = self._model.suggested(masks.passes)
            return Ticks(classes, classes)
        return Ticks(frozenset())

    def _algorithm(self, ground: _Ground, rule: LabelRule, form: ScoreForm, context: JobContext) -> UInt8Array:
        photo, saliency = ground.files.photo, ground.saliency
        if ground.masks is None or not ground.ticks.classes:
            return np.zeros((photo.height, photo.width), np.uint8)
        scores = ground.masks.scores(ground.ticks.classes, form)
        if rule.scores is ScoreSource.CRF and any(scores.classes):
            from edam_gui.imaging.crf.refine import crf_scores

            recommended = self._model.recommendation(with_saliency=saliency is not None)
            options = self._project.crf_options.resolved(recommended)
            painted = ground.painted if self._project.respects_strokes else None
            scores = crf_scores(
                self._model.crf_engine()(photo.pixels, options.parameters),
                scores,
                background_exponent=options.background_exponent or 1.0,
                strokes=crf_strokes(painted) if painted is not None else None,
                cancelled=context.token.cancelled,
            )
        return pseudo_label(scores, saliency, rule)


@dataclass(frozen=True, eq=False)
class _Ground:
    """What the algorithm acts on."""

    files: ImageFiles
    masks: MaskStack | None
    ticks: Ticks
    saliency: UInt8Array | None
    painted: EditLayer | None


def corrected_saliency(files: ImageFiles, layers: RestoredLayers) -> UInt8Array | None:
    """Return the saliency map with what was painted on it."""
    if files.saliency is None or layers.saliency is None:
        return files.saliency
    return layers.saliency.compose(files.saliency, np.empty_like(files.saliency))
