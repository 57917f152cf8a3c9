"""What is on the canvas, compared with the same computed in plain numpy."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from edam_gui.gui.annotate.canvas import Canvas, Layer, PhotoTone, label_table
from edam_gui.gui.annotate.canvas.fills import difference
from edam_gui.gui.annotate.canvas.tables import CONFUSED, EXTRA, MISSED, difference_table, mask_table
from edam_gui.imaging.overlay import inferno
from tests.gui.canvas.conftest import Grab, Paints, pixels_of

TOLERANCE = 3
"""Grey levels that rounding of premultiplied colours may cost."""


def blocks(rng: np.random.Generator, values: list[int], shape: tuple[int, int] = (60, 80)) -> np.ndarray:
    coarse = rng.choice(np.array(values, np.uint8), (shape[0] // 10, shape[1] // 10))
    return coarse.repeat(10, axis=0).repeat(10, axis=1)


def shown_pixels(canvas: Canvas, image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the device positions of the image on the canvas as a mask, and the image pixels shown there."""
    height, width = image.shape[:2]
    # Half a device pixel in: what a pixel shows is what lies under its centre.
    columns = [math.floor(canvas.to_image(QPointF(x + 0.5, 0.5))[0]) for x in range(canvas.width())]
    rows = [math.floor(canvas.to_image(QPointF(0.5, y + 0.5))[1]) for y in range(canvas.height())]
    across, down = np.array(columns), np.array(rows)[:, None]
    inside = (across >= 0) & (across < width) & (down >= 0) & (down < height)
    return inside, image[down.clip(0, height - 1), across.clip(0, width - 1)]


def blend(below: np.ndarray, labels: np.ndarray, table: np.ndarray, opacity: float = 1.0) -> np.ndarray:
    alpha = table[labels][:, :, 3:].astype(float) / 255 * opacity
    return below * (1 - alpha) + table[labels][:, :, :3] * alpha


def assert_shows(canvas: Canvas, expected: np.ndarray) -> None:
    inside, colors = shown_pixels(canvas, expected)
    error = np.abs(pixels_of(canvas).astype(float) - colors)[inside]
    assert error.max() <= TOLERANCE


def test_without_a_photo_there_is_only_background(canvas: Canvas, grab: Grab) -> None:
    assert len(np.unique(grab().reshape(-1, 3), axis=0)) == 1


@pytest.mark.parametrize("zoom", [2.0, 4.6, 17.0])
def test_a_magnified_photo_and_its_labels_are_crisp(canvas: Canvas, photo: np.ndarray, zoom: float) -> None:
    canvas.set_minimap(False)
    canvas.set_pixel_grid(False)
    labels = blocks(np.random.default_rng(0), [0, 1, 7, 255])
    canvas.set_photo(photo)
    canvas.set_labels(labels)
    canvas.set_zoom(zoom)
    assert_shows(canvas, blend(photo, labels, label_table()))


def test_a_reduced_photo_is_smooth_and_its_labels_are_not(canvas: Canvas, grab: Grab) -> None:
    checks = np.zeros((1200, 1600, 3), np.uint8)
    checks[::2, ::2] = checks[1::2, 1::2] = 255
    canvas.set_photo(checks)
    canvas.set_zoom(0.1)
    middle = grab()[120:180, 160:240]
    assert np.abs(middle.astype(int) - 128).max() <= 2
    labels = np.zeros((1200, 1600), np.uint8)
    labels[::2] = 1
    canvas.set_labels(labels)
    table = np.zeros((256, 4), np.uint8)
    table[0] = (255, 0, 0, 255)
    table[1] = (0, 0, 255, 255)
    canvas.set_label_table(table)
    colors = {tuple(color) for color in grab()[120:180, 160:240].reshape(-1, 3).tolist()}
    assert colors <= {(255, 0, 0), (0, 0, 255)}


