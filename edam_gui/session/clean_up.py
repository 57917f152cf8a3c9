"""Clean-ups of the whole label map: looked at on the canvas first, then made as one step of the history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from edam_gui.core.arrays import UInt8Array
from edam_gui.core.edits.cleanup.band import ignore_band
from edam_gui.core.edits.cleanup.holes import fill_holes
from edam_gui.core.edits.cleanup.islands import remove_islands
from edam_gui.core.edits.cleanup.resize_class import grow_class, shrink_class
from edam_gui.core.edits.cleanup.smooth import smooth_outlines
from edam_gui.core.edits.cleanup.unstable import unstable
from edam_gui.core.edits.paint_rule import PaintContext, PaintRule
from edam_gui.core.edits.relabel import Relabel
from edam_gui.core.errors import OptionError
from edam_gui.jobs import JobContext
from edam_gui.session.context import Context
from edam_gui.session.current import CurrentImage
from edam_gui.session.editing import Editing
from edam_gui.session.labelling import automatic
from edam_gui.session.threshold_steps import NearbyMaps

_KEY: Final = "clean-up"


class CleanUpKind(StrEnum):
    """What is cleaned up."""

    ISLANDS = "islands"
    HOLES = "holes"
    GROW = "grow"
    SHRINK = "shrink"
    SMOOTH = "smooth"
    BAND = "band"
    UNSTABLE = "unstable"


@dataclass(frozen=True)
class CleanUpOrder:
    """A clean-up.

    Parameters
    ----------
    kind
        What is done.
    amount
        Islands and holes: pixels; grow, shrink, smooth: radius in px; band: width in px; unstable: threshold steps.
    label
        The class it is done to; `None`: all classes. Grow and shrink need one, unstable takes none.
    """

    kind: CleanUpKind
    amount: int
    label: int | None = None


class CleanUp:
    """Proposes changes of the current label map.

    `preview` and `change` follow the order, in a job, and also the label map while an order stands. What is protected
    by the paint rule stays; its other limits hold for 'grow' only, since they speak of what is painted over.

    Parameters
    ----------
    context, editing
        The session's state, and what makes the change.
    """

    def __init__(self, context: Context, editing: Editing) -> None:
        self._context = context
        self._editing = editing
        self.order: CleanUpOrder | None = None
        self.change: Relabel | None = None
        self.preview: UInt8Array | None = None
        self.is_busy = False
        context.events.labels_changed.connect(self._labels_changed)
        context.events.current_changed.connect(self.cancel)
        context.events.edits_changed.connect(self._edits_changed)
        context.events.tool_changed.connect(self._again)

    @property
    def pixels(self) -> int:
        """How many pixels the proposed change alters."""
        return 0 if self.change is None else self.change.region.count

    def propose(self, order: CleanUpOrder) -> None:
        """Show what an order would do."""
        if order != self.order:
            self.order = order
            self._again()

    def apply(self) -> bool:
        """Make the proposed change, one step; return whether anything changed. The order stands no more."""
        order, change, rule = self.order, self.change, self._rule(self.order)
        if order is None or self.is_busy:
            return False
        self.cancel()
        return self._editing.relabel(self.name(order), change, rule)

    def cancel(self) -> None:
        """Show the label map as it is."""
        self._context.jobs.cancel(_KEY)
        was_open = self.order is not None
        self.order = self.change = self.preview = None
        self.is_busy = False
        if was_open:
            self._context.events.preview_changed.emit()

    def name(self, order: CleanUpOrder) -> str:
        """Return what the history calls an order."""
        amount = order.amount
        what = {
            CleanUpKind.ISLANDS: f"Remove islands below {amount} px",
            CleanUpKind.HOLES: f"Fill holes up to {amount} px",
            CleanUpKind.GROW: f"Grow by {amount} px",
            CleanUpKind.SHRINK: f"Shrink by {amount} px",
            CleanUpKind.SMOOTH: f"Smooth by {amount} px",
            CleanUpKind.BAND: f"Ignore {amount} px along borders",
            CleanUpKind.UNSTABLE: f"Ignore what flips within {amount} threshold step{'s' if amount > 1 else ''}",
        }[order.kind]
        return what if order.label is None else f"{what}: {self._editing.label_name(order.label)}"

    # Below -----------------------------------------------------------------------------------------------------------

    def _labels_changed(self, _: object) -> None:
        if not self._editing.is_painting:
            self._again()
        elif self.preview is not None:
            # A stroke must be seen as it is painted; its end brings the preview back.
            self.change = self.preview = None
            self._context.events.preview_changed.emit()

    def _edits_changed(self) -> None:
        if not self._editing.is_painting:
            self._again()

    def _again(self) -> None:
        current = self._context.current
        if self.order is None:
            return
        if current is None or current.labels is None:
            self.cancel()
            return
        labels = current.labels.copy()
        try:
            make = self._work(current, self.order, labels)
        except OptionError as error:
            self._failed(str(error))
            return
        rule, context = self._rule(self.order), PaintContext(automatic(current))

        def work(_: JobContext) -> tuple[Relabel | None, UInt8Array]:
            change = make()
            if change is not None and not rule.is_free:
                change = change.restricted(labels, rule, context)
            return change, labels if change is None else change.preview(labels)

        self.is_busy = True
        self._context.jobs.start(_KEY, work, done=self._done, failed=self._failed, lane="clean-up")
        self._context.events.preview_changed.emit()

    def _done(self, result: tuple[Relabel | None, UInt8Array]) -> None:
        self.is_busy = False
        self.change, self.preview = result
        self._context.events.preview_changed.emit()

    def _failed(self, sentence: str) -> None:
        self.is_busy = False
        self.change = self.preview = None
        self._context.complain(sentence, "tool")
        self._context.events.preview_changed.emit()

    def _rule(self, order: CleanUpOrder | None) -> PaintRule:
        own = self._editing.paint.rule
        if order is not None and order.kind is CleanUpKind.GROW:
            return PaintRule(own.over, own.over_label, own.protected)
        return PaintRule(protected=own.protected)

    def _work(self, current: CurrentImage, order: CleanUpOrder, labels: UInt8Array) -> Callable[[], Relabel | None]:
        amount, label = order.amount, order.label
        classes = None if label is None else (label,)
        match order.kind:
            case CleanUpKind.ISLANDS:
                return lambda: remove_islands(labels, amount, classes)
            case CleanUpKind.HOLES:
                return lambda: fill_holes(labels, classes, amount)
            case CleanUpKind.SMOOTH:
                return lambda: smooth_outlines(labels, amount, classes)
            case CleanUpKind.BAND:
                return lambda: ignore_band(labels, amount, classes)
            case CleanUpKind.UNSTABLE:
                nearby = NearbyMaps.of(current, amount)
                return lambda: unstable(labels, nearby.maps(labels))
            case CleanUpKind.GROW | CleanUpKind.SHRINK:
                if label is None:
                    raise OptionError("Choose the class that is to grow or shrink.")
                function = grow_class if order.kind is CleanUpKind.GROW else shrink_class
                return lambda: function(labels, label, amount)
