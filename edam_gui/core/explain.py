"""Why one pixel has its label: what the cursor's read-out shows. It agrees with `pseudo_label` on every pixel."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from edam_gui.core.activation_masks import Scores
from edam_gui.core.arrays import UInt8Array
from edam_gui.core.label_set import BACKGROUND
from edam_gui.core.options import Dialect, LabelRule, Rule, ScoreSource, Thresholds
from edam_gui.core.pseudo_label import is_salient, salient_for, winner_and_score
from edam_gui.core.regions import Regions, find_regions


class Reason(StrEnum):
    """What decided a pixel."""

    NO_CLASS = "no class"
    """No class is present in the image: background."""
    BACKGROUND_WINS = "background wins"
    """`paper`: the background has the best score."""
    SUPPRESSED = "suppressed"
    """Background suppression: `paper`, salient but below alpha; `reference`, every class is below its alpha."""
    POPPED_UP = "popped up"
    """Foreground pop-up: above beta."""
    SALIENT = "salient"
    """Salient, so the best class stays."""
    NOT_SALIENT = "not salient"
    """Neither salient nor above beta: background."""
    NO_SCORE = "no score"
    """`reference`: no surviving class has a positive score: background."""
    BACKGROUND_SCORE = "background score"
    """`reference` without a saliency map: the best class against the constant background score."""
    CRF_ARGMAX = "crf argmax"
    """`reference` with the CRF's probabilities and no saliency map: the most probable wins."""
    REGION_KEPT = "region kept"
    """`region`: the region's best score is not below alpha (salient) or is above beta (not salient)."""
    REGION_DROPPED = "region dropped"
    """`region`: it is, or is not: background."""


@dataclass(frozen=True)
class Explanation:
    """One pixel and what decides it.

    Parameters
    ----------
    scores
        (class, score) of every channel, the background's (class 0) included where there is one, in class order.
    saliency
        Grey value 0..255, or `None` without a saliency map.
    salient
        S by the theta of `thresholds`; True without a saliency map.
    winner, winner_score
        The class that the decision was about: the one that popped up, else the best that survives, else the best
        of all. Class 0 and 0.0 if no class is present.
    thresholds
        The winner's.
    label
        As in the label map.
    reason
        What decided.
    region_score
        `region` only: the best score in the pixel's region; `None` elsewhere and where the background wins.
    """

    scores: tuple[tuple[int, float], ...]
    saliency: int | None
    salient: bool
    winner: int
    winner_score: float
    thresholds: Thresholds
    label: int
    reason: Reason
    region_score: float | None = None


def explain(
    scores: Scores, saliency: UInt8Array | None, rule: LabelRule, y: int, x: int, regions: Regions | None = None
) -> Explanation:
    """Say what decides a pixel.

    Parameters
    ----------
    scores, saliency, rule
        As for `pseudo_label`.
    y, x
        Row and column.
    regions
        The rule's regions, if at hand (`LiveLabel.explain` has them); without them the `region` rule computes them,
        which costs as much as a label map.

    Raises
    ------
    IndexError
        The pixel lies outside the image.
    ValueError
        Saliency and scores differ in size.
    """
    if saliency is not None and saliency.shape != scores.size:
        raise ValueError(f"saliency {saliency.shape} and scores {scores.size} differ in size")
    if not (0 <= y < scores.size[0] and 0 <= x < scores.size[1]):
        raise IndexError(f"pixel (y {y}, x {x}) lies outside an image of {scores.size}")
    pixel = _Pixel(
        dict(zip(scores.classes, scores.values[:, y, x], strict=True)),
        None if saliency is None else int(saliency[y, x]),
        rule,
    )
    if not any(scores.classes):
        return pixel.result(BACKGROUND, BACKGROUND, Reason.NO_CLASS)
    if rule.dialect is Dialect.REFERENCE:
        return _reference(pixel)
    winner = pixel.best(tuple(scores.classes))
    if winner == BACKGROUND:
        return pixel.result(winner, BACKGROUND, Reason.BACKGROUND_WINS)
    if rule.rule is Rule.REGION:
        return _by_region(pixel, winner, regions or _regions(scores, saliency, rule), y, x)
    return _paper(pixel, winner)


