"""The other label map of the split view: as it was before, without corrections, or the ground truth."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Final, TypeAlias

import numpy as np
from psygnal import Signal

from edam_gui.core.arrays import UInt8Array
from edam_gui.jobs import JobContext
from edam_gui.session.context import Context
from edam_gui.session.labelling import automatic


class Against(StrEnum):
    """What the present label map is compared with."""

    BEFORE = "before"
    AUTOMATIC = "automatic"
    TRUTH = "ground truth"


MakeBefore: TypeAlias = Callable[[int, JobContext], UInt8Array]
"""Makes an image's label map as it was, given its id; called in a job."""
_JOB: Final = "compare-before"


class Comparison:
    """Holds the other label map.

    Parameters
    ----------
    context
        The session's state.
    """

    changed = Signal()

    def __init__(self, context: Context) -> None:
        self._context = context
        self._number = 0
        self._before: UInt8Array | None = None
        self._make: MakeBefore | None = None
        self.against = Against.BEFORE
        self.wanted = False
        context.events.labels_changed.connect(self._labels_changed)
        context.events.current_changed.connect(self._forget)

    @property
    def labels(self) -> UInt8Array | None:
        """The other label map, (H, W) uint8; `None`: there is none to compare with."""
        current = self._context.current
        if current is None or current.labels is None or not self.wanted:
            return None
        if self.against is Against.BEFORE:
            return self._before
        if self.against is Against.AUTOMATIC:
            return automatic(current)
        return current.files.ground_truth if current.files is not None else None

    @property
    def is_same(self) -> bool:
        """Whether there is nothing to see yet: the label map is what it was when comparing began."""
        current, before = self._context.current, self.labels
        if current is None or current.labels is None or before is None or self.against is not Against.BEFORE:
            return False
        return np.array_equal(before, current.labels)

    def want(self, wanted: bool) -> None:
        """Begin to compare with the label map as it is now, or stop."""
        self.wanted = wanted
        self._before = self._make = None
        if wanted:
            self.remember()
        self.changed.emit()

    def make_before(self, make: MakeBefore) -> None:
        """Say how the label map before is made for images that come up from now on, until comparing stops."""
        self._make = make

    def choose(self, against: Against) -> None:
        """Compare with something else."""
        self.against = against
        self.changed.emit()

    def remember(self) -> None:
        """Take the label map as it is now for `before`."""
        current = self._context.current
        if current is not None and current.labels is not None:
            self._before = current.labels.copy()
            self._number = current.number
            self.changed.emit()

    def _labels_changed(self, _: object) -> None:
        current = self._context.current
        if self.wanted and current is not None and (self._before is None or self._number != current.number):
            if self._make is None:
                self.remember()
            elif not self._context.jobs.is_busy(_JOB):
                self._ask(current.id, current.number, self._make)
        elif self.wanted and self.against is Against.AUTOMATIC:
            self.changed.emit()

    def _ask(self, image: int, number: int, make: MakeBefore) -> None:
        def done(labels: UInt8Array) -> None:
            current = self._context.current
            if current is not None and current.number == number:
                self._before, self._number = labels, number
                self.changed.emit()

        self._context.jobs.start(_JOB, lambda context: make(image, context), done=done)

    def _forget(self) -> None:
        self._before = None
        self._context.jobs.cancel(_JOB)
        if self.wanted:
            self.changed.emit()
