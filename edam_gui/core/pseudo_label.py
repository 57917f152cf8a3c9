"""Algorithm 1: scores and saliency become a label map.

The plain form: one image, one set of thresholds, straight through. `core.live_label` computes the same map
again and again while thresholds move.
"""

from __future__ import annotations

import numpy as np

from edam_gui.core.activation_masks import Scores
from edam_gui.core.arrays import AnyArray, BoolArray, Float32Array, UInt8Array
from edam_gui.core.options import Dialect, LabelRule, Rule, ScoreSource
from edam_gui.core.regions import find_regions


def pseudo_label(scores: Scores, saliency: UInt8Array | None, rule: LabelRule) -> UInt8Array:
    """Turn scores and saliency into a label map (Algorithm 1 of Wu et al. 2021, both dialects).

    Parameters
    ----------
    scores
        Background (optional) and the classes present in the image, (n, H, W).
    saliency
        (H, W) uint8, or `None` for an image without a saliency map.
    rule
        Dialect, rule and thresholds.

    Returns
    -------
    UInt8Array
        (H, W) uint8 label map; 0 = background.

    Raises
    ------
    ValueError
        Saliency and scores differ in size.
    """
    if saliency is not None and saliency.shape != scores.size:
        raise ValueError(f"saliency {saliency.shape} and scores {scores.size} differ in size")
    if not any(scores.classes):
        return np.zeros(scores.size, np.uint8)
    if rule.dialect is Dialect.PAPER:
        return _paper(scores, saliency, rule)
    if saliency is None and rule.scores is ScoreSource.CRF:
        return winner_and_score(scores)[0]
    if saliency is None:
        return _reference_without_saliency(scores, rule)
    return _reference(scores, saliency, rule)


def winner_and_score(scores: Scores) -> tuple[UInt8Array, Float32Array]:
    """Return the class of the best score and that score; the first wins a tie.

    Returns
    -------
    UInt8Array, Float32Array
        (H, W) class index, (H, W) score.
    """
    value = scores.values[0].copy()
    winner = np.full(scores.size, scores.classes[0], np.uint8)
    for class_index, channel in zip(scores.classes[1:], scores.values[1:], strict=True):
        better = channel > value
        np.copyto(value, channel, where=better)
        winner[better] = class_index
    return winner, value


def without_background(scores: Scores) -> Scores:
    """Leave out the background channel, which `reference` does not look at."""
    return Scores(scores.values[1:], scores.classes[1:]) if scores.has_background else scores


def is_salient(saliency: UInt8Array, theta: float | AnyArray, dialect: Dialect) -> BoolArray:
    """Binarise a saliency map: `paper` S >= theta, `reference` S > theta, compared in float64."""
    cut = np.asarray(theta, np.float64)
    return saliency >= cut if dialect is Dialect.PAPER else saliency > cut


def _by_class(rule: LabelRule, name: str, dtype: type) -> AnyArray:
    """Tabulate a threshold over class index 0..255."""
    return np.array([getattr(rule.of(index), name) for index in range(256)], dtype)


def salient_for(winner: UInt8Array, saliency: UInt8Array | None, rule: LabelRule) -> BoolArray:
    """Binarise by the theta of the class that decides each pixel; without a saliency map S = 1 everywhere."""
    if saliency is None:
        return np.ones(winner.shape, np.bool_)
    if not rule.per_class:
        if rule.thresholds.ignore_saliency:
            return np.ones(winner.shape, np.bool_)
        return is_salient(saliency, rule.thresholds.theta, rule.dialect)
    theta = _by_class(rule, "theta", np.float64)
    theta[_by_class(rule, "ignore_saliency", np.bool_)] = -np.inf
    return is_salient(saliency, theta[winner], rule.dialect)


def _paper(scores: Scores, saliency: UInt8Array | None, rule: LabelRule) -> UInt8Array:
    winner, value = winner_and_score(scores)
    salient = salient_for(winner, saliency, rule)
    if rule.rule is Rule.REGION:
        return _paper_by_region(winner, value, salient, rule)
    if rule.per_class:
        alpha: AnyArray = _by_class(rule, "alpha", np.float32)[winner]
        beta: AnyArray = _by_class(rule, "beta", np.float32)[winner]
    else:
        alpha, beta = np.asarray(rule.thresholds.alpha32), np.asarray(rule.thresholds.beta32)
    keep = np.where(salient, value >= alpha, value > beta)
    return np.where(keep, winner, np.uint8(0))


def _paper_by_region(winner: UInt8Array, value: Float32Array, salient: BoolArray, rule: LabelRule) -> UInt8Array:
    regions = find_regions(winner, value, salient)
    if not rule.per_class:
        keep = regions.keep(np.asarray(rule.thresholds.alpha32), np.asarray(rule.thresholds.beta32))
        return winner & keep
    # A salient region may hold several classes: each class judges the region's maximum by its own alpha.
    labels = np.zeros_like(winner)
    for class_index in set(np.unique(winner).tolist()) - {0}:
        own = rule.of(class_index)
        keep = regions.keep(np.asarray(own.alpha32), np.asarray(own.beta32))
        np.copyto(labels, winner & keep, where=winner == class_index)
    return labels


def _reference_without_saliency(scores: Scores, rule: LabelRule) -> UInt8Array:
    winner, value = winner_and_score(without_background(scores))
    return np.where(value > rule.thresholds.background32, winner, np.uint8(0))


def _reference(scores: Scores, saliency: UInt8Array, rule: LabelRule) -> UInt8Array:
    shape = scores.size
    best = np.zeros(shape, np.float32)
    winner = np.zeros(shape, np.uint8)
    popped = np.zeros(shape, np.uint8)
    for class_index, channel in zip(scores.classes, scores.values, strict=True):
        if class_index == 0:
            continue
        own = rule.of(class_index)
        survives = channel >= own.alpha32
        # Classes come in ascending order, so the first one above beta is the lowest index.
        popped[survives & (channel > own.beta32) & (popped == 0)] = class_index
        better = survives & (channel > best)
        np.copyto(best, channel, where=better)
        winner[better] = class_index
    labels = np.where(salient_for(winner, saliency, rule), winner, np.uint8(0))
    np.copyto(labels, popped, where=popped != 0)
    return labels
