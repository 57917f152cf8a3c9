"""The activation masks of one image, enlarged class by class when first asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Protocol

import numpy as np

from edam_gui.core.activation_masks import TINY_MAXIMUM, ActivationMasks, Scores
from edam_gui.core.arrays import Float32Array
from edam_gui.core.label_set import BACKGROUND
from edam_gui.core.options import ScoreForm

if TYPE_CHECKING:
    from edam_gui.model.pass_outputs import PassOutputs


class MaskStack(Protocol):
    """Where the scores of an image come from. Thread-safe."""

    @property
    def own_form(self) -> ScoreForm | None:
        """The form that a file holds; `None` where both forms can be had."""

    def scores(self, present: Iterable[int], form: ScoreForm) -> Scores:
        """Return the scores of the background (if there is one) and the present classes that have a mask."""

    def plane(self, class_index: int, form: ScoreForm) -> Float32Array | None:
        """Return one class's scores, (H, W), or `None` if it has no mask."""

    def tiny_classes(self, present: Iterable[int]) -> frozenset[int]:
        """Return the present classes that `max` would blow up from almost nothing."""


class NetworkMasks:
    """Masks of a network's passes; equal to `PassOutputs.masks(present).scores(form)`, but kept by class.

    Parameters
    ----------
    passes
        Low-resolution masks.
    channels
        Class -> channel of the passes; classes without one have no mask. `None`: they are the same.
    """

    own_form: ScoreForm | None = None

    def __init__(self, passes: PassOutputs, channels: Mapping[int, int] | None = None) -> None:
        self.passes = passes
        self._channels = {i: i for i in range(1, passes.num_classes + 1)} if channels is None else dict(channels)
        self._lock = threading.Lock()
        self._planes: dict[tuple[int, ScoreForm], Float32Array] = {}
        self._maxima: dict[int, float] = {}

    def scores(self, present: Iterable[int], form: ScoreForm) -> Scores:
        """See `MaskStack`."""
        background = [BACKGROUND] if self.passes.has_background else []
        wanted = (*background, *sorted(c for c in set(present) if c in self._channels))
        values = np.empty((len(wanted), *self.passes.size), np.float32)
        with self._lock:
            self._forget(wanted, form)
            for target, class_index in zip(values, wanted, strict=True):
                np.copyto(target, self._plane(class_index, form))
        return Scores(values, wanted)

    def plane(self, class_index: int, form: ScoreForm) -> Float32Array | None:
        """See `MaskStack`."""
        if class_index not in self._channels and not (class_index == BACKGROUND and self.passes.has_background):
            return None
        with self._lock:
            return self._plane(class_index, form)

    def tiny_classes(self, present: Iterable[int]) -> frozenset[int]:
        """See `MaskStack`."""
        limit = TINY_MAXIMUM * self.passes.passes
        return frozenset(c for c in present if c in self._maxima and self._maxima[c] < limit)

    def _plane(self, class_index: int, form: ScoreForm) -> Float32Array:
        key = (class_index, form)
        if key not in self._planes:
            total = np.zeros(self.passes.size, np.float32)
            self.passes.add_plane(self._channels.get(class_index, BACKGROUND), total)
            maximum = np.float32(total.max()) if total.size else np.float32(0)
            self._maxima[class_index] = float(maximum)
            divisor = np.float32(self.passes.passes)
            if form is ScoreForm.MAX:
                divisor = maximum if maximum > 0 else np.float32(1)
            self._planes[key] = np.divide(total, divisor, out=total)
        return self._planes[key]

    def _forget(self, wanted: tuple[int, ...], form: ScoreForm) -> None:
        """Drop planes of the other form, and of classes that are not shown now, once they are many."""
        stale = [k for k in self._planes if k[1] is not form or k[0] not in wanted]
        if len(stale) > 4:
            for key in stale:
                del self._planes[key]


class FileMasks:
    """Masks that a file holds.

    Parameters
    ----------
    masks
        As read.
    """

    def __init__(self, masks: ActivationMasks) -> None:
        self._masks = masks
        self._lock = threading.Lock()
        self._scores: dict[ScoreForm, Scores] = {}

    @property
    def own_form(self) -> ScoreForm | None:
        """See `MaskStack`."""
        return self._masks.form

    @property
    def classes(self) -> frozenset[int]:
        """The classes that the file has masks of, without the background."""
        return frozenset(self._masks.classes) - {BACKGROUND}

    def scores(self, present: Iterable[int], form: ScoreForm) -> Scores:
        """See `MaskStack`."""
        return self._all(form).select(present)

    def plane(self, class_index: int, form: ScoreForm) -> Float32Array | None:
        """See `MaskStack`."""
        scores = self._all(form)
        return scores.values[scores.classes.index(class_index)] if class_index in scores.classes else None

    def tiny_classes(self, present: Iterable[int]) -> frozenset[int]:
        """See `MaskStack`."""
        return frozenset(self._masks.tiny_classes()) & frozenset(present)

    def _all(self, form: ScoreForm) -> Scores:
        with self._lock:
            if form not in self._scores:
                self._scores[form] = self._masks.scores(form)
            return self._scores[form]
