"""Undo and redo of strokes, as they were made a moment ago and from their stored bytes: the same label map."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edam_gui.core.edits.brush import Brush, BrushPoint
from edam_gui.core.edits.history import Step
from edam_gui.core.edits.layer import EditLayer
from edam_gui.core.edits.patch import EditPatch
from edam_gui.core.edits.recorder import REVERT, EditRecorder
from edam_gui.core.edits.rect import Rect
from edam_gui.session import history_keeper
from edam_gui.session.labelling import automatic
from edam_gui.session.recent_patches import RecentPatches
from edam_gui.session.session import Session
from tests.session.projects import make_folder, opened

STROKES = (
    (9, 12.0, [(20, 20), (1400, 60), (30, 500), (1500, 880)]),  # long and thin: many rectangles
    (7, 150.0, [(300, 400), (900, 500)]),
    (REVERT, 60.0, [(200, 100), (1200, 700)]),
    (7, 5.0, [(750, 450)]),
)


def labels_of(session: Session) -> np.ndarray:
    assert session.current is not None
    assert session.current.labels is not None
    return session.current.labels


def from_scratch(session: Session) -> np.ndarray:
    current = session.current
    assert current is not None
    assert current.edits is not None
    below = automatic(current)
    return np.where(current.edits.mask, current.edits.values, below)


@pytest.mark.parametrize("kept", ["all", "some", "none"])
def test_every_way_through_the_history_gives_the_same_maps(
    tmp_path: Path, kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    budget = {"all": 1 << 30, "some": 1 << 19, "none": 0}[kept]
    monkeypatch.setattr(history_keeper, "RecentPatches", lambda: RecentPatches(budget))
    with opened(make_folder(tmp_path / "project", images=1, size=(900, 1600)), tmp_path / "cache") as (session, _):
        maps = [labels_of(session).copy()]
        for value, diameter, path in STROKES:
            session.editing.set_paint(replace(session.editing.paint, label=7, brush=Brush(diameter)))
            assert session.editing.begin_stroke(BrushPoint(*path[0]), value=value)
            session.editing.extend_stroke([BrushPoint(*point) for point in path[1:]])
            session.editing.finish_stroke()
            maps.append(labels_of(session).copy())
        told: list[Rect] = []
        session.events.labels_changed.connect(told.append)
        order = np.random.default_rng(3)
        for _ in range(30):
            before = labels_of(session).copy()
            told.clear()
            session.go_to_step(int(order.integers(0, len(STROKES) + 1)))
            assert session.current is not None
            np.testing.assert_array_equal(labels_of(session), maps[session.current.history.position])
            np.testing.assert_array_equal(labels_of(session), from_scratch(session))
            changed = labels_of(session) != before
            for rect in told:
                changed[rect.slices] = False
            assert not changed.any()  # all that has changed was told of


def test_the_share_that_is_corrected_follows_undo(tmp_path: Path) -> None:
    with opened(make_folder(tmp_path / "project", images=1), tmp_path / "cache") as (session, _):
        assert session.editing.begin_stroke(BrushPoint(10, 10))
        session.editing.finish_stroke()
        current = session.current
        assert current is not None
        assert current.edits is not None
        assert current.edits.share == current.edits.mask.mean() > 0
        session.undo()
        assert current.edits.share == 0
        session.redo()
        assert current.edits.share == current.edits.mask.mean() > 0


def patch_of(side: int) -> EditPatch:
    recorder = EditRecorder(EditLayer((256, 256)))
    recorder.put(Rect(0, 0, side, side), np.ones((side, side), np.bool_), 3)
    patch = recorder.finish()
    assert patch is not None
    return patch


def test_what_was_used_longest_ago_goes_first() -> None:
    recent = RecentPatches(3 * patch_of(10).nbytes)
    steps = [Step("label", "Brush", b"the same bytes") for _ in range(4)]
    patches = [patch_of(10) for _ in steps]
    for step, patch in zip(steps[:3], patches, strict=False):
        recent.keep(step, patch)
    assert recent.get(steps[0]) is patches[0]
    recent.keep(steps[3], patches[3])
    assert [recent.get(step) for step in steps] == [patches[0], None, patches[2], patches[3]]


def test_a_patch_beyond_the_budget_is_not_kept_and_costs_no_other() -> None:
    small, large = Step("label", "dot", b""), Step("label", "fill", b"")
    recent = RecentPatches(patch_of(10).nbytes)
    recent.keep(small, patch := patch_of(10))
    recent.keep(large, patch_of(100))
    assert recent.get(large) is None
    assert recent.get(small) is patch
    recent.forget()
    assert recent.get(small) is None
    recent.keep(small, patch)
    assert recent.get(small) is patch
