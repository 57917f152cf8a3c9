"""What a labelling run is asked to do, and how what was left out is filled in."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from edam_gui.batch.class_options import ignore_saliency
from edam_gui.core.errors import OptionError
from edam_gui.core.label_set import LabelSet
from edam_gui.core.options import Dialect, LabelRule, Rule, ScoreForm, ScoreSource
from edam_gui.imaging.activation_file import MaskKeys
from edam_gui.imaging.crf.parameters import CrfParameters
from edam_gui.imaging.crf.refine import DEFAULT_CONFIDENCE

NO_CLASS: Final = "none"


@dataclass(frozen=True)
class RuleOptions:
    """Options that decide the label map; `None` = left out."""

    dialect: Dialect | None = None
    rule: Rule | None = None
    scores: ScoreSource | None = None
    score_form: ScoreForm | None = None
    theta: float | None = None
    alpha: float | None = None
    beta: float | None = None
    background: float | None = None


@dataclass(frozen=True)
class CrfOptions:
    """How the dense CRF runs.

    Parameters
    ----------
    parameters
        Iterations, widths and strengths.
    background_exponent
        Of ``1 - max`` where it runs on scores; `None` = as the checkpoint recommends, else 1.
    confidence
        How sure `refine` is of the label map it starts from, in (0, 1).

    Raises
    ------
    OptionError
        A value is out of range.
    """

    parameters: CrfParameters = field(default_factory=CrfParameters)
    background_exponent: float | None = None
    confidence: float = DEFAULT_CONFIDENCE

    def __post_init__(self) -> None:
        exponent = self.background_exponent
        if exponent is not None and not (math.isfinite(exponent) and exponent > 0):
            raise OptionError(f"The dense CRF's background_exponent must be above 0, not {exponent}.")
        if not 0 < self.confidence < 1:
            raise OptionError(f"The dense CRF's confidence must lie between 0 and 1, not {self.confidence}.")

    def resolved(self, recommended: Recommendation | None) -> CrfOptions:
        """Fill in the exponent."""
        if self.background_exponent is not None:
            return self
        return replace(self, background_exponent=recommended.crf_background_exponent if recommended else 1.0)

    def to_json(self) -> dict[str, float | None]:
        """Return every value by name."""
        own = {"background_exponent": self.background_exponent, "confidence": self.confidence}
        return asdict(self.parameters) | own


@dataclass(frozen=True)
class Recommendation:
    """What a checkpoint recommends for images with, or without, a saliency map.

    Parameters
    ----------
    rule
        Dialect, rule, thresholds, and what they act on.
    score_form
        Goes with `rule`; `None` for scores that files hold, which are used as they are.
    crf_background_exponent
        Of the dense CRF's background where it runs on the scores.
    ignore_saliency
        Names of classes for which saliency is ignored.
    form_is_fixed
        The mask form allows this score form only (`relu` masks are not comparable without it).
    """

    rule: LabelRule
    score_form: ScoreForm | None
    form_is_fixed: bool
    crf_background_exponent: float = 1.0
    ignore_saliency: tuple[str, ...] = ()


@dataclass(frozen=True)
class ResolvedRule:
    """A complete rule and where each of its values comes from.

    Parameters
    ----------
    rule
        Complete.
    score_form
        `None`: scores are used as their files hold them.
    sources
        Name of a value -> `option`, `checkpoint` or `default`.
    """

    rule: LabelRule
    score_form: ScoreForm | None
    sources: Mapping[str, str]

    def ignoring_saliency(
        self, names: str | None, label_set: LabelSet, recommended: Recommendation | None
    ) -> ResolvedRule:
        """Return the same rule with S = 1 where one of the named (else the recommended) classes decides.

        Raises
        ------
        OptionError
            A name is none of the classes.
        """
        source = "option"
        if names is None:
            names = ",".join(recommended.ignore_saliency) if recommended else ""
            source = "checkpoint" if recommended else "default"
        chosen = "" if names.strip().lower() == NO_CLASS else names
        per_class = ignore_saliency(chosen, label_set, self.rule.thresholds, self.rule.per_class)
        sources = {**self.sources, "ignore_saliency": source}
        return replace(self, rule=replace(self.rule, per_class=per_class), sources=sources)

    def to_json(self) -> dict[str, Any]:
        """Return every resolved value and its source."""
        thresholds = self.rule.thresholds
        values: dict[str, Any] = {
            "dialect": self.rule.dialect.value,
            "rule": self.rule.rule.value,
            "scores": self.rule.scores.value,
            "score_form": self.score_form.value if self.score_form else "as stored",
            "theta": thresholds.theta,
            "alpha": thresholds.alpha,
            "beta": thresholds.beta,
            "background": thresholds.background,
        }
        return values | {"sources": dict(self.sources)}


def resolve_rule(options: RuleOptions, recommended: Recommendation | None) -> ResolvedRule:
    """Fill in what was left out: option, else the checkpoint's recommended set, else the defaults.

    The score form of a network's masks follows the dialect (`paper` mean, `reference` max) where the checkpoint
    recommends another dialect; scores from files are used as they are unless a form is asked for.

    Parameters
    ----------
    options
        As given by the user.
    recommended
        Of the checkpoint for this kind of image; `None` where masks come from files.

    Raises
    ------
    OptionError
        Values out of range, or the region rule with the `reference` dialect.
    """
    base = recommended.rule if recommended else LabelRule()
    origin = "checkpoint" if recommended else "default"
    names = ("dialect", "rule", "scores", "theta", "alpha", "beta", "background")
    sources = {name: "option" if getattr(options, name) is not None else origin for name in names}
    dialect = options.dialect or base.dialect
    given = {
        n: getattr(options, n) for n in ("theta", "alpha", "beta", "background") if getattr(options, n) is not None
    }
    thresholds = replace(base.thresholds, **given)
    form = options.score_form
    sources["score_form"] = "option"
    if form is None:
        sources["score_form"] = origin
    if form is None and recommended:
        form = recommended.score_form
        if form is not None and dialect is not base.dialect and not recommended.form_is_fixed:
            form = ScoreForm.MEAN if dialect is Dialect.PAPER else ScoreForm.MAX
            sources["score_form"] = "default"
    rule = LabelRule(dialect, options.rule or base.rule, thresholds, scores=options.scores or base.scores)
    return ResolvedRule(rule, form, sources)


@dataclass(frozen=True)
class LabelRequest:
    """A labelling run as the user asked for it.

    Parameters
    ----------
    images
        Folder, VOC root, list file or one image.
    out
        Folder for the label maps.
    list_file, labels, classes, saliency, masks
        Optional inputs; see DESIGN section 5.
    saliency_method
        Make saliency maps with this method instead of reading them.
    ignore_saliency
        Names of classes, with commas between, for which saliency is ignored; `none`; `None` = as the checkpoint
        recommends.
    crf
        How the dense CRF runs, for `scores = crf` and `refine`.
    refine
        Run a dense CRF on the label map that the thresholds gave.
    model
        Name or file of a checkpoint; not used with `masks`.
    mask_keys
        How the keys of `masks` count.
    rule
        Options for Algorithm 1.
    scales
        Sizes of the passes.
    device, precision
        Where and how to compute.
    save_masks, save_overlays
        Folders for scores and overlays.
    resume, overwrite
        Go on with an earlier run in `out`; redo it with other options.
    """

    images: Path
    out: Path
    list_file: Path | None = None
    labels: Path | None = None
    classes: Path | None = None
    saliency: Path | None = None
    masks: Path | None = None
    saliency_method: str | None = None
    ignore_saliency: str | None = None
    crf: CrfOptions = field(default_factory=CrfOptions)
    refine: bool = False
    model: str | None = None
    mask_keys: MaskKeys = MaskKeys.CAM
    rule: RuleOptions = field(default_factory=RuleOptions)
    scales: tuple[float, ...] | None = None
    device: str = "auto"
    precision: str = "auto"
    save_masks: Path | None = None
    save_overlays: Path | None = None
    resume: bool = False
    overwrite: bool = False

    @property
    def with_saliency(self) -> bool:
        """Whether images have saliency maps, from files or made here."""
        return self.saliency is not None or self.saliency_method is not None
