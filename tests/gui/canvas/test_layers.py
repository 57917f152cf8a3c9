from __future__ import annotations

import numpy as np
import pytest

from edam_gui.gui.annotate.canvas import Layer, Layers, LayerState, PhotoTone, label_table
from edam_gui.gui.annotate.canvas.tables import faded, outline_table


def test_a_tone_that_changes_nothing_needs_no_table() -> None:
    assert PhotoTone().table() is None


@pytest.mark.parametrize(
    ("tone", "value", "expected"),
    [
        (PhotoTone(brightness=0.2), 100, 151),
        (PhotoTone(brightness=-1), 200, 0),
        (PhotoTone(contrast=-1), 10, 128),
        (PhotoTone(contrast=1), 140, 255),
        (PhotoTone(contrast=1), 100, 0),
        (PhotoTone(gamma=2.0), 64, 128),
    ],
)
def test_tone_tables(tone: PhotoTone, value: int, expected: int) -> None:
    table = tone.table()
    assert table is not None
    assert table[value] == pytest.approx(expected, abs=1)
    assert (np.diff(table.astype(int)) >= 0).all()


@pytest.mark.parametrize("tone", [{"brightness": 1.1}, {"contrast": -2.0}, {"gamma": 0.0}])
def test_a_tone_out_of_range_is_refused(tone: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="out of range"):
        PhotoTone(**tone)


def test_an_opacity_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        LayerState(True, 1.5)


def test_layers_tell_changes_and_only_changes() -> None:
    layers = Layers()
    told: list[Layer] = []
    layers.changed.connect(told.append)
    layers.set_visible(Layer.MASK, True)
    layers.set_visible(Layer.MASK, True)
    layers.set_opacity(Layer.MASK, 0.5)
    assert told == [Layer.MASK, Layer.MASK]
    assert layers.state(Layer.MASK) == LayerState(True, 0.5)


def test_fading_leaves_colours_and_the_given_table_alone() -> None:
    table = label_table(opacity=1.0)
    half = faded(table, 0.5)
    np.testing.assert_array_equal(half[:, :3], table[:, :3])
    assert half[3, 3] == 128
    assert table[3, 3] == 255
    assert half[0, 3] == 0


def test_hidden_classes_have_no_outline() -> None:
    table = label_table()
    table[4, 3] = 0
    outline = outline_table(table)
    assert outline[4, 3] == 0
    assert outline[5, 3] == 255
    assert outline[0, 3] == 0
