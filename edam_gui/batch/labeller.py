"""From one image's masks to its label map: scores, dense CRF, Algorithm 1, refinement."""

from __future__ import annotations

from dataclasses import dataclass

from edam_gui.batch.label_options import CrfOptions, ResolvedRule
from edam_gui.batch.mask_source import MaskResult
from edam_gui.core.activation_masks import ActivationMasks
from edam_gui.core.arrays import UInt8Array
from edam_gui.core.label_set import LabelSet
from edam_gui.core.options import ScoreForm, ScoreSource
from edam_gui.core.pseudo_label import pseudo_label
from edam_gui.imaging.crf.refine import CrfEngine, CrfFactory, crf_scores, refine_labels
from edam_gui.imaging.dense_crf import DenseCrf


@dataclass(frozen=True)
class Labeller:
    """What decides the label map, for every image of a run.

    Parameters
    ----------
    rule, label_set
        Complete rule, and the classes.
    crf
        How the dense CRF runs; resolved.
    refine
        Whether a dense CRF runs on the label map that the thresholds gave.
    crf_engine
        Makes the dense CRF of a photo, on the CPU or on another device.
    """

    rule: ResolvedRule
    label_set: LabelSet
    crf: CrfOptions
    refine: bool
    crf_engine: CrfFactory = DenseCrf

    def form(self, masks: ActivationMasks) -> ScoreForm:
        """Return the score form these masks are used in."""
        return self.rule.score_form or masks.form or ScoreForm.MEAN

    def label(self, result: MaskResult, masks: ActivationMasks) -> tuple[UInt8Array, tuple[str, ...]]:
        """Return the label map, (H, W) uint8, and what the user should know."""
        form = self.form(masks)
        scores = masks.scores(form).select(result.present)
        notices = self._doubts(result, masks, form)
        crf: CrfEngine | None = None
        if any(scores.classes) and (self.refine or self.rule.rule.scores is ScoreSource.CRF):
            crf = self.crf_engine(result.inputs.photo.pixels, self.crf.parameters)
            notices += crf.notices
        if crf is not None and self.rule.rule.scores is ScoreSource.CRF:
            scores = crf_scores(crf, scores, background_exponent=self.crf.background_exponent or 1.0)
        labels = pseudo_label(scores, result.inputs.saliency, self.rule.rule)
        if crf is not None and self.refine:
            labels = refine_labels(crf, labels, confidence=self.crf.confidence)
        return labels, notices

    def _doubts(self, result: MaskResult, masks: ActivationMasks, form: ScoreForm) -> tuple[str, ...]:
        """Warn of labelled classes that the masks hardly answer to; `max` blows even those up to 1."""
        doubtful = set(result.doubtful)
        if form is ScoreForm.MAX and not result.suggested:
            doubtful |= set(masks.tiny_classes()) & result.present
        return tuple(
            f"The masks hardly answer to {self.label_set.names[c]}: the photo may not show it."
            for c in sorted(doubtful)
        )
