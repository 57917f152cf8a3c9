"""Algorithm 1 while thresholds move: the same label map as `pseudo_label`, to the pixel, in milliseconds.

What depends on the image alone is computed once, on first use. Where the winner alone decides (`paper`, and
`reference` while all classes share alpha and beta) see `core.live.by_winner`; `reference` with an alpha or beta of a
class's own see `core.live.ranked`. Saliency cuts may differ between classes in both.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from edam_gui.core.activation_masks import Scores
from edam_gui.core.arrays import UInt8Array
from edam_gui.core.explain import Explanation, explain
from edam_gui.core.first_class import FirstClass, find_records
from edam_gui.core.live.by_winner import ByWinner
from edam_gui.core.live.cuts import Cuts, cuts_by_class
from edam_gui.core.live.ranked import MAX_CLASSES, Ranked
from edam_gui.core.live.region_rule import RegionRule
from edam_gui.core.options import Dialect, LabelRule, Rule, ScoreSource
from edam_gui.core.pseudo_label import pseudo_label, winner_and_score, without_background


class LiveLabel:
    """The label map of one image under changing thresholds.

    Not thread-safe: one instance belongs to one thread at a time. The arrays passed in are not copied and must
    not change.

    Parameters
    ----------
    scores
        Background (optional) and present classes.
    saliency
        (H, W) uint8 or `None`.

    Raises
    ------
    ValueError
        Saliency and scores differ in size.
    """

    def __init__(self, scores: Scores, saliency: UInt8Array | None) -> None:
        if saliency is not None and saliency.shape != scores.size:
            raise ValueError(f"saliency {saliency.shape} and scores {scores.size} differ in size")
        self._scores = scores
        self._saliency = None if saliency is None else np.ascontiguousarray(saliency)
        self._grounds: dict[Dialect, ByWinner] = {}
        self._first: FirstClass | None = None
        self._ranked: Ranked | None = None
        self._region_rule: RegionRule | None = None

    def prepare(self, dialect: Dialect) -> None:
        """Compute what depends on the image alone, so that the first `label_map` is as fast as every other.

        Enough where classes share alpha and beta; `prepare_rule` serves every rule.
        """
        if any(self._scores.classes):
            self._ground(dialect)

    def prepare_rule(self, rule: LabelRule) -> None:
        """Compute what ``label_map(rule)`` needs of the image alone."""
        if not any(self._scores.classes):
            return
        if self._is_crf_argmax(rule):
            self._ground(Dialect.PAPER)
        elif self._needs_ranks(rule, self._cuts(rule)):
            self._ranks()
        else:
            self._ground(rule.dialect)

    def label_map(self, rule: LabelRule, out: UInt8Array | None = None) -> UInt8Array:
        """Return the label map, equal to ``pseudo_label(scores, saliency, rule)``.

        Parameters
        ----------
        rule
            Dialect, rule and thresholds. More than 127 present classes whose alpha or beta differ take the plain
            way in `reference`.
        out
            (H, W) uint8, C-contiguous, to write into; a new array without it.
        """
        if out is None:
            out = np.empty(self._scores.size, np.uint8)
        if not any(self._scores.classes) or not out.size:
            out.fill(0)
        elif self._is_crf_argmax(rule):
            np.copyto(out, self._ground(Dialect.PAPER).winner)
        elif rule.rule is Rule.REGION:
            self._by_region().label_map(rule, self._cuts(rule), out)
        elif self._needs_ranks(rule, cuts := self._cuts(rule)):
            self._by_rank(rule, cuts, out)
        else:
            ground = self._ground(rule.dialect)
            ground.label_map(cuts, self._source(rule, cuts), out)
        return out

    def explain(self, y: int, x: int, rule: LabelRule) -> Explanation:
        """Say what decides the pixel at row y, column x; see `core.explain`. Microseconds.

        The regions of the `region` rule are those of the map on the screen, kept since the last `label_map`.
        """
        regions = None
        if rule.rule is Rule.REGION and any(self._scores.classes):
            regions = self._by_region().regions(rule, self._cuts(rule))
        return explain(self._scores, self._saliency, rule, y, x, regions)

    def _is_crf_argmax(self, rule: LabelRule) -> bool:
        return rule.dialect is Dialect.REFERENCE and self._saliency is None and rule.scores is ScoreSource.CRF

    def _cuts(self, rule: LabelRule) -> dict[int, Cuts]:
        return cuts_by_class(rule, self._scores.classes, self._saliency is not None)

    def _needs_ranks(self, rule: LabelRule, cuts: Mapping[int, Cuts]) -> bool:
        """Whether a class may be out at a pixel where a lower one survives."""
        return rule.dialect is Dialect.REFERENCE and len({(own.inside, own.outside) for own in cuts.values()}) > 1

    def _ground(self, dialect: Dialect) -> ByWinner:
        if dialect not in self._grounds:
            if dialect is Dialect.PAPER:
                winner, value = winner_and_score(self._scores)
            else:
                records = find_records(without_background(self._scores))
                self._first = FirstClass(records)
                winner, value = records.winner, records.best
            self._grounds[dialect] = ByWinner(winner, value, self._saliency)
        return self._grounds[dialect]

    def _source(self, rule: LabelRule, cuts: Mapping[int, Cuts]) -> UInt8Array:
        """Return the class a pixel has if it keeps one: in `reference` the lowest that pops up, else the best."""
        ground = self._ground(rule.dialect)
        if rule.dialect is Dialect.PAPER or self._saliency is None:
            return ground.winner
        assert self._first is not None  # noqa: S101 - made with the ground
        popped = np.float32(next(iter(cuts.values())).outside)
        return self._first.above(np.nextafter(popped, np.float32(-np.inf)))

    def _ranks(self) -> Ranked | None:
        classes = without_background(self._scores)
        if self._ranked is None and self._saliency is not None and len(classes.classes) <= MAX_CLASSES:
            self._ranked = Ranked(classes, self._saliency)
        return self._ranked

    def _by_rank(self, rule: LabelRule, cuts: Mapping[int, Cuts], out: UInt8Array) -> None:
        ranked = self._ranks()
        if ranked is None:
            np.copyto(out, pseudo_label(self._scores, self._saliency, rule))
        else:
            ranked.label_map(cuts, out)

    def _by_region(self) -> RegionRule:
        if self._region_rule is None:
            ground = self._ground(Dialect.PAPER)
            self._region_rule = RegionRule(ground.winner, ground.value, self._saliency)
        return self._region_rule
