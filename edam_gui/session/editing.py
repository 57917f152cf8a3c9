"""Painting on the current image: strokes, shapes, fills and clean-ups, all of them steps of its history."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from edam_gui.core.arrays import UInt8Array
from edam_gui.core.edits.brush import Brush, BrushPoint
from edam_gui.core.edits.layer import EditLayer
from edam_gui.core.edits.paint import paint
from edam_gui.core.edits.paint_rule import PaintContext, PaintRule
from edam_gui.core.edits.patch import EditPatch
from edam_gui.core.edits.recorder import REVERT, PaintValue
from edam_gui.core.edits.rect import Rect
from edam_gui.core.edits.region import Region
from edam_gui.core.edits.stroke import Stroke
from edam_gui.core.errors import EdamError
from edam_gui.core.label_set import BACKGROUND, IGNORE
from edam_gui.project.store import Status
from edam_gui.session.context import Context
from edam_gui.session.current import CurrentImage
from edam_gui.session.history_keeper import HistoryKeeper
from edam_gui.session.labelling import Labelling, automatic
from edam_gui.session.layer_restore import LABEL, SALIENCY


class Target(StrEnum):
    """What is painted on."""

    LABELS = "labels"
    SALIENCY = "saliency"


@dataclass(frozen=True)
class Paint:
    """How painting is done at the moment.

    Parameters
    ----------
    label
        Label that brush, shapes and fill write: 0..K, or 255 (ignore).
    brush
        Size and shape.
    rule
        Where painting is allowed.
    target
        Label map or saliency map.
    """

    label: int = BACKGROUND
    brush: Brush = field(default_factory=lambda: Brush(15.0))
    rule: PaintRule = field(default_factory=PaintRule)
    target: Target = Target.LABELS


class Editing:
    """The tools of the annotator.

    Parameters
    ----------
    context, labelling, history
        The session's state and the parts that edits go through.
    """

    def __init__(self, context: Context, labelling: Labelling, history: HistoryKeeper) -> None:
        self._context = context
        self._labelling = labelling
        self._history = history
        self._stroke: Stroke | None = None
        self._stroke_name = ""
        self.paint = Paint()
        self.on_first_edit: Callable[[], None] = lambda: None

    @property
    def is_painting(self) -> bool:
        """Whether a stroke is being painted."""
        return self._stroke is not None

    def set_paint(self, paint: Paint) -> None:
        """Paint in another way from now on."""
        self.paint = paint
        self._context.events.tool_changed.emit()

    def label_name(self, value: PaintValue | None = None) -> str:
        """Return the name of what is painted."""
        if self.paint.target is Target.SALIENCY:
            return "salient" if self.paint.label != BACKGROUND else "not salient"
        label = self.paint.label if value is None else value
        if label is REVERT:
            return "automatic"
        if label == IGNORE:
            return "ignore"
        names = self._context.label_set.names
        return names[int(label)] if int(label) < len(names) else str(label)

    # Strokes ---------------------------------------------------------------------------------------------------------

    def begin_stroke(self, point: BrushPoint, *, value: PaintValue | None = None) -> bool:
        """Begin a stroke with a dab; `False` if nothing can be painted on now."""
        current = self._context.current
        layer = self._layer()
        if current is None or layer is None or self._stroke is not None or not self._writable():
            return False
        written = self._value(value)
        try:
            stroke = Stroke(layer, self.paint.brush, written, self.paint.rule, self._paint_context(current))
        except EdamError as error:
            self._context.complain(str(error), "tool")
            return False
        self._labelling.hold(True)
        self._context.model.hold_back(True)
        self._stroke = stroke
        tool = "Revert" if value is REVERT else "Brush"
        self._stroke_name = tool if value is REVERT else f"{tool}: {self.label_name(value)}"
        self.extend_stroke([point])
        return True

    def extend_stroke(self, points: Iterable[BrushPoint]) -> None:
        """Paint on."""
        if self._stroke is not None:
            self._recompose(self._stroke.extend(points))

    def finish_stroke(self) -> None:
        """End the stroke: one step of the history, on the disk within 100 ms."""
        stroke, self._stroke = self._stroke, None
        if stroke is not None:
            self._keep(self._stroke_name, stroke.finish())
            self._release()

    def abort_stroke(self) -> None:
        """Take the stroke back as if it had not been begun."""
        stroke, self._stroke = self._stroke, None
        if stroke is not None:
            self._recompose(stroke.abort())
            self._release()

    def _release(self) -> None:
        self._labelling.hold(False)
        self._context.model.hold_back(False)

    # Regions ---------------------------------------------------------------------------------------------------------

    def fill(self, name: str, region: Region | None, *, value: PaintValue | None = None) -> None:
        """Paint a region in one step."""
        current, layer = self._context.current, self._layer()
        if region is None or current is None or layer is None or not self._writable():
            return
        try:
            patch = paint(layer, region, self._value(value), self.paint.rule, self._paint_context(current))
        except EdamError as error:
            self._context.complain(str(error), "tool")
            return
        for rect in patch.dirty if patch is not None else ():
            self._recompose(rect)
        self._keep(name, patch)

    # Below -----------------------------------------------------------------------------------------------------------

    def _layer(self) -> EditLayer | None:
        current = self._context.current
        if current is None or current.labels is None:
            return None
        return self._history.layer(current, LABEL if self.paint.target is Target.LABELS else SALIENCY)

    def _value(self, value: PaintValue | None) -> PaintValue:
        if value is not None and self.paint.target is Target.LABELS:
            return value
        if value is REVERT:
            return REVERT
        if self.paint.target is Target.SALIENCY:
            return 0 if self.paint.label == BACKGROUND else 255
        return self.paint.label

    def _writable(self) -> bool:
        project = self._context.project
        if project is not None and project.read_only:
            self._context.complain(project.read_only, "project")
            return False
        return project is not None

    def _paint_context(self, current: CurrentImage) -> PaintContext:
        scores = None
        if self.paint.rule.score_above is not None and current.masks is not None and current.frame is not None:
            scores = current.masks.plane(self.paint.label, current.frame.request.form)
        auto: UInt8Array = automatic(current)
        if self.paint.target is Target.SALIENCY and current.files is not None and current.files.saliency is not None:
            auto = current.files.saliency
        return PaintContext(auto, scores, current.saliency)

    def _recompose(self, rect: Rect | None) -> None:
        if rect is None:
            return
        if self.paint.target is Target.LABELS:
            self._labelling.compose(rect)
        else:
            self._labelling.compose_saliency(rect)

    def _keep(self, name: str, patch: EditPatch | None) -> None:
        if patch is None:
            return
        layer = LABEL if self.paint.target is Target.LABELS else SALIENCY
        self._history.record_patch(layer, name, patch)
        current = self._context.current
        if current is not None and current.status is Status.NEW:
            self.on_first_edit()
        if layer == SALIENCY:
            self._labelling.update()
        self._context.events.edits_changed.emit()
