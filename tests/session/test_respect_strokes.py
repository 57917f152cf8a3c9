"""What was painted by hand is certain for the dense CRF."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from edam_gui.core.options import ScoreSource
from tests.session.conftest import Driven
from tests.session.projects import CAT, DOG, opened, settle
from tests.session.test_editing import labels, paint, stroke


def test_strokes_pull_the_crf_after_they_end(driven: Driven, folder: Path, tmp_path: Path) -> None:
    session, queue = driven
    session.rules.choose(scores=ScoreSource.CRF)
    settle(session, queue)
    current = session.current
    free = current.crf
    assert free is not None
    paint(session, DOG)
    stroke(session, (30, 25), (30, 55))
    settle(session, queue)
    assert current.crf is free, "strokes count only when they are respected"
    session.labelling.respect_strokes(True)
    settle(session, queue)
    bound = current.crf
    dog = bound.classes.index(DOG)
    edited = current.edits.mask
    assert (bound.values[dog][edited] > 0.99).all()
    near = (current.frame.labels == DOG) & ~edited
    assert near[:, :60].any(), "the stroke does not reach beyond itself"
    stroke(session, (20, 40), (40, 40))
    assert current.crf is bound, "the last result is shown until the next one is there"
    settle(session, queue)
    assert current.crf is not bound
    session.undo()
    assert current.history.next_undo.name == "Dense CRF"
    session.undo()
    assert not session.labelling.respects_strokes
    settle(session, queue)
    assert np.array_equal(current.crf.values, free.values)
    session.redo()
    settle(session, queue)
    session.close()
    with opened(folder, tmp_path / "cache") as (again, _):
        assert again.labelling.respects_strokes
        assert (labels(again) == CAT).any()
