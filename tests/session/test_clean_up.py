"""Clean-ups: the preview is what Apply makes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from edam_gui.core.edits.brush import BrushPoint
from edam_gui.core.edits.cleanup.islands import remove_islands
from edam_gui.core.edits.paint_rule import Over, PaintRule
from edam_gui.core.label_set import IGNORE
from edam_gui.jobs.delivery import DeliveryQueue
from edam_gui.session.clean_up import CleanUpKind, CleanUpOrder
from edam_gui.session.session import Session
from tests.session.conftest import Driven
from tests.session.projects import CAT, DOG, settle
from tests.session.test_editing import labels, names, paint, stroke

PERSON = 15


def propose(session: Session, queue: DeliveryQueue, kind: CleanUpKind, amount: int, label: int | None = None) -> None:
    session.clean_up.propose(CleanUpOrder(kind, amount, label))
    assert queue.run_until(lambda: not session.clean_up.is_busy, 20)


@pytest.mark.parametrize(
    ("kind", "amount", "label"),
    [
        (CleanUpKind.ISLANDS, 50, None),
        (CleanUpKind.HOLES, 50, None),
        (CleanUpKind.GROW, 3, CAT),
        (CleanUpKind.SHRINK, 3, CAT),
        (CleanUpKind.SMOOTH, 2, None),
        (CleanUpKind.BAND, 4, None),
    ],
)
def test_apply_makes_what_the_preview_shows(driven: Driven, kind: CleanUpKind, amount: int, label: int | None) -> None:
    session, queue = driven
    paint(session)
    session.shapes.rectangle((2, 2), (5, 5))
    session.shapes.rectangle((28, 38), (31, 41), value=0)
    before = labels(session).copy()
    propose(session, queue, kind, amount, label)
    preview = session.clean_up.preview
    assert preview is not None
    assert np.array_equal(labels(session), before), "a preview changes nothing"
    assert session.clean_up.pixels == int((preview != before).sum()) > 0
    assert session.clean_up.apply()
    assert np.array_equal(labels(session), preview)
    assert session.clean_up.preview is None
    assert len(names(session)) == 3
    session.undo()
    assert np.array_equal(labels(session), before)


def test_unstable_pixels_become_ignore_but_edits_stay(driven: Driven) -> None:
    session, queue = driven
    session.rules.set(alpha=0.9)
    settle(session, queue)
    paint(session, DOG)
    stroke(session, (30, 40))
    before = labels(session).copy()
    edited = session.current.edits.mask.copy()
    assert (before == CAT).any()
    propose(session, queue, CleanUpKind.UNSTABLE, 1)
    assert session.clean_up.apply()
    expected = np.where((before > 0) & ~edited, IGNORE, before)
    assert np.array_equal(labels(session), expected)
    assert names(session)[-1] == "Ignore what flips within 1 threshold step"


def test_cancel_and_another_image_drop_the_preview(driven: Driven) -> None:
    session, queue = driven
    before = labels(session).copy()
    propose(session, queue, CleanUpKind.BAND, 4)
    session.clean_up.cancel()
    assert session.clean_up.preview is None
    propose(session, queue, CleanUpKind.BAND, 4)
    session.navigator.next()
    settle(session, queue)
    assert session.clean_up.preview is None
    assert not session.clean_up.apply()
    session.navigator.previous()
    settle(session, queue)
    assert np.array_equal(labels(session), before)
    assert names(session) == ()


def test_the_preview_follows_the_label_map(driven: Driven) -> None:
    session, queue = driven
    paint(session)
    propose(session, queue, CleanUpKind.ISLANDS, 400)
    assert session.clean_up.change is None
    session.editing.begin_stroke(BrushPoint(60, 5))
    assert session.clean_up.preview is None, "a stroke is seen as it is painted"
    session.editing.finish_stroke()
    assert queue.run_until(lambda: not session.clean_up.is_busy, 20)
    assert np.array_equal(session.clean_up.preview, remove_islands(labels(session), 400).preview(labels(session)))
    assert session.clean_up.apply()
    assert not (labels(session) == PERSON).any()


def test_protected_classes_stay_and_growing_obeys_the_rule(driven: Driven) -> None:
    session, queue = driven
    paint(session, rule=PaintRule(protected=frozenset({DOG})))
    before = labels(session).copy()
    propose(session, queue, CleanUpKind.BAND, 6)
    assert session.clean_up.apply()
    assert np.array_equal(labels(session) == DOG, before == DOG)
    assert (labels(session) == IGNORE).any()
    session.undo()
    session.editing.set_paint(replace(session.editing.paint, rule=PaintRule(Over.BACKGROUND)))
    propose(session, queue, CleanUpKind.GROW, 100, CAT)
    assert session.clean_up.apply()
    assert np.array_equal(labels(session) == DOG, before == DOG)
    assert not (labels(session) == 0).any()


def test_growing_without_a_class_says_what_to_do(driven: Driven) -> None:
    session, _ = driven
    said: list[str] = []
    session.events.message.connect(lambda message: said.append(message.text))
    session.clean_up.propose(CleanUpOrder(CleanUpKind.GROW, 3))
    assert "Choose the class" in said[-1]
    assert not session.clean_up.apply()
