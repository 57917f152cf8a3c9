"""Painting: rules, shapes, what survives, and undo across images and sittings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edam_gui.core.edits.brush import Brush, BrushPoint
from edam_gui.core.edits.paint_rule import Over, PaintRule
from edam_gui.core.edits.recorder import REVERT
from edam_gui.core.label_set import IGNORE
from edam_gui.project.store import Status
from edam_gui.session.paint import LARGEST_BRUSH, Paint, Target
from edam_gui.session.paint_settings import paint_from_data, paint_to_data
from edam_gui.session.session import Session
from edam_gui.session.ticks import UNTICKED
from tests.session.conftest import Driven
from tests.session.projects import CAT, DOG, opened, settle

PERSON = 15


def paint(session: Session, label: int = PERSON, **values: object) -> None:
    session.editing.set_paint(replace(session.editing.paint, label=label, **values))


def stroke(session: Session, *points: tuple[float, float], value: object = None) -> bool:
    if not session.editing.begin_stroke(BrushPoint(*points[0]), value=value):
        return False
    session.editing.extend_stroke([BrushPoint(*point) for point in points[1:]])
    session.editing.finish_stroke()
    return True


def labels(session: Session) -> np.ndarray:
    current = session.current
    assert current is not None
    assert current.labels is not None
    return current.labels


def names(session: Session) -> tuple[str, ...]:
    assert session.current is not None
    return session.current.history.names


# What survives -------------------------------------------------------------------------------------------------------


def test_edits_survive_thresholds_ticks_saliency_and_model(driven: Driven) -> None:
    session, queue = driven
    paint(session)
    stroke(session, (5, 5), (110, 5))
    painted = labels(session) == PERSON

    def holds() -> None:
        settle(session, queue)
        assert np.array_equal(labels(session) == PERSON, painted)

    session.rules.set(theta=255.0, alpha=0.95)
    holds()
    assert not (labels(session) == CAT).any(), "the thresholds did not act"
    session.rules.reset()
    session.ticks.untick(CAT)
    holds()
    assert not (labels(session) == CAT).any()
    session.editing.set_paint(replace(session.editing.paint, target=Target.SALIENCY))
    stroke(session, (60, 40), value=255)
    session.editing.set_paint(replace(session.editing.paint, target=Target.LABELS))
    holds()
    assert session.current is not None
    session.current.masks = None
    session.labelling.update()
    queue.run_until(lambda: not session.labelling.is_busy, 20)
    assert set(np.unique(labels(session))) == {0, PERSON}
    assert np.array_equal(labels(session) == PERSON, painted)


def test_undo_works_after_another_image_and_after_reopening(driven: Driven, folder: Path, tmp_path: Path) -> None:
    session, queue = driven
    automatic = labels(session).copy()
    paint(session)
    stroke(session, (5, 5), (110, 5))
    one = labels(session).copy()
    stroke(session, (5, 75), (110, 75))
    two = labels(session).copy()
    session.navigator.next()
    settle(session, queue)
    assert not (labels(session) == PERSON).any()
    session.navigator.previous()
    settle(session, queue)
    assert np.array_equal(labels(session), two)
    assert session.undo()
    assert np.array_equal(labels(session), one)
    session.close()
    with opened(folder, tmp_path / "cache") as (again, again_queue):
        assert np.array_equal(labels(again), one)
        assert again.redo()
        assert np.array_equal(labels(again), two)
        assert again.undo()
        assert again.undo()
        assert np.array_equal(labels(again), automatic)
        assert not again.undo()
        again.navigator.next()
        settle(again, again_queue)
        assert not again.undo()


def test_go_to_step_walks_the_history(driven: Driven) -> None:
    session, _ = driven
    states = [labels(session).copy()]
    paint(session)
    for y in (5, 40, 75):
        stroke(session, (5, y), (110, y))
        states.append(labels(session).copy())
    for position in (1, 3, 0, 2):
        session.go_to_step(position)
        assert np.array_equal(labels(session), states[position])


def test_bake_keeps_the_label_map_and_can_be_undone(driven: Driven) -> None:
    session, queue = driven
    before = labels(session).copy()
    assert session.editing.bake()
    assert not session.editing.bake()
    session.rules.set(theta=255.0, alpha=0.95)
    settle(session, queue)
    assert np.array_equal(labels(session), before)
    assert session.undo()
    assert session.undo()
    settle(session, queue)
    assert np.array_equal(labels(session), before)
    session.rules.set(theta=255.0, alpha=0.95)
    settle(session, queue)
    assert not labels(session).any()


def test_remove_corrections_ignores_the_paint_rule(driven: Driven) -> None:
    session, _ = driven
    before = labels(session).copy()
    paint(session)
    stroke(session, (5, 5), (110, 5))
    painted = labels(session).copy()
    paint(session, rule=PaintRule(protected=frozenset({PERSON})))
    assert session.editing.remove_corrections()
    assert np.array_equal(labels(session), before)
    assert not session.editing.remove_corrections()
    session.undo()
    assert np.array_equal(labels(session), painted)


def test_the_first_edit_sets_the_image_in_progress(driven: Driven) -> None:
    session, _ = driven
    assert session.current is not None
    assert session.current.status is Status.NEW
    paint(session)
    stroke(session, (5, 5))
    assert session.current.status is Status.IN_PROGRESS


def test_a_stroke_that_is_not_finished_is_kept_when_the_image_goes(driven: Driven) -> None:
    session, queue = driven
    paint(session)
    session.editing.begin_stroke(BrushPoint(5, 5))
    session.navigator.next()
    settle(session, queue)
    assert names(session) == ()
    session.navigator.previous()
    settle(session, queue)
    assert names(session) == ("Brush: person",)


# Where painting is allowed -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "open_labels"),
    [
        (PaintRule(), {0, CAT, DOG}),
        (PaintRule(Over.BACKGROUND), {0}),
        (PaintRule(Over.CLASS, CAT), {CAT}),
        (PaintRule(protected=frozenset({CAT})), {0, DOG}),
        (PaintRule(Over.CLASS, CAT, frozenset({CAT})), set()),
    ],
)
def test_every_tool_obeys_the_paint_rule(driven: Driven, rule: PaintRule, open_labels: set[int]) -> None:
    session, _ = driven
    before = labels(session).copy()
    expected = np.where(np.isin(before, list(open_labels)), PERSON, before)
    paint(session, rule=rule, brush=Brush(400.0))
    height, width = before.shape
    for act in (
        lambda: stroke(session, (60, 40)),
        lambda: session.shapes.polygon([(0, 0), (width, 0), (width, height), (0, height)]),
        lambda: session.shapes.rectangle((0, 0), (width, height)),
    ):
        act()
        assert np.array_equal(labels(session), expected)
        if open_labels:
            session.undo()
        assert np.array_equal(labels(session), before)


def test_what_the_rule_forbids_is_said(driven: Driven) -> None:
    session, _ = driven
    said: list[str] = []
    session.events.message.connect(lambda message: said.append(message.text) if message.topic == "tool" else None)
    paint(session, rule=PaintRule(protected=frozenset({CAT})))
    assert not session.shapes.fill_at(30, 40)
    assert "limited" in said[-1]
    assert session.shapes.fill_at(90, 40)
    assert said[-1] == ""
    stroke(session, (30, 40))
    assert "limited" in said[-1]
    stroke(session, (60, 10))
    assert said[-1] == ""


def test_the_gate_asks_the_activation_mask_of_the_painted_class(driven: Driven) -> None:
    session, _ = driven
    before = labels(session).copy()
    paint(session, DOG, rule=PaintRule(score_above=0.5), brush=Brush(400.0))
    stroke(session, (60, 40), value=REVERT)
    assert names(session) == ()
    paint(session, CAT)
    stroke(session, (90, 40))
    assert np.array_equal(labels(session), before), "the cat scores low outside its disc"
    paint(session, DOG, rule=PaintRule(score_above=0.01))
    stroke(session, (60, 40))
    assert (labels(session) == DOG).all()


def test_a_gate_without_a_mask_says_so(driven: Driven) -> None:
    session, _ = driven
    said: list[str] = []
    session.events.message.connect(lambda message: said.append(message.text))
    paint(session, PERSON, rule=PaintRule(score_above=0.5))
    assert not stroke(session, (60, 40))
    assert "no activation mask" in said[-1]
    assert not session.editing.is_painting


def test_the_gate_by_saliency(driven: Driven) -> None:
    session, _ = driven
    assert session.current is not None
    saliency = session.current.saliency
    paint(session, rule=PaintRule(saliency_below=128), brush=Brush(400.0))
    stroke(session, (60, 40))
    assert np.array_equal(labels(session) == PERSON, saliency < 128)


def test_saliency_is_painted_whatever_the_rule_says_of_labels(driven: Driven) -> None:
    session, queue = driven
    paint(session, rule=PaintRule(protected=frozenset({0})), target=Target.SALIENCY, brush=Brush(400.0))
    assert stroke(session, (60, 40), value=0)
    settle(session, queue)
    assert not session.current.saliency.any()
    assert session.editing.remove_corrections(Target.SALIENCY)
    settle(session, queue)
    assert session.current.saliency.any()
    assert names(session) == ("Brush: not salient", "Remove all saliency corrections")


def test_saliency_that_jobs_have_read_is_not_written_to(driven: Driven) -> None:
    session, queue = driven
    paint(session, target=Target.SALIENCY)
    kept = []
    for x in (20, 60, 100):
        stroke(session, (x, 10), (x, 70), value=255)
        settle(session, queue)
        kept.append((session.current.saliency, session.current.saliency.copy()))
    session.undo()
    settle(session, queue)
    for array, copy in kept:
        assert np.array_equal(array, copy)
    assert session.current.frame.request.saliency is session.current.saliency


# Shapes --------------------------------------------------------------------------------------------------------------


def test_outside_the_image_nothing_happens(driven: Driven) -> None:
    session, _ = driven
    paint(session)
    assert not session.shapes.fill_at(-1, 5)
    assert not session.shapes.replace_at(5, 80)
    assert session.shapes.pick_at(120, 5) is None
    assert not session.shapes.rectangle((-9, -9), (-1, -1))
    assert names(session) == ()


def test_fill_does_not_leak_through_a_diagonal_line(driven: Driven) -> None:
    session, _ = driven
    session.editing.remove_corrections()
    paint(session, IGNORE, brush=Brush(400.0))
    stroke(session, (60, 40), value=0)
    paint(session, PERSON, brush=Brush(1.0))
    stroke(session, (0.5, 0.5), (79.5, 79.5))
    paint(session, DOG)
    session.shapes.fill_at(5.5, 70.5)
    assert (labels(session)[:, 80:] == 0).all()
    assert (labels(session) == DOG).any()


# Settings ------------------------------------------------------------------------------------------------------------


def test_the_brush_size_keeps_whole_pixels_and_its_bounds() -> None:
    own = Paint(brush=Brush(1.0))
    sizes = [own.resized(n).brush.diameter for n in range(12)]
    assert sizes == sorted(set(sizes)), "every step changes the size"
    assert own.resized(-3).brush.diameter == 1
    assert own.resized(500).brush.diameter == LARGEST_BRUSH
    assert own.resized(40).resized(-500).brush.diameter == 1


def test_settings_come_back_and_damaged_ones_are_left_out() -> None:
    kept = replace(Paint(), snap=True, brush=Brush(33.0, lightest=0.2))
    assert paint_from_data(paint_to_data(kept), Paint()) == kept
    for damaged in (None, [], {"diameter": "x"}, {"diameter": -3}, {"shape": "star"}, {"lightest": 7}):
        assert paint_from_data(damaged, Paint()) == Paint()
    assert paint_from_data({"diameter": 1e9}, Paint()).brush.diameter == LARGEST_BRUSH


def test_a_note_is_kept_and_can_be_undone(driven: Driven, folder: Path, tmp_path: Path) -> None:
    session, _ = driven
    session.notes.set("  look at the tail ")
    session.notes.set("done")
    session.undo()
    assert session.notes.text == "look at the tail"
    session.close()
    with opened(folder, tmp_path / "cache") as (again, _):
        assert again.notes.text == "look at the tail"
        assert again.undo()
        assert again.notes.text == ""


def test_a_read_only_project_is_not_painted_on(driven: Driven, folder: Path, tmp_path: Path) -> None:
    first, _ = driven
    with opened(folder, tmp_path / "other-cache") as (second, _):
        said: list[str] = []
        second.events.message.connect(lambda message: said.append(message.text))
        before = labels(second).copy()
        paint(second)
        assert not stroke(second, (5, 5))
        assert not second.shapes.rectangle((0, 0), (9, 9))
        assert not second.editing.bake()
        assert np.array_equal(labels(second), before)
        assert said[-1] == second.project.read_only
    assert first.project.read_only is None


def test_files_that_are_read_again_end_the_open_stroke_and_keep_it(driven: Driven) -> None:
    session, queue = driven
    paint(session)
    stroke(session, (5, 5))
    session.editing.begin_stroke(BrushPoint(60, 5))
    session.desk.reload()
    assert not session.editing.is_painting
    settle(session, queue)
    session.editing.finish_stroke()
    assert names(session) == ("Brush: person", "Brush: person")
    assert labels(session)[5, 5] == PERSON
    assert labels(session)[5, 60] == PERSON


def test_without_masks_everything_can_be_painted_by_hand(driven: Driven) -> None:
    session, queue = driven
    session.current.masks = None
    session.labelling.update()
    queue.run_until(lambda: not session.labelling.is_busy, 20)
    paint(session)
    assert session.shapes.rectangle((0, 0), (120, 80))
    assert (labels(session) == PERSON).all()


def test_painting_a_class_that_is_not_ticked_is_said_and_ticking_it_settles_that(driven: Driven) -> None:
    session, queue = driven
    said: list[str] = []
    session.events.message.connect(lambda message: said.append(message.text) if message.topic == UNTICKED else None)
    paint(session)
    stroke(session, (60, 40))
    painted = "You painted person, which is not ticked for this photo."
    assert [text for text in said if text] == [painted]
    assert session.undo()
    assert said[-1] == "", "the message goes with the stroke"
    assert session.redo()
    stroke(session, (5, 15), (110, 15))
    assert said[-1] == painted
    session.navigator.next()
    assert said[-1] == "", "and with the photo"
    session.navigator.previous()
    settle(session, queue)
    said.clear()
    session.ticks.tick_painted(PERSON)
    settle(session, queue)
    stroke(session, (20, 10))
    assert not any(said)
