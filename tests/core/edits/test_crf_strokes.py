"""Painted classes become the fixed pixels of the dense CRF."""

from __future__ import annotations

import numpy as np

from edam_gui.core.activation_masks import Scores
from edam_gui.core.edits.crf_strokes import crf_strokes
from edam_gui.core.edits.layer import EditLayer
from edam_gui.core.edits.rect import Rect
from edam_gui.imaging.crf.unaries import fixed_channels


def test_painted_classes_are_fixed_and_the_rest_is_free() -> None:
    layer = EditLayer((1, 5))
    layer.put(Rect(0, 0, 1, 5), np.array([[True, True, True, False, False]]), np.array([[0, 7, 255, 9, 9]], np.uint8))
    strokes = crf_strokes(layer)
    assert strokes is not None
    start, fixed = fixed_channels(Scores(np.ones((2, 1, 5), np.float32), (0, 3)), strokes)
    assert start.classes == (0, 3, 7)
    assert fixed.tolist() == [[0, 2, -1, -1, -1]]


def test_layer_without_painted_classes_fixes_nothing() -> None:
    layer = EditLayer((2, 2))
    assert crf_strokes(layer) is None
    layer.put(Rect(0, 0, 1, 1), np.ones((1, 1), np.bool_), 255)
    assert crf_strokes(layer) is None
