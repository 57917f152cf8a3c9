"""From masks and thresholds to the label map on the screen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from edam_gui.batch.label_options import CrfOptions
from edam_gui.core.activation_masks import Scores
from edam_gui.core.arrays import AnyArray, UInt8Array
from edam_gui.core.edits.crf_strokes import crf_strokes
from edam_gui.core.edits.rect import Rect, gathered
from edam_gui.core.options import LabelRule, ScoreForm, ScoreSource
from edam_gui.jobs import JobContext
from edam_gui.project.store.changes import SetSetting
from edam_gui.session.context import Context
from edam_gui.session.crf_settings import CRF_SETTING, RESPECT_STROKES, crf_from_data, crf_to_data
from edam_gui.session.current import CurrentImage
from edam_gui.session.label_frames import Frame, FrameRequest, LabelFrames
from edam_gui.session.mask_stack import MaskStack
from edam_gui.session.messages import Level
from edam_gui.session.rules import Rules

if TYPE_CHECKING:
    from edam_gui.imaging.crf.refine import CrfEngine, CrfFactory

_CRF: Final = "crf"
_TOGETHER: Final = 1024
"""Side (px) of the area in which changes are told of together."""


@dataclass(frozen=True, eq=False)
class _CrfGround:
    """What probabilities of a dense CRF were made from."""

    masks: MaskStack
    present: frozenset[int]
    form: ScoreForm
    options: CrfOptions
    strokes: AnyArray | None

    def same(self, other: _CrfGround | None, *, whatever_strokes: bool = False) -> bool:
        return (
            other is not None
            and self.masks is other.masks
            and self.present == other.present
            and self.form is other.form
            and self.options == other.options
            and (whatever_strokes or self.strokes is other.strokes)
        )


class Labelling:
    """Keeps the current image's label map up to date.

    Parameters
    ----------
    context, rules
        The session's state, and the thresholds.
    """

    def __init__(self, context: Context, rules: Rules) -> None:
        self._context = context
        self._rules = rules
        self._frames = LabelFrames(context.jobs, self._receive, lambda text: context.complain(text, "labels"))
        self._crf_ground: _CrfGround | None = None
        self._engine: tuple[UInt8Array, CrfOptions, CrfEngine] | None = None
        self.crf_running = False
        self._strokes: UInt8Array | None = None
        self._strokes_known = True
        self._held = False
        self._held_saliency: UInt8Array | None = None
        self.respects_strokes = False
        self.on_crf: Callable[[dict[str, Any], dict[str, Any]], None] = lambda _before, _after: None
        context.events.rule_changed.connect(self.update)
        context.events.edits_changed.connect(self._edits_changed)
        context.events.project_changed.connect(self._project_changed)

    @property
    def is_busy(self) -> bool:
        """Whether the label map on the screen is not yet that of the thresholds."""
        return self._frames.is_busy or self.crf_running

    def reset(self) -> None:
        """Forget the last image."""
        self._context.jobs.cancel(_CRF)
        self.crf_running = False
        self._crf_ground = None
        self._strokes, self._strokes_known = None, False
        self._held_saliency = None
        self._frames.forget()

    def update(self) -> None:
        """Make the label map that thresholds, ticks, masks and saliency give now."""
        current = self._context.current
        if current is None or current.size is None:
            return
        rule = self._rules.effective()
        form = self._rules.score_form()
        if rule.scores is ScoreSource.CRF:
            self._want_crf(current, form)
        else:
            self._drop_crf(current)
        self._frames.request(
            FrameRequest(
                image=current.number,
                size=current.size,
                masks=current.masks,
                present=current.present,
                form=form,
                crf=current.crf,
                saliency=current.saliency,
                rule=rule if current.crf is not None else _on_masks(rule),
            )
        )

    def compose(self, rect: Rect | None = None) -> None:
        """Write the edits over the automatic label map, everywhere or in a rectangle, and tell."""
        self._compose(None if rect is None else (rect,))

    def compose_all(self, rects: Iterable[Rect]) -> None:
        """Write the edits over the automatic label map in many rectangles; neighbours are told of together."""
        self._compose(tuple(rects))

    def _compose(self, rects: tuple[Rect, ...] | None) -> None:
        current, told = self._context.current, self._context.events.labels_changed
        if current is None or current.frame is None or current.edits is None:
            return
        if current.labels is None or current.labels.shape != current.frame.labels.shape:
            current.labels, rects = np.empty_like(current.frame.labels), None
        for rect in (None,) if rects is None else rects:
            current.edits.compose(automatic(current), current.labels, rect)
        for rect in (None,) if rects is None else gathered(rects, _TOGETHER):
            told.emit(rect)

    def compose_saliency(self, rect: Rect | None = None) -> None:
        """Write the corrections over the saliency map: into a new array, since jobs read the old one."""
        current = self._context.current
        if current is None or current.files is None or current.saliency_edits is None:
            return
        base = current.files.saliency
        if base is None or current.saliency is None:
            return
        if current.saliency is base or rect is None:
            current.saliency, rect = np.empty_like(base), None
        elif current.saliency is not self._held_saliency:
            current.saliency = current.saliency.copy()
        # While a stroke lasts nothing reads the map but the screen, so one copy serves all of it.
        self._held_saliency = current.saliency if self._held else None
        current.saliency_edits.compose(base, current.saliency, rect)
        self._context.events.saliency_changed.emit()

    def hold(self, held: bool) -> None:
        """Make no new frames while a stroke lasts: the stroke judges by the label map it began on."""
        self._held = held
        self._held_saliency = None
        self._frames.hold(held)

    def _receive(self, frame: Frame) -> None:
        current = self._context.current
        if current is None or current.number != frame.request.image:
            return
        current.frame = frame
        self.compose()

    # Dense CRF -------------------------------------------------------------------------------------------------------

    @property
    def crf_options(self) -> CrfOptions:
        """How the dense CRF runs in this project."""
        project = self._context.project
        return project.crf_options if project is not None else CrfOptions()

    def set_crf_options(self, options: CrfOptions) -> None:
        """Run the dense CRF of this project with other parameters from now on."""
        project = self._context.project
        if project is not None and options != project.crf_options and self._context.may_change():
            before = self._crf_state()
            self.put_crf({**before, "options": crf_to_data(options)})
            self.on_crf(before, self._crf_state())

    def _crf_state(self) -> dict[str, Any]:
        return {"options": crf_to_data(self.crf_options), "respect": self.respects_strokes}

    def put_crf(self, state: dict[str, Any]) -> None:
        """Write how the dense CRF runs, without a step in the history."""
        project = self._context.project
        assert project is not None  # noqa: S101 - there is nothing to set without one
        project.crf_options = crf_from_data(state["options"])
        self.respects_strokes = state["respect"] is True
        project.submit(
            SetSetting(CRF_SETTING, crf_to_data(project.crf_options)),
            SetSetting(RESPECT_STROKES, self.respects_strokes),
        )
        self._strokes, self._strokes_known = None, False
        self._context.events.rule_changed.emit()

    def crf_with_recommendation(self) -> CrfOptions:
        """Return the options with what the checkpoint recommends filled in."""
        current = self._context.current
        recommended = self._context.model.recommendation(with_saliency=current is not None and current.with_saliency)
        return self.crf_options.resolved(recommended)

    # The user's strokes in the CRF ------------------------------------------------------------------------------------

    def respect_strokes(self, on: bool) -> None:
        """Let the dense CRF take what was painted by hand as certain, in this project from now on."""
        project = self._context.project
        if project is not None and on != self.respects_strokes and self._context.may_change():
            before = self._crf_state()
            self.put_crf({**before, "respect": on})
            self.on_crf(before, self._crf_state())

    def _project_changed(self) -> None:
        project = self._context.project
        self.respects_strokes = project is not None and project.store.setting(RESPECT_STROKES) is True

    def _edits_changed(self) -> None:
        if not self.respects_strokes:
            return
        self._strokes_known = False
        if self._rules.effective().scores is ScoreSource.CRF:
            self.update()

    def _current_strokes(self, current: CurrentImage) -> UInt8Array | None:
        """Return what was painted, the same array as long as it says the same."""
        if not self.respects_strokes:
            return None
        if not self._strokes_known:
            found = crf_strokes(current.edits) if current.edits is not None else None
            if found is None or self._strokes is None or not np.array_equal(found, self._strokes):
                self._strokes = found
            self._strokes_known = True
        return self._strokes

    def _want_crf(self, current: CurrentImage, form: ScoreForm) -> None:
        if current.masks is None or not current.present or current.files is None:
            self._drop_crf(current)
            return
        strokes = self._current_strokes(current)
        ground = _CrfGround(current.masks, current.present, form, self.crf_with_recommendation(), strokes)
        if ground.same(self._crf_ground):
            return
        if not ground.same(self._crf_ground, whatever_strokes=True):
            current.crf = None  # else the last result is close enough to be shown until the new one is there
        self._crf_ground = ground
        self.crf_running = True
        number, photo, factory = current.number, current.files.photo.pixels, self._context.model.crf_engine()

        def work(context: JobContext) -> Scores:
            from edam_gui.imaging.crf.refine import crf_scores

            engine = self._engine_of(photo, ground.options, factory)
            return crf_scores(
                engine,
                ground.masks.scores(ground.present, ground.form),
                background_exponent=ground.options.background_exponent or 1.0,
                strokes=ground.strokes,
                cancelled=context.token.cancelled,
                progress=context.progress,
            )

        self._context.jobs.start(
            _CRF,
            work,
            done=lambda scores: self._crf_done(number, ground, scores),
            failed=self._crf_failed,
            stopped=self._crf_stopped,
            title="Dense CRF",
            lane="crf",
        )

    def _engine_of(self, photo: UInt8Array, options: CrfOptions, factory: CrfFactory) -> CrfEngine:
        """Return the photo's engine; its lattices serve again when only the scores have changed."""
        if self._engine is None or self._engine[0] is not photo or self._engine[1] != options:
            self._engine = (photo, options, factory(photo, options.parameters))
        return self._engine[2]

    def _crf_done(self, number: int, ground: _CrfGround, scores: Scores) -> None:
        self.crf_running = False
        current = self._context.current
        if current is not None and current.number == number and ground.same(self._crf_ground):
            current.crf = scores
            self.update()

    def _crf_failed(self, sentence: str) -> None:
        self.crf_running = False
        self._context.complain(f"The dense CRF could not run: {sentence}", "crf")

    def _crf_stopped(self) -> None:
        self.crf_running = False
        text = (
            "The dense CRF was stopped: the map on the screen is not refined, exports are. It runs again for new masks."
        )
        self._context.say(Level.INFO, text, "crf")

    def _drop_crf(self, current: CurrentImage) -> None:
        if self._crf_ground is not None:
            self._context.jobs.cancel(_CRF)
            self.crf_running = False
            self._crf_ground = None
        current.crf = None


def automatic(current: CurrentImage) -> UInt8Array:
    """Return the label map below the edits: the base label map where the project has one, else the algorithm's."""
    if current.files is not None and current.files.base_map is not None:
        return current.files.base_map
    assert current.frame is not None  # noqa: S101 - callers look
    return current.frame.labels


def _on_masks(rule: LabelRule) -> LabelRule:
    """Return the rule for the un-refined map that is shown until the dense CRF is ready."""
    if rule.scores is ScoreSource.MASKS:
        return rule
    return LabelRule(rule.dialect, rule.rule, rule.thresholds, rule.per_class, ScoreSource.MASKS)
