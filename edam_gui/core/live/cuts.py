"""Thresholds as cuts: the lowest values that pass, so that every comparison is ``>=``."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from edam_gui.core.options import Dialect, LabelRule, Thresholds

NEVER = 256
"""The saliency cut that no grey value reaches."""


@dataclass(frozen=True)
class Cuts:
    """The cuts of one class.

    Parameters
    ----------
    salient
        Lowest salient grey value, 0 (all are) .. 256 (none is).
    inside, outside
        Lowest scores, compared in float32, that keep the class where it is salient and where it is not. In
        `reference`, `outside` is also the lowest score that pops up, salient or not; it is never below `inside`.
    """

    salient: int
    inside: float
    outside: float


def cuts_of(thresholds: Thresholds, dialect: Dialect, has_saliency: bool) -> Cuts:
    """Turn thresholds into cuts."""
    above_beta = _next(thresholds.beta32)
    salient = _salient_cut(thresholds, dialect) if has_saliency else 0
    if dialect is Dialect.PAPER:
        return Cuts(salient, float(thresholds.alpha32), above_beta)
    if not has_saliency:
        above_background = _next(thresholds.background32)
        return Cuts(salient, above_background, above_background)
    # A class must survive alpha first: it pops up if its score is >= alpha and > beta. Zero never wins.
    inside = max(float(thresholds.alpha32), _next(np.float32(0)))
    return Cuts(salient, inside, max(above_beta, inside))


def cuts_by_class(rule: LabelRule, classes: Iterable[int], has_saliency: bool) -> dict[int, Cuts]:
    """Return the cuts of every class present; what has no effect does not tell two classes apart.

    Parameters
    ----------
    rule
        Dialect and thresholds.
    classes
        Present classes; the background has no cuts.
    has_saliency
        Whether the image has a saliency map.
    """
    common = cuts_of(rule.thresholds, rule.dialect, has_saliency)
    cuts = {c: common for c in classes if c}
    if rule.dialect is Dialect.REFERENCE and not has_saliency:
        return cuts
    for c in cuts.keys() & rule.per_class.keys():
        own = cuts_of(rule.per_class[c], rule.dialect, has_saliency)
        if rule.dialect is Dialect.PAPER and own.salient == 0:
            own = replace(own, outside=common.outside)
        if rule.dialect is Dialect.PAPER and own.salient == NEVER:
            own = replace(own, inside=common.inside)
        cuts[c] = own
    return cuts


def _next(value: np.float32) -> float:
    return float(np.nextafter(value, np.float32(np.inf)))


def _salient_cut(thresholds: Thresholds, dialect: Dialect) -> int:
    if thresholds.ignore_saliency:
        return 0
    theta = thresholds.theta
    cut = math.ceil(theta) if dialect is Dialect.PAPER else math.floor(theta) + 1
    return min(max(cut, 0), NEVER)
