"""A person opens photos, drags thresholds, ticks classes, goes on and comes back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from edam_gui.core.label_set import PASCAL_VOC
from edam_gui.core.pseudo_label import pseudo_label
from edam_gui.gui.annotate.class_model import Column
from edam_gui.gui.app import Program
from tests.gui.conftest import OpenWindow, close_program
from tests.gui.driving import PATIENCE_MS, at, drag_slider, type_into, wait_for_label_map

CAT, DOG = PASCAL_VOC.index("cat"), PASCAL_VOC.index("dog")


def click_tick(program: Program, class_index: int) -> None:
    view, model = program.window.classes.view, program.window.classes.model
    line = model.row_of(class_index)
    assert line is not None
    box = view.visualRect(model.index(line, Column.TICK))
    view.scrollTo(model.index(line, Column.TICK))
    box = view.visualRect(model.index(line, Column.TICK))
    place = box.topLeft() + (box.bottomLeft() - box.topLeft()) / 2
    place.setX(place.x() + 11)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)


def shown(program: Program) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    assert program.session.current is not None
    assert program.session.current.labels is not None
    return program.session.current.labels.copy()


def test_without_anything_open_the_window_says_what_to_do(open_window: OpenWindow) -> None:
    program = open_window()
    assert program.window.workspace.empty.isVisible()
    assert program.window.workspace.empty.folder_button.isVisible()
    assert not program.window.book.action("image.next").isEnabled()


def test_a_folder_is_opened_and_labelled(open_window: OpenWindow, photos: Path, qtbot: QtBot) -> None:
    program = open_window(photos)
    wait_for_label_map(qtbot, program)
    current = program.session.current
    assert current is not None
    assert current.entry.relative.name == "cat.png"
    assert current.present == {CAT}
    assert set(np.unique(shown(program))) == {0, CAT}
    assert program.window.windowTitle().startswith("cat.png (1 of 3)")
    assert program.window.canvas.isVisible()


def test_the_label_map_follows_a_dragged_slider_to_the_pixel(
    open_window: OpenWindow, photos: Path, qtbot: QtBot
) -> None:
    program = open_window(photos)
    wait_for_label_map(qtbot, program)
    before = shown(program)
    drag_slider(program.window.thresholds.rows["theta"].slider, 0.8)
    wait_for_label_map(qtbot, program)
    after = shown(program)
    assert np.count_nonzero(after) < np.count_nonzero(before)
    session, current = program.session, program.session.current
    assert current is not None
    assert current.frame is not None
    assert current.frame.scores is not None
    rule = session.rules.effective()
    assert rule.thresholds.theta > 150
    np.testing.assert_array_equal(after, pseudo_label(current.frame.scores, current.saliency, rule))


def test_an_exact_number_can_be_typed(open_window: OpenWindow, photos: Path, qtbot: QtBot) -> None:
    program = open_window(photos)
    wait_for_label_map(qtbot, program)
    type_into(program.window.thresholds.rows["theta"].box, "28.999999999999996")
    assert program.session.rules.effective().thresholds.theta == 28.999999999999996
    type_into(program.window.thresholds.rows["beta"].box, "0.99999")
    assert program.session.rules.effective().thresholds.beta == 0.99999


def test_thresholds_stay_on_the_next_image_unless_it_has_its_own(
    open_window: OpenWindow, photos: Path, qtbot: QtBot
) -> None:
    program = open_window(photos)
    wait_for_label_map(qtbot, program)
    type_into(program.window.thresholds.rows["theta"].box, "77")
    QTest.keyClick(program.window, Qt.Key.Key_D)
    wait_for_label_map(qtbot, program)
    assert program.session.rules.effective().thresholds.theta == 77
    program.window.thresholds.scope.setFocus()
    QTest.keyClick(program.window.thresholds.scope, Qt.Key.Key_Down)
    type_into(program.window.thresholds.rows["theta"].box, "11")
    assert program.session.rules.effective().thresholds.theta == 11
    program.window.book.run("image.previous")
    wait_for_label_map(qtbot, program)
    assert program.session.rules.effective().thresholds.theta == 77


def test_unticking_gives_the_pixels_to_the_runner_up_at_once(
    open_window: OpenWindow, photos: Path, qtbot: QtBot
) -> None:
    program = open_window(photos)
    wait_for_label_map(qtbot, program)
    program.window.book.run("image.next")
    wait_for_label_map(qtbot, program)
    current = program.session.current
    assert current is not None
    assert current.present == {CAT, DOG}
    before = shown(program)
    click_tick(program, CAT)
    wait_for_label_map(qtbot, program)
    assert current.present == {DOG}
    after = shown(program)
    assert CAT in before
    assert CAT not in after
    assert np.any(after[before == CAT] == DOG)
    program.window.book.run("edit.undo")
    wait_for_label_map(qtbot, program)
    np.testing.assert_array_equal(shown(program), before)


def test_suggestions_are_marked_until_confirmed(open_window: OpenWindow, photos: Path, qtbot: QtBot) -> None:
    (photos / "labels.csv").unlink()
    program = open_window(photos)
    wait_for_label_map(qtbot, program)
    ticks = program.session.ticks.ticks
    assert ticks is not None
    assert CAT in ticks.suggested
    assert program.window.classes.confirm.isVisible()
    QTest.mouseClick(program.window.classes.confirm, Qt.MouseButton.LeftButton)
    ticks = program.session.ticks.ticks
    assert ticks is not None
    assert not ticks.suggested
    assert CAT in ticks.classes
    assert not program.window.classes.confirm.isVisible()


def test_the_read_out_tells_scores_and_the_rule_that_decided(
    open_window: OpenWindow, photos: Path, qtbot: QtBot
) -> None:
    program = open_window(photos)
    wait_for_label_map(qtbot, program)
    canvas = program.window.canvas
    QTest.mouseMove(canvas, at(canvas, 0.1, 0.1))
    QTest.mouseMove(canvas, at(canvas, 0.5, 0.5))
    text = program.window.status.readout.text()
    assert text.startswith(("x 75, y 50", "x 75, y 49", "x 74, y 49"))
    assert "saliency" in text
    assert "cat 0." in text or "cat 1" in text
    assert "→" in text


def test_everything_is_there_again_after_closing(open_window: OpenWindow, photos: Path, qtbot: QtBot) -> None:
    program = open_window(photos)
    wait_for_label_map(qtbot, program)
    type_into(program.window.thresholds.rows["theta"].box, "99")
    program.window.book.run("image.next")
    wait_for_label_map(qtbot, program)
    label_map = shown(program)
    close_program(program)
    again = open_window()  # the last project opens by itself
    wait_for_label_map(qtbot, again)
    assert again.session.current is not None
    assert again.session.current.entry.relative.name == "mirrored.png"
    assert again.session.rules.effective().thresholds.theta == 99
    np.testing.assert_array_equal(shown(again), label_map)


def test_a_folder_without_images_is_one_sentence(open_window: OpenWindow, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "empty").mkdir()
    program = open_window(tmp_path / "empty")
    bar = program.window.workspace.messages
    qtbot.waitUntil(bar.isVisible, timeout=PATIENCE_MS)
    message = bar.message()
    assert message is not None
    assert "holds no images" in message.text


def test_a_broken_photo_is_named_and_the_next_one_works(open_window: OpenWindow, photos: Path, qtbot: QtBot) -> None:
    (photos / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnot really")
    program = open_window(photos)
    bar = program.window.workspace.messages
    qtbot.waitUntil(bar.isVisible, timeout=PATIENCE_MS)
    message = bar.message()
    assert message is not None
    assert "broken.png" in message.text
    program.window.book.run("image.next")
    wait_for_label_map(qtbot, program)
    assert not bar.isVisible()
