"""Strokes that snap to superpixels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edam_gui.core.edits.brush import Brush, BrushPoint
from edam_gui.core.edits.layer import EditLayer
from edam_gui.core.edits.paint_rule import Over, PaintContext, PaintRule
from edam_gui.core.edits.rect import Rect
from edam_gui.core.edits.region import Region
from edam_gui.core.edits.snapped_stroke import SnappedStroke
from edam_gui.core.edits.superpixel_map import SuperpixelMap
from edam_gui.imaging.superpixels import find_superpixels
from tests.session.conftest import Driven
from tests.session.projects import settle
from tests.session.test_editing import labels, names, paint, stroke

PERSON = 15


@pytest.mark.parametrize("size", [(8, 12), (24, 36), (25, 37), (5, 7)])
def test_regions_of_a_map_are_its_index_enlarged(size: tuple[int, int]) -> None:
    index = np.random.default_rng(0).integers(0, 9, (8, 12)).astype(np.int32)
    index[0, :9] = np.arange(9)
    own = SuperpixelMap(index, size)
    rows = ((np.arange(size[0]) + 0.5) * 8 / size[0]).astype(int)
    columns = ((np.arange(size[1]) + 0.5) * 12 / size[1]).astype(int)
    full = index[np.ix_(rows, columns)]
    for number in range(9):
        region = own.region(number)
        where = np.zeros(size, bool) if region is None else region.full(size)
        assert np.array_equal(where, full == number)
    part = Rect(1, 2, 3, 4)
    mask = np.random.default_rng(1).random(part.size) < 0.5
    assert np.array_equal(own.touched(Region(part, mask)), np.unique(full[part.slices][mask]))


def test_a_snapped_stroke_is_undone_and_obeys_the_rule() -> None:
    index = (np.arange(10)[:, None] // 5 * 2 + np.arange(10)[None] // 5).astype(np.int32)
    layer, auto = EditLayer((10, 10)), np.zeros((10, 10), np.uint8)
    auto[0] = 3
    own = SnappedStroke(
        layer, Brush(1.0), 7, SuperpixelMap(index, (10, 10)), PaintRule(Over.BACKGROUND), PaintContext(auto)
    )
    own.extend([BrushPoint(2, 2), BrushPoint(7, 2)])
    expected = np.zeros((10, 10), bool)
    expected[1:5] = True
    assert np.array_equal(layer.mask, expected)
    patch = own.finish()
    assert patch is not None
    patch.revert(layer)
    assert not layer.mask.any()


def test_superpixels_follow_edges() -> None:
    photo = np.zeros((60, 90, 3), np.uint8)
    photo[:, 45:] = 255
    index = find_superpixels(photo)
    assert index.shape == (60, 90)
    assert not set(np.unique(index[:, :45])) & set(np.unique(index[:, 45:]))


def test_snapping_waits_for_the_superpixels_and_follows_the_image(driven: Driven, folder: Path) -> None:
    session, queue = driven
    said: list[str] = []
    session.events.message.connect(lambda message: said.append(message.text))
    paint(session, PERSON, snap=True, brush=Brush(1.0))
    assert not stroke(session, (90.5, 40.5))
    assert "still being found" in said[-1]
    assert queue.run_until(lambda: session.superpixels.is_ready, 60)
    assert stroke(session, (90.5, 40.5))
    region = session.superpixels.ready().region(
        int(session.superpixels.ready().touched(Region(Rect(40, 90, 1, 1), np.ones((1, 1), bool)))[0])
    )
    assert np.array_equal(labels(session) == PERSON, region.full(labels(session).shape))
    assert names(session) == ("Brush: person",)
    session.navigator.next()
    settle(session, queue)
    assert queue.run_until(lambda: session.superpixels.is_ready, 60)
    session.editing.set_paint(replace(session.editing.paint, snap=False))
    assert stroke(session, (5.5, 5.5))
    assert int((labels(session) == PERSON).sum()) == 1
