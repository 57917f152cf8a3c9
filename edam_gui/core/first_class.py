"""The lowest class above a moving threshold, at every pixel: what the `reference` dialect's beta needs.

Going through the classes in ascending order, a class sets a *record* where its score exceeds all before it. The
lowest class whose score exceeds t is the class of the first record that exceeds t; where none does, we keep the
last record, the best class. A rising t passes records one by one, and passing one changes that pixel's class to
the next record's. Those changes ("events") are kept in order of their score, with whole maps ("checkpoints")
in between, so that any t costs one copy and the events since the checkpoint before it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edam_gui.core.activation_masks import Scores
from edam_gui.core.arrays import AnyArray, Float32Array, UInt8Array
from edam_gui.core.buckets import Buckets, make_buckets

_BUCKETS = 256
_MAX_CHECKPOINTS = 32
_EVENTS_PER_CHECKPOINT = 1 / 32
"""As a share of the pixels."""


@dataclass(frozen=True, eq=False)
class FirstClass:
    """The first record above t for any t >= 0.

    Parameters
    ----------
    best
        (H, W) float32: the last record, i.e. the best positive score, 0 where there is none.
    winner
        (H, W) uint8: its class, 0 where there is none.
    events
        Buckets of the scores at which a pixel changes to its next record's class.
    pixels, classes
        Flat pixel index (intp) and class (uint8) of each event, in the buckets' order.
    checkpoints
        bucket -> (H, W) uint8 map before the events of that bucket; bucket 0 is always there.
    """

    best: Float32Array
    winner: UInt8Array
    events: Buckets
    pixels: AnyArray
    classes: UInt8Array
    checkpoints: dict[int, UInt8Array]

    def above(self, threshold: np.float32, out: UInt8Array) -> UInt8Array:
        """Write the class of the first record above the threshold (else the last record) into `out`."""
        if not self.pixels.size:
            np.copyto(out, self.winner)
            return out
        bucket = self.events.bucket_of(threshold)
        inside = self.events.span(bucket)
        start = max(b for b in self.checkpoints if b <= bucket)
        np.copyto(out, self.checkpoints[start])
        flat = out.reshape(-1)
        between = slice(int(self.events.offsets[start]), inside.start)
        flat[self.pixels[between]] = self.classes[between]
        passed = self.events.values[inside] <= threshold
        flat[self.pixels[inside][passed]] = self.classes[inside][passed]
        return out


def find_first_class(scores: Scores) -> FirstClass:
    """Collect the records of an image.

    Parameters
    ----------
    scores
        Present classes without the background.
    """
    best = np.zeros(scores.size, np.float32)
    winner = np.zeros(scores.size, np.uint8)
    first = np.zeros(scores.size, np.uint8)
    pixels: list[AnyArray] = []
    values: list[Float32Array] = []
    classes: list[UInt8Array] = []
    for class_index, channel in zip(scores.classes, scores.values, strict=True):
        record = channel > best
        again = np.flatnonzero(record & (winner != 0))
        pixels.append(again)
        values.append(best.reshape(-1)[again])
        classes.append(np.full(again.size, class_index, np.uint8))
        first[record & (winner == 0)] = class_index
        winner[record] = class_index
        np.maximum(best, channel, out=best)
    # A stable grouping keeps the records of one pixel in their order.
    events = make_buckets(np.concatenate(values), _BUCKETS)
    ordered_pixels = np.concatenate(pixels)[events.order]
    ordered_classes = np.concatenate(classes)[events.order]
    checkpoints = _checkpoints(first, events, ordered_pixels, ordered_classes)
    return FirstClass(best, winner, events, ordered_pixels, ordered_classes, checkpoints)


def _checkpoints(first: UInt8Array, events: Buckets, pixels: AnyArray, classes: UInt8Array) -> dict[int, UInt8Array]:
    found = {0: first}
    step = max(first.size * _EVENTS_PER_CHECKPOINT, pixels.size / _MAX_CHECKPOINTS)
    current = first.copy()
    flat = current.reshape(-1)
    done = 0
    for bucket in range(1, events.count):
        start = int(events.offsets[bucket])
        if start - done >= step:
            flat[pixels[done:start]] = classes[done:start]
            done = start
            found[bucket] = current.copy()
    return found
