"""The lowest class above a moving threshold, at every pixel: what the `reference` dialect's beta needs.

Going through the classes in ascending order, a class sets a *record* where its score exceeds all before it. The
lowest class whose score exceeds t is the class of the first record that exceeds t; where none does, we keep the
last record, the best class. A rising t passes records one by one, and passing one changes that pixel's class to
the next record's. Those changes ("events") are kept sorted by score: a moving t costs the events it passes, and
a jump costs one copy of the nearest stored map ("checkpoint") and the events between.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edam_gui.core.activation_masks import Scores
from edam_gui.core.arrays import Float32Array, Int32Array, UInt8Array

_MAX_CHECKPOINTS = 32
_PIXELS_PER_CHECKPOINT = 16
"""One checkpoint per (pixels / this) events: half of that many are replayed at most."""


@dataclass(frozen=True, eq=False)
class Records:
    """The records of one image.

    Parameters
    ----------
    best, winner
        (H, W) float32 and uint8: the last record and its class, 0 where no score is positive.
    first
        (H, W) uint8: the class of the first record, 0 where there is none.
    values
        (n,) float32, ascending: the score at which each event happens.
    pixels
        (n,) int32: flat index of the pixel it happens to.
    before, after
        (n,) uint8: the pixel's class before and after it.
    """

    best: Float32Array
    winner: UInt8Array
    first: UInt8Array
    values: Float32Array
    pixels: Int32Array
    before: UInt8Array
    after: UInt8Array


def find_records(scores: Scores) -> Records:
    """Collect the records of an image.

    Parameters
    ----------
    scores
        Present classes without the background; scores that are not positive set no record.
    """
    best = np.zeros(scores.size, np.float32)
    winner = np.zeros(scores.size, np.uint8)
    first = np.zeros(scores.size, np.uint8)
    pixels: list[Int32Array] = []
    values: list[Float32Array] = []
    before: list[UInt8Array] = []
    after: list[UInt8Array] = []
    for class_index, channel in zip(scores.classes, scores.values, strict=True):
        record = channel > best
        known = winner != 0
        np.copyto(first, np.uint8(class_index), where=record & ~known)
        again = np.flatnonzero(record & known).astype(np.int32)
        pixels.append(again)
        values.append(best.reshape(-1)[again])
        before.append(winner.reshape(-1)[again])
        after.append(np.full(again.size, class_index, np.uint8))
        np.copyto(winner, np.uint8(class_index), where=record)
        np.maximum(best, channel, out=best)
    all_values = np.concatenate(values)
    # The records of one pixel differ strictly, so no stable order is needed.
    order = np.argsort(all_values)
    return Records(
        best,
        winner,
        first,
        all_values[order],
        np.concatenate(pixels)[order],
        np.concatenate(before)[order],
        np.concatenate(after)[order],
    )


class FirstClass:
    """The map of the first record above t, for one t after the other.

    Parameters
    ----------
    records
        Of the image.
    """

    def __init__(self, records: Records) -> None:
        self._records = records
        self._map = records.first.copy()
        self._passed = 0
        self._checkpoints = {0: records.first}
        step = max(records.first.size // _PIXELS_PER_CHECKPOINT, records.values.size // _MAX_CHECKPOINTS, 1)
        for position in range(step, records.values.size, step):
            self._replay(position)
            self._checkpoints[position] = self._map.copy()

    def above(self, threshold: np.float32) -> UInt8Array:
        """Return the class of the first record above the threshold, else of the last record.

        Parameters
        ----------
        threshold
            t >= 0.

        Returns
        -------
        UInt8Array
            (H, W) uint8, valid until the next call.
        """
        position = int(np.searchsorted(self._records.values, threshold, side="right"))
        nearest = min(self._checkpoints, key=lambda p: abs(p - position))
        # Copying a whole map pays from a number of events on that is far below the number of pixels.
        if abs(position - self._passed) > abs(position - nearest) + self._map.size // 32:
            np.copyto(self._map, self._checkpoints[nearest])
            self._passed = nearest
        self._replay(position)
        return self._map

    def _replay(self, position: int) -> None:
        """Move the map to where `position` events have happened."""
        flat = self._map.reshape(-1)
        records = self._records
        if position > self._passed:
            part = slice(self._passed, position)
            # numpy indexes three times as fast by its own integer type, the conversion included.
            # Of several events of one pixel the last assignment stays, as it must.
            flat[records.pixels[part].astype(np.intp)] = records.after[part]
        elif position < self._passed:
            part = slice(position, self._passed)
            flat[records.pixels[part][::-1].astype(np.intp)] = records.before[part][::-1]
        self._passed = position