@dataclass(frozen=True)
class _Pixel:
    """The values at one pixel."""

    scores: dict[int, np.float32]
    saliency: int | None
    rule: LabelRule

    def best(self, classes: tuple[int, ...]) -> int:
        """Return the class of the best score among some, ascending; the first wins a tie."""
        return max(classes, key=lambda c: self.scores[c])

    def salient(self, class_index: int) -> bool:
        """S by a class's own theta."""
        own = self.rule.of(class_index)
        if self.saliency is None or own.ignore_saliency:
            return True
        return bool(is_salient(np.asarray(self.saliency, np.uint8), own.theta, self.rule.dialect))

    def result(self, winner: int, label: int, reason: Reason, region_score: float | None = None) -> Explanation:
        return Explanation(
            scores=tuple((c, float(score)) for c, score in self.scores.items()),
            saliency=self.saliency,
            salient=self.salient(winner),
            winner=winner,
            winner_score=float(self.scores.get(winner, 0.0)),
            thresholds=self.rule.of(winner),
            label=label,
            reason=reason,
            region_score=region_score,
        )


def _paper(pixel: _Pixel, winner: int) -> Explanation:
    own, score = pixel.rule.of(winner), pixel.scores[winner]
    if pixel.salient(winner):
        if score < own.alpha32:
            return pixel.result(winner, BACKGROUND, Reason.SUPPRESSED)
        return pixel.result(winner, winner, Reason.SALIENT)
    if score > own.beta32:
        return pixel.result(winner, winner, Reason.POPPED_UP)
    return pixel.result(winner, BACKGROUND, Reason.NOT_SALIENT)


def _by_region(pixel: _Pixel, winner: int, regions: Regions, y: int, x: int) -> Explanation:
    own = pixel.rule.of(winner)
    region = int(regions.ids[y, x])
    top = regions.maxima[region]
    kept = top >= own.alpha32 if regions.salient[region] else top > own.beta32
    if kept:
        return pixel.result(winner, winner, Reason.REGION_KEPT, float(top))
    return pixel.result(winner, BACKGROUND, Reason.REGION_DROPPED, float(top))


def _reference(pixel: _Pixel) -> Explanation:
    rule, scores = pixel.rule, pixel.scores
    classes = tuple(c for c in scores if c != BACKGROUND)
    best = pixel.best(classes)
    if pixel.saliency is None and rule.scores is ScoreSource.CRF:
        winner = pixel.best(tuple(scores))
        return pixel.result(winner, winner, Reason.CRF_ARGMAX)
    if pixel.saliency is None:
        above = scores[best] > rule.thresholds.background32
        return pixel.result(best, best if above else BACKGROUND, Reason.BACKGROUND_SCORE)
    alive = tuple(c for c in classes if scores[c] >= rule.of(c).alpha32)
    for c in alive:
        if scores[c] > rule.of(c).beta32:
            return pixel.result(c, c, Reason.POPPED_UP)
    if not alive:
        return pixel.result(best, BACKGROUND, Reason.SUPPRESSED)
    best = pixel.best(alive)
    if scores[best] <= 0:
        return pixel.result(best, BACKGROUND, Reason.NO_SCORE)
    if pixel.salient(best):
        return pixel.result(best, best, Reason.SALIENT)
    return pixel.result(best, BACKGROUND, Reason.NOT_SALIENT)


def _regions(scores: Scores, saliency: UInt8Array | None, rule: LabelRule) -> Regions:
    winner, value = winner_and_score(scores)
    return find_regions(winner, value, salient_for(winner, saliency, rule))
