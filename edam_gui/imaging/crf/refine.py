"""The two uses of the dense CRF: before the thresholds, on scores, and after them, on a label map."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol, TypeAlias

import numpy as np

from edam_gui.core.activation_masks import Scores
from edam_gui.core.arrays import AnyArray, Float32Array, UInt8Array
from edam_gui.imaging.crf.parameters import CrfParameters
from edam_gui.imaging.crf.unaries import crf_probabilities, fixed_channels, label_probabilities

DEFAULT_CONFIDENCE: Final = 0.7
"""How sure `refine_labels` is of the label map's pixels; the result hardly depends on it from 0.6 to 0.9."""


class CrfEngine(Protocol):
    """What runs the CRF of one photo: `DenseCrf`, or one handed in that does the same on another device."""

    @property
    def notices(self) -> tuple[str, ...]:
        """What the user should know."""

    def run(
        self,
        probabilities: Float32Array,
        *,
        fixed: AnyArray | None = None,
        cancelled: Callable[[], bool] | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Float32Array:
        """See `DenseCrf.run`."""


CrfFactory: TypeAlias = Callable[[UInt8Array, CrfParameters], CrfEngine]
"""Makes the engine of one photo, (H, W, 3) uint8 RGB; raises as `DenseCrf` does."""


def crf_scores(
    crf: CrfEngine,
    scores: Scores,
    *,
    background_exponent: float = 1.0,
    strokes: AnyArray | None = None,
    cancelled: Callable[[], bool] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Scores:
    """Turn scores into the CRF's probabilities, for Algorithm 1 to act on (`--scores crf`).

    Parameters
    ----------
    crf
        Of the photo that the scores belong to.
    scores, background_exponent
        See `crf_probabilities`.
    strokes
        (H, W) int, class indices the user painted, see `fixed_channels`; a class without scores may be among them.
    cancelled, progress
        See `DenseCrf.run`.

    Returns
    -------
    Scores
        Q; background first. Q of the background is `values[0]`.
    """
    start = crf_probabilities(scores, background_exponent)
    return _run(crf, start, strokes, cancelled, progress)


def refine_labels(
    crf: CrfEngine,
    labels: UInt8Array,
    *,
    confidence: float = DEFAULT_CONFIDENCE,
    strokes: AnyArray | None = None,
    cancelled: Callable[[], bool] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> UInt8Array:
    """Run the CRF on a finished label map (`--refine`).

    Parameters
    ----------
    crf
        Of the photo that the label map belongs to.
    labels
        (H, W) uint8; pixels of 255 (ignore) take the label their surroundings suggest.
    confidence
        See `label_probabilities`.
    strokes, cancelled, progress
        See `crf_scores`.

    Returns
    -------
    UInt8Array
        (H, W) uint8 of the classes in `labels` and `strokes`; `labels` itself, copied, if all is to be ignored.

    Raises
    ------
    OptionError
        `confidence` is outside (0, 1).
    """
    start = label_probabilities(labels, confidence)
    result = _run(crf, start, strokes, cancelled, progress)
    return most_likely(result) if result.classes else labels.copy()


def most_likely(scores: Scores) -> UInt8Array:
    """Return the label map of the highest score per pixel, (H, W) uint8; the first wins a tie."""
    return np.asarray(np.array(scores.classes, np.uint8)[scores.values.argmax(axis=0)], np.uint8)


def _run(
    crf: CrfEngine,
    start: Scores,
    strokes: AnyArray | None,
    cancelled: Callable[[], bool] | None,
    progress: Callable[[int, int], None] | None,
) -> Scores:
    fixed = None
    if strokes is not None:
        start, fixed = fixed_channels(start, strokes)
    if not start.classes:
        return start
    return Scores(crf.run(start.values, fixed=fixed, cancelled=cancelled, progress=progress), start.classes)