def test_a_table_recolours_hides_and_fades_classes(canvas: Canvas, photo: np.ndarray) -> None:
    labels = blocks(np.random.default_rng(1), [0, 1, 2])
    canvas.set_photo(photo)
    canvas.set_labels(labels)
    table = np.zeros((256, 4), np.uint8)
    table[1] = (10, 200, 30, 255)
    canvas.set_label_table(table)
    assert_shows(canvas, blend(photo, labels, table))
    canvas.layers.set_opacity(Layer.LABELS, 0.25)
    assert_shows(canvas, blend(photo, labels, table, 0.25))
    canvas.layers.set_visible(Layer.LABELS, False)
    assert_shows(canvas, photo)


def test_the_table_is_the_canvas_own(canvas: Canvas, photo: np.ndarray) -> None:
    table = label_table()
    canvas.set_photo(photo)
    canvas.set_labels(np.ones((60, 80), np.uint8))
    canvas.set_label_table(table)
    table[:] = 0
    canvas.layers.set_opacity(Layer.LABELS, 0.9)
    assert_shows(canvas, blend(photo, np.ones((60, 80), np.uint8), label_table(), 0.9))


def test_an_activation_mask_is_clear_where_it_is_zero_and_coloured_where_it_is_high(
    canvas: Canvas, photo: np.ndarray
) -> None:
    mask = np.zeros((60, 80), np.float32)
    mask[:20] = 1.0
    mask[20:40] = 0.5
    mask[50:] = np.nan
    mask[45:50] = -3.0
    canvas.set_photo(photo)
    canvas.set_mask(mask)
    assert_shows(canvas, photo)
    canvas.layers.set_visible(Layer.MASK, True)
    canvas.layers.set_opacity(Layer.MASK, 1.0)
    levels = np.rint(np.nan_to_num(mask).clip(0, 1) * 255).astype(np.uint8)
    expected = blend(photo, levels, mask_table())
    np.testing.assert_array_equal(expected[0, 0], inferno()[255])
    assert_shows(canvas, expected)


def test_saliency_in_grey_and_as_a_tint(canvas: Canvas, photo: np.ndarray) -> None:
    saliency = blocks(np.random.default_rng(2), [0, 90, 255])
    canvas.set_photo(photo)
    canvas.set_saliency(saliency)
    canvas.layers.set_visible(Layer.SALIENCY, True)
    canvas.layers.set_opacity(Layer.SALIENCY, 1.0)
    assert_shows(canvas, saliency[:, :, None].repeat(3, axis=2))
    canvas.set_saliency_tint((255, 0, 0))
    weight = saliency[:, :, None] / 255
    assert_shows(canvas, photo * (1 - weight) + np.array([255, 0, 0]) * weight)


def test_the_saliency_line_runs_between_salient_and_not(canvas: Canvas, photo: np.ndarray, grab: Grab) -> None:
    saliency = np.zeros((60, 80), np.uint8)
    saliency[:, 40:] = 100
    canvas.set_photo(photo)
    canvas.set_saliency(saliency)
    before = grab()
    canvas.set_saliency_cut(100)
    changed = (grab() != before).any(axis=2)
    border = canvas.to_widget(40, 30).x()
    assert set(np.flatnonzero(changed.any(axis=0))) == {int(border) - 1, int(border)}
    canvas.set_saliency_cut(101)
    np.testing.assert_array_equal(grab(), before)


def test_edits_are_hatched_and_outlined_inside_only(canvas: Canvas, photo: np.ndarray, grab: Grab) -> None:
    edits = np.zeros((60, 80), bool)
    edits[20:40, 30:50] = True
    canvas.set_photo(photo)
    before = grab()
    canvas.set_edits(edits)
    changed = (grab() != before).any(axis=2)
    _, edited = shown_pixels(canvas, edits)
    assert not changed[~edited].any()
    rows, columns = np.flatnonzero(edited.any(axis=1)), np.flatnonzero(edited.any(axis=0))
    assert changed[rows[0], columns].all()
    assert changed[rows, columns[-1]].all()
    assert 0.2 < changed[edited].mean() < 0.9


def test_difference_names_missed_extra_and_confused() -> None:
    labels = np.array([[0, 0, 5, 5, 5, 255, 255, 255]], np.uint8)
    truth = np.array([[0, 5, 0, 5, 6, 0, 7, 255]], np.uint8)
    expected = [[0, MISSED, EXTRA, 0, CONFUSED, 0, MISSED, 0]]
    assert difference(labels, truth).tolist() == expected


