"""Clean-up dialog, history panel, note, and the actions of the Edit menu."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDockWidget, QWidget

from edam_gui.gui.annotate.clean_up_dialog import CleanUpDialog
from edam_gui.gui.annotate.clean_up_rows import ROWS
from edam_gui.gui.annotate.history_panel import HistoryPanel
from edam_gui.gui.annotate.threshold_panel import ThresholdPanel
from edam_gui.gui.bindings.edit import bind_edit
from edam_gui.gui.dialogs.note_dialog import NoteDialog
from edam_gui.session.clean_up import CleanUpKind
from tests.gui.tools.conftest import LEFT, Easel
from tests.session.projects import CAT

PERSON = 15


@dataclass(eq=False)
class Edit:
    history: HistoryPanel
    clean_up: CleanUpDialog


@pytest.fixture
def edit(easel: Easel) -> Iterator[Edit]:
    """The Edit menu's actions are bound."""
    history = HistoryPanel(easel.session)
    dock = QDockWidget("History", easel.window)
    dock.setWidget(history)
    easel.window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
    easel.window.resize(900, 480)
    clean_up = bind_edit(
        easel.book, easel.session, easel.controller, easel.canvas, dock,
        lambda: easel.session.label_set.palette, easel.window,
    )  # fmt: skip
    yield Edit(history, clean_up)
    clean_up.close()


def open_clean_up(easel: Easel, edit: Edit, kind: CleanUpKind) -> None:
    assert easel.book.run("edit.clean_up")
    edit.clean_up.kind.setCurrentIndex([row.kind for row in ROWS].index(kind))
    ready(easel)


def ready(easel: Easel) -> None:
    easel.qtbot.waitUntil(lambda: not easel.session.clean_up.is_busy, timeout=20_000)


def shown(easel: Easel) -> np.ndarray:
    """Return the label map that the canvas shows."""
    from edam_gui.gui.annotate.canvas.scene import Source

    return easel.canvas._scene.arrays[Source.LABELS]


def speck(easel: Easel) -> np.ndarray:
    """Paint a speck; return the label map."""
    easel.use("brush", PERSON, diameter=5.0)
    easel.click(60.5, 10.5)
    return easel.labels.copy()


def test_a_clean_up_is_seen_then_made_in_one_step(easel: Easel, edit: Edit) -> None:
    before = speck(easel)
    open_clean_up(easel, edit, CleanUpKind.ISLANDS)
    dialog = edit.clean_up
    assert not (shown(easel) == PERSON).any()
    assert np.array_equal(easel.labels, before)
    assert "21 pixels" in dialog.outcome.text()
    dialog.amount.setValue(5)
    ready(easel)
    assert dialog.outcome.text() == "Nothing to change."
    assert not dialog.apply_button.isEnabled()
    dialog.amount.setValue(50)
    ready(easel)
    QTest.mouseClick(dialog.apply_button, LEFT)
    assert not (easel.labels == PERSON).any()
    assert easel.steps == ("Brush: person", "Remove islands below 50 px")
    ready(easel)
    assert dialog.outcome.text() == "Nothing to change."
    easel.session.undo()
    assert np.array_equal(easel.labels, before)


def test_closing_shows_the_label_map_as_it_is(easel: Easel, edit: Edit) -> None:
    before = speck(easel)
    open_clean_up(easel, edit, CleanUpKind.BAND)
    assert not np.array_equal(shown(easel), before)
    QTest.keyClick(edit.clean_up, Qt.Key.Key_Escape)
    assert not edit.clean_up.isVisible()
    assert np.array_equal(shown(easel), before)
    assert easel.steps == ("Brush: person",)


def test_before_and_after_side_by_side(easel: Easel, edit: Edit) -> None:
    open_clean_up(easel, edit, CleanUpKind.BAND)
    edit.clean_up.compare.click()
    assert easel.canvas.split
    edit.clean_up.close()
    assert not easel.canvas.split


def test_painting_goes_on_while_the_dialog_is_open(easel: Easel, edit: Edit) -> None:
    open_clean_up(easel, edit, CleanUpKind.ISLANDS)
    easel.use("brush", PERSON, diameter=5.0)
    easel.press(60.5, 10.5)
    assert shown(easel) is easel.labels
    easel.release(60.5, 10.5)
    ready(easel)
    assert not (shown(easel) == PERSON).any()


def test_the_dialog_follows_to_another_image(easel: Easel, edit: Edit) -> None:
    open_clean_up(easel, edit, CleanUpKind.BAND)
    easel.go("next")
    easel.qtbot.waitUntil(edit.clean_up.apply_button.isEnabled, timeout=20_000)
    QTest.mouseClick(edit.clean_up.apply_button, LEFT)
    assert easel.steps == ("Ignore 5 px along borders",)


