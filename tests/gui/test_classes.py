"""File ▸ Classes with keys and mouse: own classes, what the model can do for them, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QColorDialog, QDialogButtonBox, QFileDialog, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from edam_gui.core.label_set import PASCAL_VOC
from edam_gui.core.palette import voc_palette
from edam_gui.gui.annotate.class_model import Column
from edam_gui.gui.annotate.image_list.legend import ClassLegend
from edam_gui.gui.app import Program
from edam_gui.gui.dialogs.class_dialog import COLOR, NAME, ClassDialog
from edam_gui.session.model_host import ModelState
from tests.gui.conftest import OpenWindow
from tests.gui.driving import PATIENCE_MS, click_canvas, wait_for_label_map
from tests.session.projects import CAT

_LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def unlabelled(tmp_path: Path) -> Path:
    """Two photos of which nothing is known."""
    folder = tmp_path / "walls"
    folder.mkdir()
    for number in range(2):
        noise = np.random.default_rng(number).integers(0, 255, (90, 120, 3), np.uint8)
        Image.fromarray(noise).save(folder / f"wall{number}.png")
    return folder


def open_dialog(qtbot: QtBot, program: Program) -> ClassDialog:
    """Press Ctrl+Shift+K and wait for the dialog."""
    window = program.window
    window.canvas.setFocus()
    QTest.keySequence(window.canvas, "Ctrl+Shift+K")
    found: list[ClassDialog] = []

    def there() -> None:
        found[:] = [dialog for dialog in window.findChildren(ClassDialog) if dialog.isVisible()]
        assert found

    qtbot.waitUntil(there, timeout=PATIENCE_MS)
    return found[0]


def type_name(qtbot: QtBot, dialog: ClassDialog, name: str) -> None:
    """Type into the name that is being edited, and press Enter."""
    editor = dialog.table.findChild(QLineEdit)
    assert editor is not None, "no name is being edited"
    QTest.keySequence(editor, "Ctrl+A")
    QTest.keyClicks(editor, name)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: dialog.table.findChild(QLineEdit) is None, timeout=PATIENCE_MS)


def rename(qtbot: QtBot, dialog: ClassDialog, row: int, name: str) -> None:
    """Choose a class with the mouse, press F2, type."""
    item = dialog.table.item(row, NAME)
    assert item is not None
    dialog.table.scrollToItem(item)
    QTest.mouseClick(dialog.table.viewport(), _LEFT, pos=dialog.table.visualItemRect(item).center())
    QTest.keyClick(dialog.table, Qt.Key.Key_F2)
    type_name(qtbot, dialog, name)


def click_ok(dialog: ClassDialog) -> None:
    QTest.mouseClick(dialog.buttons.button(QDialogButtonBox.StandardButton.Ok), _LEFT)


def answer(dialog: ClassDialog, text: str) -> None:
    """Answer what a new name means to the model."""
    assert dialog.question is not None, "nothing was asked"
    buttons = [button for button in dialog.question.findChildren(QPushButton) if button.text() == text]
    QTest.mouseClick(buttons[0], _LEFT)


def listed(program: Program) -> dict[int, str]:
    """Return number -> name as the class panel shows them."""
    model = program.window.classes.model
    rows = range(model.rowCount())
    return {model.class_at(row).index: str(model.index(row, Column.NAME).data()) for row in rows}


def test_add_rename_and_recolour_show_everywhere(program: Program, qtbot: QtBot) -> None:
    dialog = open_dialog(qtbot, program)
    QTest.keyClick(dialog.table, Qt.Key.Key_Insert)
    type_name(qtbot, dialog, "crack")
    rename(qtbot, dialog, CAT - 1, "kitten")
    color = dialog.table.item(CAT - 1, COLOR)
    assert color is not None
    place = dialog.table.visualItemRect(color).center()
    QTest.mouseClick(dialog.table.viewport(), _LEFT, pos=place)
    QTest.mouseDClick(dialog.table.viewport(), _LEFT, pos=place)
    colors = dialog.findChild(QColorDialog)
    assert colors is not None
    colors.setCurrentColor(QColor(10, 20, 30))
    QTest.mouseClick(colors.findChildren(QDialogButtonBox)[0].button(QDialogButtonBox.StandardButton.Ok), _LEFT)
    click_ok(dialog)
    answer(dialog, "The same thing")
    qtbot.waitUntil(lambda: listed(program).get(21) == "crack", timeout=PATIENCE_MS)
    assert listed(program)[CAT] == "kitten"
    wait_for_label_map(qtbot, program)
    window = program.window
    assert window.presenter.colors()[CAT].tolist() == [10, 20, 30]
    window.book.action("view.grid").trigger()
    legend = window.findChild(ClassLegend)
    assert legend is not None
    assert legend.buttons[21].text() == "21  crack"
    window.book.action("view.grid").trigger()
    boxes = (window.images.filter.classes, window.thresholds.classes)
    assert all(box.findText("kitten") >= 0 and box.findText("crack") >= 0 and box.findText("cat") < 0 for box in boxes)
    window.classes.pick(21)
    assert window.options.label.text() == "crack"


def test_what_photos_carry_is_not_removed_and_the_dialog_says_why(program: Program, qtbot: QtBot) -> None:
    program.session.folders.set(next(s.role for s in program.session.folders.states() if s.role == "masks"), None)
    dialog = open_dialog(qtbot, program)
    item = dialog.table.item(CAT - 1, NAME)
    assert item is not None
    QTest.mouseClick(dialog.table.viewport(), _LEFT, pos=dialog.table.visualItemRect(item).center())
    QTest.keyClick(dialog.table, Qt.Key.Key_Delete)
    assert "2 photos are ticked with cat" in dialog.problem.text()
    assert dialog.table.rowCount() == 20
    rename(qtbot, dialog, CAT - 1, "dog")
    assert "There is a class 'dog' already" in dialog.problem.text()
    assert item.text() == "cat"
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert program.session.label_set == PASCAL_VOC


def test_own_classes_from_a_file_are_painted_and_exported(
    open_window: OpenWindow, unlabelled: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "own.json").write_text(json.dumps(["crack", "rust"]))
    program = open_window(unlabelled)
    session, window = program.session, program.window
    qtbot.waitUntil(lambda: session.current is not None, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: session.model.state is ModelState.READY, timeout=PATIENCE_MS)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "own.json"), ""))
    dialog = open_dialog(qtbot, program)
    QTest.mouseClick(dialog.load_button, _LEFT)
    assert dialog.table.rowCount() == 2
    click_ok(dialog)
    qtbot.waitUntil(lambda: session.model.state is ModelState.UNFIT, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: session.current is not None and session.current.labels is not None, timeout=PATIENCE_MS)
    assert listed(program) == {1: "crack", 2: "rust"}
    assert window.status.model.text() == "No model for these classes"
    message = window.workspace.messages.message()
    assert message is not None
    assert "label by hand" in message.text
    assert "paint it" in window.classes.hint.text()
    window.activateWindow()
    window.canvas.setFocus()
    qtbot.waitUntil(window.canvas.hasFocus, timeout=PATIENCE_MS)
    QTest.keyClick(window.canvas, Qt.Key.Key_2)
    window.book.action("tool.brush").trigger()
    click_canvas(window.canvas, 0.5, 0.5)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "map.png"), ""))
    QTest.keySequence(window.canvas, "Ctrl+E")
    with Image.open(tmp_path / "map.png") as image:
        assert np.unique(np.asarray(image)).tolist() == [0, 2]
        assert image.getpalette() == voc_palette().ravel().tolist()
    project = session.project
    assert project is not None
    project.store.flush()
    again = open_window(unlabelled)
    qtbot.waitUntil(lambda: again.session.model.state is ModelState.UNFIT, timeout=PATIENCE_MS)
    assert again.session.label_set.names == ("background", "crack", "rust")


@pytest.mark.parametrize(("text", "kept"), [("The same thing", True), ("Something else", False)])
def test_a_renamed_class_keeps_the_models_masks_only_if_the_user_says_so(
    open_window: OpenWindow, photos: Path, qtbot: QtBot, text: str, kept: bool
) -> None:
    program = open_window(photos)
    wait_for_label_map(qtbot, program)
    session = program.session
    dialog = open_dialog(qtbot, program)
    rename(qtbot, dialog, CAT - 1, "kitten")
    click_ok(dialog)
    answer(dialog, text)
    qtbot.waitUntil(lambda: session.label_set.names[CAT] == "kitten", timeout=PATIENCE_MS)
    wait_for_label_map(qtbot, program)
    current = session.current
    assert current is not None
    assert current.masks is not None
    assert current.ticks is not None
    assert CAT in current.ticks.classes
    assert (current.masks.plane(CAT, session.rules.score_form()) is not None) is kept
    assert ("does not know kitten" in session.model.remark) is not kept


def test_the_class_panel_offers_the_dialog(program: Program, qtbot: QtBot) -> None:
    panel = program.window.classes
    assert program.window.book.action("file.classes") in panel.view.actions()
    QTest.mouseClick(panel.edit_classes, _LEFT, pos=QPoint(5, 5))
    qtbot.waitUntil(lambda: program.window.findChild(ClassDialog) is not None, timeout=PATIENCE_MS)