def test_ground_truth_and_difference_are_layers(canvas: Canvas, photo: np.ndarray) -> None:
    rng = np.random.default_rng(3)
    labels, truth = blocks(rng, [0, 1, 2, 255]), blocks(rng, [0, 1, 2, 255])
    canvas.set_photo(photo)
    canvas.set_labels(labels)
    canvas.set_ground_truth(truth)
    canvas.layers.set_visible(Layer.LABELS, False)
    canvas.layers.set_visible(Layer.GROUND_TRUTH, True)
    assert_shows(canvas, blend(photo, truth, label_table()))
    canvas.layers.set_visible(Layer.GROUND_TRUTH, False)
    canvas.layers.set_visible(Layer.DIFFERENCE, True)
    assert_shows(canvas, blend(photo, difference(labels, truth), difference_table(), 0.9))


@pytest.mark.parametrize("zoom", [0.31, 1.0, 5.3])
@pytest.mark.parametrize("layer", ["labels", "difference", "outline", "edits", "both", "saliency", "cut"])
def test_redrawing_the_changed_part_gives_what_redrawing_all_gives(
    canvas: Canvas, qtbot: QtBot, zoom: float, layer: str
) -> None:
    rng = np.random.default_rng(4)
    labels = blocks(rng, [0, 1, 2, 9], (300, 400))
    saliency = blocks(rng, [0, 100, 200], (300, 400))
    edits = blocks(rng, [0, 1], (300, 400))
    canvas.set_photo(np.full((300, 400, 3), 90, np.uint8))
    canvas.set_labels(labels)
    changes: dict[str, tuple[np.ndarray, Callable[[tuple[int, int, int, int]], None]]] = {
        "labels": (labels, canvas.labels_changed),
        "difference": (labels, canvas.labels_changed),
        "outline": (labels, canvas.labels_changed),
        "edits": (edits, canvas.edits_changed),
        "both": (edits, canvas.correction_changed),
        "saliency": (saliency, canvas.saliency_changed),
        "cut": (saliency, canvas.saliency_changed),
    }
    canvas.set_edits(edits if layer in ("edits", "both") else None)
    canvas.set_saliency(saliency)
    canvas.layers.set_visible(Layer.SALIENCY, layer == "saliency")
    canvas.set_saliency_cut(100 if layer == "cut" else None)
    canvas.layers.set_visible(Layer.OUTLINE, layer == "outline")
    canvas.set_ground_truth(blocks(rng, [0, 1], (300, 400)))
    canvas.layers.set_visible(Layer.DIFFERENCE, layer == "difference")
    canvas.set_zoom(zoom)
    pixels_of(canvas)
    array, changed = changes[layer]
    for _ in range(8):
        x, y = int(rng.integers(0, 390)), int(rng.integers(0, 290))
        rect = x, y, x + int(rng.integers(1, 60)), y + int(rng.integers(1, 60))
        array[rect[1] : rect[3], rect[0] : rect[2]] = rng.choice(array.reshape(-1))
        if layer == "both":
            labels[rect[1] : rect[3], rect[0] : rect[2]] = rng.choice(labels.reshape(-1))
        changed(rect)
    part = pixels_of(canvas)
    changed((0, 0, 400, 300))
    np.testing.assert_array_equal(part, pixels_of(canvas))


def test_a_background_that_has_a_colour_is_drawn(canvas: Canvas, photo: np.ndarray) -> None:
    labels = np.zeros((60, 80), np.uint8)
    table = label_table()
    canvas.set_photo(photo)
    canvas.set_labels(labels)
    assert_shows(canvas, photo)
    table[0] = (0, 200, 0, 255)
    canvas.set_label_table(table)
    assert_shows(canvas, blend(photo, labels, table))


def test_a_dab_repaints_no_more_than_it_touches(canvas: Canvas, paints: Paints, qtbot: QtBot) -> None:
    labels = np.zeros((3000, 4000), np.uint8)
    canvas.set_photo(np.zeros((3000, 4000, 3), np.uint8))
    canvas.set_labels(labels)
    canvas.actual_size()
    QApplication.processEvents()
    paints.rects.clear()
    labels[1490:1510, 1990:2010] = 3
    canvas.labels_changed((1990, 1490, 2010, 1510))
    qtbot.waitUntil(lambda: bool(paints.rects))
    (rect,) = paints.rects
    assert 20 <= rect.width() <= 23
    assert 20 <= rect.height() <= 23
    paints.rects.clear()
    canvas.labels_changed((0, 0, 20, 20))
    QApplication.processEvents()
    assert not paints.rects


