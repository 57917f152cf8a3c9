"""The `region` rule while thresholds move: regions are kept until a saliency cut moves."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np

from edam_gui.core.arrays import BoolArray, Float32Array, UInt8Array
from edam_gui.core.live.cuts import Cuts, cuts_of
from edam_gui.core.live.saliency import SaliencyCuts
from edam_gui.core.live.strips import Strips
from edam_gui.core.options import LabelRule
from edam_gui.core.regions import Regions, find_regions


class RegionRule:
    """Regions of one image, for the saliency cuts used last.

    Parameters
    ----------
    winner, value
        (H, W) uint8 and float32: the best class and its score.
    saliency
        (H, W) uint8 or `None`.
    """

    def __init__(self, winner: UInt8Array, value: Float32Array, saliency: UInt8Array | None) -> None:
        self._winner = winner
        self._value = value
        self._saliency = saliency
        self._strips = Strips.of((winner.shape[0], winner.shape[1]))
        self._found: tuple[SaliencyCuts, Regions] | None = None

    def regions(self, rule: LabelRule, cuts: Mapping[int, Cuts]) -> Regions:
        """Return the regions for the rule's saliency cuts; `cuts` are those of the present classes."""
        common = cuts_of(rule.thresholds, rule.dialect, self._saliency is not None).salient
        # Salient pixels where the background wins join regions, by the common theta.
        salient = SaliencyCuts.of({0: common} | {c: own.salient for c, own in cuts.items()})
        if self._found is None or self._found[0] != salient:
            self._found = (salient, find_regions(self._winner, self._value, self._salient(salient)))
        return self._found[1]

    def label_map(self, rule: LabelRule, cuts: Mapping[int, Cuts], out: UInt8Array) -> None:
        """Write the label map; a salient region may hold several classes, each judges by its own alpha."""
        regions = self.regions(rule, cuts)
        alike: dict[tuple[np.float32, np.float32], list[int]] = {}
        for c in cuts:
            own = rule.of(c)
            alike.setdefault((own.alpha32, own.beta32), []).append(c)
        tables = [(regions.table(np.asarray(a), np.asarray(b)), classes) for (a, b), classes in alike.items()]
        tables.sort(key=lambda item: -len(item[1]))

        def work(_: int, part: slice, scratch: UInt8Array) -> None:
            keep, own_keep, of_class = scratch
            winner = self._winner[part]
            np.take(tables[0][0], regions.ids[part], out=keep, mode="clip")
            for table, classes in tables[1:]:
                np.take(table, regions.ids[part], out=own_keep, mode="clip")
                for c in classes:
                    np.equal(winner, np.uint8(c), out=of_class.view(np.bool_))
                    cv2.copyTo(own_keep, of_class, keep)
            cv2.bitwise_and(winner, keep, dst=out[part])

        self._strips.run(work, 3)

    def _salient(self, cuts: SaliencyCuts) -> BoolArray:
        if self._saliency is None or cuts.trivial:
            return np.ones(self._winner.shape, np.bool_)
        saliency, others = self._saliency, np.empty_like(self._winner)
        self._strips.run(
            lambda _, part, scratch: cuts.mark_others(saliency[part], self._winner[part], scratch, others[part]), 2
        )
        salient: BoolArray = np.equal(others, 0)
        return salient
