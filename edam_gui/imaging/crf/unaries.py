"""What a dense CRF starts from: probabilities out of scores or label maps, and pixels fixed by a user's strokes."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from edam_gui.core.activation_masks import Scores
from edam_gui.core.arrays import AnyArray, Int32Array, UInt8Array
from edam_gui.core.errors import OptionError
from edam_gui.core.label_set import BACKGROUND, IGNORE
from edam_gui.core.pseudo_label import without_background

FREE: Final = -1
"""A pixel whose label is not fixed."""


def crf_probabilities(scores: Scores, background_exponent: float = 1.0) -> Scores:
    """Return EDAM's input of the CRF: ``[(1 - max over the present classes) ** exponent, present classes...]``.

    Parameters
    ----------
    scores
        Scores in [0, 1] of the classes present; a background channel is left out.
    background_exponent
        EDAM's authors use 1; networks with wide, weak masks need more, or the background takes everything.

    Returns
    -------
    Scores
        Background first, then the classes of `scores`; they need not sum to 1.

    Raises
    ------
    OptionError
        The exponent is not above 0, or not finite.
    """
    if not (math.isfinite(background_exponent) and background_exponent > 0):
        raise OptionError(f"The background exponent of the dense CRF must be above 0, not {background_exponent}.")
    foreground = without_background(scores)
    values = np.empty((len(foreground.classes) + 1, *scores.size), np.float32)
    values[1:] = foreground.values
    if foreground.classes:
        np.subtract(np.float32(1), foreground.values.max(axis=0), out=values[0])
        if background_exponent != 1.0:
            np.power(values[0].clip(0), np.float32(background_exponent), out=values[0])
    else:
        values[0] = 1
    return Scores(values, (BACKGROUND, *foreground.classes))


def label_probabilities(labels: UInt8Array, confidence: float) -> Scores:
    """Return the CRF's input for a label map that is right with a stated confidence.

    Parameters
    ----------
    labels
        (H, W) uint8; 255 = ignore: no opinion, all classes are as likely.
    confidence
        Probability of the pixel's own label, in (0, 1); the others share the rest.

    Returns
    -------
    Scores
        One channel for each class that occurs; none if every pixel is to be ignored.

    Raises
    ------
    OptionError
        `confidence` is outside (0, 1).
    """
    if not 0.0 < confidence < 1.0:
        raise OptionError(f"The confidence in the label map must lie between 0 and 1, not {confidence}.")
    classes = tuple(int(c) for c in np.unique(labels) if c != IGNORE)
    count = len(classes)
    other = (1.0 - confidence) / (count - 1) if count > 1 else 1.0
    values = np.full((count, *labels.shape), other, np.float32)
    for channel, class_index in zip(values, classes, strict=True):
        channel[labels == class_index] = confidence if count > 1 else 1.0
    if count > 1:
        values[:, labels == IGNORE] = 1.0 / count
    return Scores(values, classes)


def fixed_channels(start: Scores, strokes: AnyArray) -> tuple[Scores, Int32Array]:
    """Turn strokes into what `DenseCrf.run` takes as `fixed`.

    Parameters
    ----------
    start
        The CRF's input.
    strokes
        (H, W) int: a class index where the user painted; anything negative, or 255 (ignore), elsewhere.

    Returns
    -------
    Scores, Int32Array
        `start`, with a channel of zeros for each painted class it lacks, and (H, W): the channel of each painted
        pixel, -1 elsewhere.
    """
    painted = (strokes >= 0) & (strokes != IGNORE)
    used = {int(c) for c in np.unique(strokes[painted])}
    classes = tuple(sorted({*start.classes, *used}))
    if classes != start.classes:
        values = np.zeros((len(classes), *start.size), np.float32)
        values[[classes.index(c) for c in start.classes]] = start.values
        start = Scores(values, classes)
    channel_of = np.full(256, FREE, np.int32)
    channel_of[list(classes)] = np.arange(len(classes), dtype=np.int32)
    return start, np.where(painted, channel_of[np.where(painted, strokes, 0)], np.int32(FREE))
