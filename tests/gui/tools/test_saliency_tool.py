"""Correcting the saliency map with a brush."""

from __future__ import annotations

import numpy as np

from edam_gui.gui.annotate.canvas import Layer
from tests.gui.tools.conftest import RIGHT, Easel
from tests.session.projects import CAT


def test_left_makes_salient_and_right_not_salient(easel: Easel) -> None:
    before = easel.session.current.saliency.copy()
    easel.use("saliency", diameter=200.0)
    assert easel.canvas.layers.state(Layer.SALIENCY).visible
    easel.click(60, 40)
    assert (easel.session.current.saliency == 255).all()
    easel.settle()
    easel.click(60, 40, RIGHT)
    assert (easel.session.current.saliency == 0).all()
    easel.settle()
    assert not (easel.labels == CAT).all()
    assert easel.steps == ("Brush: salient", "Brush: not salient")
    easel.session.undo()
    easel.session.undo()
    easel.settle()
    assert np.array_equal(easel.session.current.saliency, before)


def test_the_label_map_follows_every_stroke(easel: Easel) -> None:
    before = easel.labels.copy()
    easel.use("saliency", diameter=30.0)
    for x in (30, 90):
        easel.click(x, 40, RIGHT)
        easel.settle()
        assert easel.labels[40, x] == 0
    easel.session.undo()
    easel.session.undo()
    easel.settle()
    assert np.array_equal(easel.labels, before)


def test_the_next_tool_paints_labels_again(easel: Easel) -> None:
    easel.use("saliency")
    easel.use("brush", CAT)
    assert not easel.canvas.layers.state(Layer.SALIENCY).visible
    easel.click(60, 10)
    assert easel.labels[10, 60] == CAT