def test_peek_shows_the_photo_alone(canvas: Canvas, photo: np.ndarray) -> None:
    canvas.set_photo(photo)
    canvas.set_labels(np.ones((60, 80), np.uint8))
    canvas.set_edits(np.ones((60, 80), bool))
    canvas.layers.set_visible(Layer.PHOTO, False)
    canvas.set_peek(True)
    assert_shows(canvas, photo)
    canvas.set_peek(False)
    hidden = pixels_of(canvas)
    inside, colors = shown_pixels(canvas, photo)
    assert (np.abs(hidden.astype(float) - colors)[inside] > TOLERANCE).any(axis=1).mean() > 0.9


def test_split_shows_the_compared_map_on_the_left(canvas: Canvas, photo: np.ndarray, grab: Grab) -> None:
    labels, compare = np.full((60, 80), 1, np.uint8), np.full((60, 80), 2, np.uint8)
    canvas.set_photo(photo)
    canvas.set_labels(labels)
    canvas.set_compare(compare)
    canvas.set_split(True)
    canvas.set_divider(0.25)
    left, right = blend(photo, compare, label_table()), blend(photo, labels, label_table())
    shown = grab().astype(float)
    for side, columns in ((left, slice(0, 85)), (right, slice(115, 400))):
        inside, colors = shown_pixels(canvas, side)
        inside[:, : columns.start] = False
        inside[:, columns.stop :] = False
        assert inside.any()
        assert np.abs(shown - colors)[inside].max() <= TOLERANCE


def test_tone_changes_the_photo_and_not_the_labels(canvas: Canvas, photo: np.ndarray) -> None:
    labels = np.zeros((60, 80), np.uint8)
    labels[:30] = 1
    table = np.zeros((256, 4), np.uint8)
    table[1] = (20, 120, 220, 255)
    canvas.set_photo(photo)
    canvas.set_labels(labels)
    canvas.set_label_table(table)
    tone = PhotoTone(0.1, 0.2, 1.5)
    canvas.layers.set_tone(tone)
    levels = tone.table()
    assert levels is not None
    assert_shows(canvas, blend(levels[photo], labels, table))


def test_arrays_of_another_size_are_refused_and_a_new_photo_drops_them(
    canvas: Canvas, photo: np.ndarray, grab: Grab
) -> None:
    canvas.set_photo(photo)
    with pytest.raises(ValueError, match="differ in size"):
        canvas.set_labels(np.zeros((60, 81), np.uint8))
    canvas.set_labels(np.ones((60, 80), np.uint8))
    other = np.full((40, 40, 3), 77, np.uint8)
    canvas.set_photo(other)
    assert_shows(canvas, other)
    canvas.set_photo(None)
    assert len(np.unique(grab().reshape(-1, 3), axis=0)) == 1


def test_labels_show_without_a_photo(canvas: Canvas) -> None:
    labels = np.ones((60, 80), np.uint8)
    table = np.full((256, 4), 255, np.uint8)
    table[1, :3] = (1, 2, 200)
    canvas.set_label_table(table)
    canvas.set_labels(labels)
    assert canvas.image_size == (80, 60)
    assert_shows(canvas, np.broadcast_to(table[1, :3], (60, 80, 3)))


def test_painting_loses_no_reference_to_none(canvas: Canvas, photo: np.ndarray) -> None:
    """PySide6 6.12.0 lost one at each call of QPainter and brought Python 3.11 down after some thousand."""
    canvas.set_photo(photo)
    canvas.set_labels(np.ones((60, 80), np.uint8))
    canvas.set_brush_cursor(5)
    pixels_of(canvas)
    before = sys.getrefcount(None)
    for _ in range(100):
        pixels_of(canvas)
    assert sys.getrefcount(None) > before - 50