def test_growing_asks_for_one_class(easel: Easel, edit: Edit) -> None:
    easel.use("brush", CAT)
    before = easel.labels.copy()
    open_clean_up(easel, edit, CleanUpKind.GROW)
    assert edit.clean_up.label.currentText() == "cat"
    QTest.mouseClick(edit.clean_up.apply_button, LEFT)
    assert (easel.labels == CAT).sum() > (before == CAT).sum()
    assert easel.steps == ("Grow by 2 px: cat",)


def rows(panel: HistoryPanel) -> list[str]:
    return [panel.model.index(row).data() for row in range(panel.model.rowCount())]


def click_row(panel: HistoryPanel, row: int) -> None:
    view = panel.view
    QTest.mouseClick(
        view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, view.visualRect(panel.model.index(row)).center()
    )


def test_the_history_names_steps_and_goes_where_one_clicks(easel: Easel, edit: Edit) -> None:
    states = [easel.labels.copy()]
    for tool, x in (("brush", 20), ("eraser", 60), ("ignore", 100)):
        easel.use(tool, PERSON)
        easel.click(x, 40)
        states.append(easel.labels.copy())
    panel = edit.history
    assert rows(panel)[1:] == ["Brush: person", "Brush: background", "Brush: ignore"]
    for row in (1, 0, 3, 2):
        click_row(panel, row)
        assert np.array_equal(easel.labels, states[row])
        assert panel.model.position == row
        assert panel.view.currentIndex().row() == row
        assert panel.model.index(row).data(Qt.ItemDataRole.FontRole).bold()
    easel.click(20, 20)
    assert rows(panel)[1:] == ["Brush: person", "Brush: background", "Brush: ignore"]
    easel.go("next")
    assert len(rows(panel)) == 1
    easel.go("previous")
    assert len(rows(panel)) == 4


def test_the_history_panel_opens_and_closes(easel: Easel, edit: Edit) -> None:
    action = easel.book.action("edit.history")
    assert action.isChecked()
    assert easel.book.run("edit.history")
    assert not edit.history.isVisible()
    assert easel.book.run("edit.history")
    assert edit.history.isVisible()


def test_undo_and_redo_by_key(easel: Easel, edit: Edit) -> None:
    before = easel.labels.copy()
    after = speck(easel)
    easel.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert np.array_equal(easel.labels, before)
    easel.key(Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert np.array_equal(easel.labels, after)


def test_undo_by_key_takes_back_a_corner_or_the_stroke_first(easel: Easel, edit: Edit) -> None:
    ctrl = Qt.KeyboardModifier.ControlModifier
    before = easel.labels.copy()
    easel.use("polygon")
    easel.click(20, 5)
    easel.click(60, 5)
    easel.key(Qt.Key.Key_Z, ctrl)
    assert len(easel.controller.tool.points) == 1
    easel.key(Qt.Key.Key_Z, ctrl)
    assert not easel.controller.tool.is_busy
    easel.use("brush", PERSON)
    easel.press(20, 5)
    easel.key(Qt.Key.Key_Z, ctrl)
    easel.release(20, 5)
    assert np.array_equal(easel.labels, before)
    assert easel.steps == ()


def test_corrections_are_removed_and_baked(easel: Easel, edit: Edit) -> None:
    before = easel.labels.copy()
    after = speck(easel)
    assert easel.book.run("edit.bake")
    assert easel.session.current.edits.share == 1
    assert easel.book.run("edit.remove_corrections")
    assert np.array_equal(easel.labels, before)
    assert easel.steps == ("Brush: person", "Bake into corrections", "Remove all corrections")
    easel.session.undo()
    assert np.array_equal(easel.labels, after)


def test_a_note_is_typed(easel: Easel, edit: Edit) -> None:
    assert easel.book.run("edit.note")
    dialog = easel.window.findChild(NoteDialog)
    assert isinstance(dialog, QWidget)
    QTest.keyClicks(dialog.edit, "unsure about the tail")
    dialog.accept()
    assert easel.session.notes.text == "unsure about the tail"
    assert easel.steps == ("Note",)


def test_the_crf_respects_strokes_when_asked(easel: Easel) -> None:
    panel = ThresholdPanel(easel.session)
    easel.qtbot.addWidget(panel)
    panel.show()
    assert not panel.respect.isVisible()
    panel.crf.click()
    assert panel.respect.isVisible()
    panel.respect.click()
    assert easel.session.labelling.respects_strokes
    panel.respect.click()
    assert not easel.session.labelling.respects_strokes
    easel.settle()
