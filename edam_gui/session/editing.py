"""Painting on the current image: strokes, regions and proposed changes, all of them steps of its history."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from edam_gui.core.arrays import UInt8Array
from edam_gui.core.edits.brush import BrushPoint
from edam_gui.core.edits.layer import EditLayer
from edam_gui.core.edits.paint import paint
from edam_gui.core.edits.paint_rule import ANYWHERE, PaintContext, PaintRule
from edam_gui.core.edits.patch import EditPatch
from edam_gui.core.edits.recorder import REVERT, PaintValue
from edam_gui.core.edits.rect import Rect
from edam_gui.core.edits.region import Region
from edam_gui.core.edits.relabel import Relabel, accept
from edam_gui.core.edits.snapped_stroke import SnappedStroke
from edam_gui.core.edits.stroke import Stroke
from edam_gui.core.errors import EdamError
from edam_gui.core.label_set import BACKGROUND, IGNORE
from edam_gui.project.store import Status
from edam_gui.session.context import Context
from edam_gui.session.current import CurrentImage
from edam_gui.session.history_keeper import HistoryKeeper
from edam_gui.session.labelling import Labelling, automatic
from edam_gui.session.layer_restore import LABEL, SALIENCY
from edam_gui.session.messages import Level
from edam_gui.session.paint import Paint, Target
from edam_gui.session.superpixels import Superpixels
from edam_gui.session.ticks import UNTICKED

__all__ = ["Editing", "Paint", "Target"]

_TOPIC = "tool"


@dataclass(eq=False)
class _OpenStroke:
    stroke: Stroke | SnappedStroke
    target: Target
    name: str


class Editing:
    """The tools of the annotator.

    Parameters
    ----------
    context, labelling, history
        The session's state and the parts that edits go through.
    superpixels
        What snapped strokes claim.
    """

    def __init__(
        self, context: Context, labelling: Labelling, history: HistoryKeeper, superpixels: Superpixels
    ) -> None:
        self._context = context
        self._labelling = labelling
        self._history = history
        self._superpixels = superpixels
        self._open: _OpenStroke | None = None
        self._said = False
        self.paint = Paint()
        self.on_first_edit: Callable[[], None] = lambda: None
        context.events.current_changed.connect(self._image_gone)

    @property
    def is_painting(self) -> bool:
        """Whether a stroke is being painted."""
        return self._open is not None

    def set_paint(self, paint: Paint) -> None:
        """Paint in another way from now on; a stroke that is being painted goes on as it began."""
        if paint == self.paint:
            return
        self.paint = paint
        self._superpixels.want(paint.snap)
        self._context.events.tool_changed.emit()

    def resize_brush(self, steps: int) -> None:
        """Make the brush larger (or, with a negative number, smaller) by steps."""
        self.set_paint(self.paint.resized(steps))

    def label_name(self, value: PaintValue | None = None) -> str:
        """Return the name of what is painted: of the current label without a value."""
        written = self._value(value, self.paint.target)
        if written is REVERT:
            return "automatic"
        if self.paint.target is Target.SALIENCY:
            return "not salient" if written == BACKGROUND else "salient"
        if written == IGNORE:
            return "ignore"
        names = self._context.label_set.names
        return names[written] if written < len(names) else str(written)

    # Strokes ---------------------------------------------------------------------------------------------------------

    def begin_stroke(self, point: BrushPoint, *, value: PaintValue | None = None) -> bool:
        """Begin a stroke with a dab; `False` if nothing can be painted on now.

        Parameters
        ----------
        point
            Where.
        value
            What is written: a label, or `REVERT`; the current label without it. On the saliency map 0 is not salient,
            any other label salient.
        """
        target = self.paint.target
        layer = self._layer(target)
        if layer is None or self._open is not None:
            return False
        if not self._rule_can_judge(target):
            return False
        name = "Back to automatic" if value is REVERT else f"Brush: {self.label_name(value)}"
        try:
            stroke = self._new_stroke(layer, self._value(value, target))
        except EdamError as error:
            self._say(str(error), Level.ERROR)
            return False
        self._labelling.hold(True)
        self._context.model.hold_back(True)
        self._open = _OpenStroke(stroke, target, name)
        self.extend_stroke([point])
        return True

    def extend_stroke(self, points: Iterable[BrushPoint]) -> None:
        """Paint on."""
        if self._open is not None:
            self._recompose(self._open.target, self._open.stroke.extend(points))

    def finish_stroke(self) -> None:
        """End the stroke: one step of the history, on the disk within 100 ms."""
        ended, self._open = self._open, None
        if ended is not None:
            patch = ended.stroke.finish()
            self._keep(ended.target, ended.name, patch)
            self._release()
            if patch is None and ended.target is Target.LABELS:
                self._explain_nothing()

    def abort_stroke(self) -> None:
        """Take the stroke back as if it had not been begun."""
        ended, self._open = self._open, None
        if ended is not None:
            self._recompose(ended.target, ended.stroke.abort())
            self._release()

    def _new_stroke(self, layer: EditLayer, value: PaintValue) -> Stroke | SnappedStroke:
        brush, (rule, context) = self.paint.brush, self._rule(self.paint.target)
        if self.paint.snap:
            return SnappedStroke(layer, brush, value, self._superpixels.ready(), rule, context)
        return Stroke(layer, brush, value, rule, context)

    def _image_gone(self) -> None:
        """Forget a stroke on an image that was taken from the desk without having been left."""
        if self._open is not None:
            self._open = None
            self._release()

    def _release(self) -> None:
        self._labelling.hold(False)
        self._context.model.hold_back(False)

    # In one step -----------------------------------------------------------------------------------------------------

    def fill(self, name: str, region: Region | None, *, value: PaintValue | None = None) -> bool:
        """Paint a region in one step, as far as the paint rule allows; return whether that changed anything."""
        target = self.paint.target
        if region is None or not self._rule_can_judge(target):
            return False
        rule, context = self._rule(target)
        written = self._value(value, target)
        changed = self._in_one_step(target, name, lambda layer: paint(layer, region, written, rule, context))
        if not changed and not self._said:
            self._explain_nothing()
        return changed

    def relabel(self, name: str, change: Relabel | None, rule: PaintRule = ANYWHERE) -> bool:
        """Make a proposed change of the label map in one step, as far as `rule` allows; as `fill` otherwise."""
        current = self._context.current
        if change is None or current is None or current.frame is None or not self.is_map_whole():
            return False
        context = PaintContext(automatic(current))
        return self._in_one_step(Target.LABELS, name, lambda layer: accept(layer, change, rule, context))

    def remove_corrections(self, target: Target = Target.LABELS) -> bool:
        """Take back every correction of the image: what the thresholds (or the saliency file) give comes back."""

        def clear(layer: EditLayer) -> EditPatch | None:
            box = layer.box
            region = None if box is None else Region(box, layer.mask[box.slices].copy())
            return None if region is None else paint(layer, region, REVERT)

        what = "corrections" if target is Target.LABELS else "saliency corrections"
        return self._in_one_step(target, f"Remove all {what}", clear)

    def is_map_whole(self) -> bool:
        """Return whether the label map is that of the model; say so if it is still to come, for tools that go by it."""
        if self._context.masks_coming:
            self._say("The label map is not there yet: the model is still at work on this photo.", Level.INFO)
            return False
        return True

    def _rule_can_judge(self, target: Target) -> bool:
        return target is not Target.LABELS or self.paint.rule.is_free or self.is_map_whole()

    def bake(self) -> bool:
        """Make the whole label map as it is a correction: thresholds, ticks and model change it no more."""
        current = self._context.current
        if current is None or current.labels is None:
            return False
        whole = Rect.whole((current.labels.shape[0], current.labels.shape[1]))
        everywhere = Region(whole, np.ones(whole.size, np.bool_))
        return self.relabel("Bake into corrections", Relabel(everywhere, current.labels.copy()))

    def _in_one_step(self, target: Target, name: str, change: Callable[[EditLayer], EditPatch | None]) -> bool:
        layer = self._layer(target)
        if layer is None or self._open is not None:
            return False
        try:
            patch = change(layer)
        except EdamError as error:
            self._say(str(error), Level.ERROR)
            return False
        if patch is None:
            return False
        if target is Target.LABELS:
            self._labelling.compose_all(patch.dirty)
        else:
            self._labelling.compose_saliency(patch.rect)
        self._keep(target, name, patch)
        return True

    # Below -----------------------------------------------------------------------------------------------------------

    def _layer(self, target: Target) -> EditLayer | None:
        """Return the layer to paint on; say why there is none."""
        current, project = self._context.current, self._context.project
        if current is None or project is None:
            return None
        if current.labels is None:
            self._say("The label map of this photo is not there yet; try again in a moment.", Level.INFO)
            return None
        if not self._context.may_change():
            return None
        if target is Target.SALIENCY and current.saliency is None:
            self._say("This image has no saliency map to correct.", Level.WARNING)
            return None
        if self._said:
            self._said = False
            self._context.say(Level.INFO, "", _TOPIC)
        return self._history.layer(current, LABEL if target is Target.LABELS else SALIENCY)

    def _value(self, value: PaintValue | None, target: Target) -> PaintValue:
        if value is REVERT:
            return REVERT
        if target is Target.LABELS:
            return self.paint.label if value is None else value
        return BACKGROUND if value == BACKGROUND else 255

    def _rule(self, target: Target) -> tuple[PaintRule, PaintContext | None]:
        """Return where painting is allowed now. The rule speaks of labels: the saliency map is open everywhere."""
        current = self._context.current
        if target is Target.SALIENCY or current is None or current.frame is None:
            return ANYWHERE, None
        rule, scores = self.paint.rule, None
        if rule.score_above is not None and current.masks is not None:
            scores = current.masks.plane(self.paint.label, current.frame.request.form)
        auto: UInt8Array = automatic(current)
        return rule, PaintContext(auto, scores, current.saliency)

    def _explain_nothing(self) -> None:
        if not self.paint.rule.is_free:
            self._say("Nothing was painted: where painting is allowed is limited in the bar above.", Level.INFO)

    def _say(self, text: str, level: Level) -> None:
        self._said = True
        self._context.say(level, text, _TOPIC)

    def _recompose(self, target: Target, rect: Rect | None) -> None:
        if rect is None:
            return
        if target is Target.LABELS:
            self._labelling.compose(rect)
        else:
            self._labelling.compose_saliency(rect)

    def _keep(self, target: Target, name: str, patch: EditPatch | None) -> None:
        current = self._context.current
        if patch is None or current is None:
            return
        self._history.record_patch(LABEL if target is Target.LABELS else SALIENCY, name, patch)
        if current.status is Status.NEW:
            self.on_first_edit()
        if target is Target.SALIENCY:
            self._labelling.update()
        else:
            self._remark_unticked(current, patch)
        self._context.events.edits_changed.emit()

    def _remark_unticked(self, current: CurrentImage, patch: EditPatch) -> None:
        """Say so if a class was painted that the image-level label does not name: the two contradict each other."""
        label, names = self.paint.label, self._context.label_set.names
        painted = 0 < label < len(names) and any(
            bool(np.any(tile.after.values[tile.after.mask] == label)) for tile in patch.tiles
        )
        if painted and label not in current.present:
            text = f"You painted {names[label]}, which is not ticked for this photo."
            self._context.say(Level.WARNING, text, UNTICKED)
