"""The choices and numbers that Algorithm 1 takes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import numpy as np

from edam_gui.core.errors import OptionError


class Dialect(StrEnum):
    """Which reading of Algorithm 1: as printed, or as in the authors' released script."""

    PAPER = "paper"
    REFERENCE = "reference"


class Rule(StrEnum):
    """Whether alpha and beta judge each pixel or each connected region (`paper` only)."""

    PIXEL = "pixel"
    REGION = "region"


class ScoreForm(StrEnum):
    """How summed masks become scores: sum / passes, or each channel / its own maximum over the image."""

    MEAN = "mean"
    MAX = "max"


class ScoreSource(StrEnum):
    """What the thresholds act on: the activation masks, or the probabilities of a dense CRF run on them."""

    MASKS = "masks"
    CRF = "crf"


@dataclass(frozen=True)
class Thresholds:
    """The three thresholds, and the constant background score used where there is no saliency map.

    Parameters
    ----------
    theta
        Saliency cut on the 0..255 scale, float64, any finite value.
    alpha
        Background suppression, [0, 1], compared in float32.
    beta
        Foreground pop-up, [0, 1], compared in float32.
    background
        `reference` without a saliency map: a class must exceed this score; [0, 1], compared in float32.
    ignore_saliency
        S is 1 wherever this triple decides: for classes that saliency maps miss.

    Raises
    ------
    OptionError
        A value is not finite, or alpha, beta or background is outside [0, 1].
    """

    theta: float = 20.0
    alpha: float = 1e-6
    beta: float = 0.99999
    background: float = 0.3
    ignore_saliency: bool = False

    def __post_init__(self) -> None:
        for name in ("theta", "alpha", "beta", "background"):
            value = getattr(self, name)
            if not math.isfinite(value):
                raise OptionError(f"{name} must be a finite number, not {value}.")
        for name in ("alpha", "beta", "background"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise OptionError(f"{name} must lie between 0 and 1, not {getattr(self, name)}.")

    @property
    def alpha32(self) -> np.float32:
        """Alpha as it is compared."""
        return np.float32(self.alpha)

    @property
    def beta32(self) -> np.float32:
        """Beta as it is compared."""
        return np.float32(self.beta)

    @property
    def background32(self) -> np.float32:
        """The background score as it is compared."""
        return np.float32(self.background)


@dataclass(frozen=True)
class LabelRule:
    """Everything that decides a label map, given scores and saliency.

    Parameters
    ----------
    dialect, rule
        See `Dialect` and `Rule`; `region` goes with `paper` only.
    thresholds
        For every class not in `per_class`.
    per_class
        Class index (1..K) -> its own thresholds.
    scores
        What the scores are. With `crf`, `reference` without a saliency map is the argmax of q, background included.

    Raises
    ------
    OptionError
        `region` with `reference`, or a per-class entry for the background.
    """

    dialect: Dialect = Dialect.REFERENCE
    rule: Rule = Rule.PIXEL
    thresholds: Thresholds = field(default_factory=Thresholds)
    per_class: Mapping[int, Thresholds] = field(default_factory=lambda: MappingProxyType({}))
    scores: ScoreSource = ScoreSource.MASKS

    def __post_init__(self) -> None:
        if self.rule is Rule.REGION and self.dialect is not Dialect.PAPER:
            raise OptionError(
                "The region rule exists in the 'paper' dialect only; choose --dialect paper or --rule pixel."
            )
        if any(index < 1 for index in self.per_class):
            raise OptionError("Per-class thresholds are for classes, not for the background.")

    def __reduce__(self) -> tuple[Any, ...]:
        """Let it go to other processes: a mapping proxy does not."""
        return LabelRule, (self.dialect, self.rule, self.thresholds, dict(self.per_class), self.scores)

    def of(self, class_index: int) -> Thresholds:
        """Return the thresholds of a class."""
        return self.per_class.get(class_index, self.thresholds)
