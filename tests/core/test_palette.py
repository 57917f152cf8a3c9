"""The colours for the colour-blind can be told apart; the measure of that is the published one."""

from __future__ import annotations

import numpy as np
import pytest

from edam_gui.core.label_set import PASCAL_VOC
from edam_gui.core.palette import colour_blind_palette
from tests.core.color_difference import VISIONS, ciede2000, lab

PERSON = PASCAL_VOC.index("person")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, -1.3802, -84.2814), (50.0, 0.0, -82.7485), 1.0000),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((50.0, 2.49, -0.001), (50.0, -2.49, 0.0011), 7.2195),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_difference_is_that_of_the_published_table(
    one: tuple[float, ...], other: tuple[float, ...], expected: float
) -> None:
    assert ciede2000(np.array(one), np.array(other)) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("vision", VISIONS)
def test_no_two_classes_look_alike(vision: str) -> None:
    colors = lab(colour_blind_palette()[1:21].astype(np.float64), vision)
    apart = ciede2000(colors[:, None], colors[None]) + 1e3 * np.eye(20)
    assert apart.min() > 11.0
    assert apart[PERSON - 1].min() > 15.0


@pytest.mark.parametrize("vision", VISIONS)
def test_no_class_looks_like_the_ignore_index_or_background(vision: str) -> None:
    palette = colour_blind_palette().astype(np.float64)
    apart = ciede2000(lab(palette[1:21], vision)[:, None], lab(palette[[0, 255]], vision)[None])
    assert apart.min() > 11.0


def test_more_classes_than_twenty_have_colours_of_their_own_up_to_sixty() -> None:
    colors = {tuple(color) for color in colour_blind_palette()[1:61].tolist()}
    assert len(colors) == 60
