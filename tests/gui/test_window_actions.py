"""Menus, dialogs and keys of the window, on a project whose masks come from files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRect, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollBar,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from edam_gui.core.palette import colour_blind_palette
from edam_gui.gui import preferences
from edam_gui.gui.annotate.canvas import Layer
from edam_gui.gui.app import Program
from edam_gui.gui.dialogs.crf_dialog import CrfDialog
from edam_gui.gui.dialogs.export_dialog import ExportDialog
from edam_gui.gui.dialogs.folders_dialog import FoldersDialog
from edam_gui.gui.dialogs.saliency_dialog import SaliencyDialog
from edam_gui.gui.shell.message_bar import MessageBar
from edam_gui.gui.shell.settings_dialog import SettingsDialog
from edam_gui.project.export import ExportFormat
from edam_gui.project.store import Role, Status
from tests.gui.driving import PATIENCE_MS, wait_for_label_map
from tests.session.projects import CAT, DOG, make_folder


def dialog_of(program: Program, kind: type[QDialog]) -> QDialog:
    found = [widget for widget in program.window.findChildren(kind) if widget.isVisible()]
    assert len(found) == 1, f"{len(found)} dialogs of the kind {kind.__name__}"
    return found[0]


def press(program: Program, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    program.window.canvas.setFocus()
    QTest.keyClick(program.window.canvas, key, modifier)


def test_every_action_of_the_table_does_something(program: Program) -> None:
    assert program.window.book.unbound() == ()
    assert program.window.book.clashes() == {}


_DIALOGS = (
    *(
        "file.classes",
        "file.folders",
        "file.export_all",
        "file.settings",
        "model.choose",
        "model.saliency",
        "edit.note",
    ),
    *("edit.clean_up", "help.shortcuts", "help.palette", "help.guide", "help.about"),
)


def test_every_control_has_a_name_and_a_tip(program: Program, qtbot: QtBot) -> None:
    window = program.window
    for _ in range(2):  # the grid is made when it is first shown
        window.book.action("view.grid").trigger()
    bare = [f"window: {control}" for control in bare_controls(window)]
    for name in _DIALOGS:
        assert window.book.run(name)
        if name == "file.classes":  # it looks first which classes are in use
            qtbot.waitUntil(lambda: bool(others(program)))
        opened = others(program)
        assert opened, f"{name} opens nothing"
        for dialog in opened:
            bare += [f"{name}: {control}" for control in bare_controls(dialog)]
            dialog.close()
        qtbot.waitUntil(lambda: not others(program))
    assert not bare, "\n".join(bare)
    wait_for_label_map(qtbot, program)


def others(program: Program) -> list[QWidget]:
    """Return the windows that are shown besides the main one."""
    return [w for w in program.app.topLevelWidgets() if w.isVisible() and w is not program.window]


def bare_controls(root: QWidget) -> list[str]:
    """Describe the controls that a screen reader has no name for, or that the mouse gets no tip of."""
    bare = []
    for kind in (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit):
        for control in root.findChildren(kind):
            parent = control.parent()
            if isinstance(control, QScrollBar) or isinstance(
                parent, QLineEdit | QComboBox | QAbstractSpinBox | QTabBar
            ):
                continue  # Qt's own parts of controls
            if control.objectName().startswith("qt_") or isinstance(parent, QDialogButtonBox):
                continue  # Qt's own; Close, Cancel and the like say all there is
            if isinstance(control, QPushButton) and isinstance(parent, MessageBar) and not control.text():
                continue  # has both once there is something to do
            named = control.accessibleName() or (isinstance(control, QAbstractButton) and control.text())
            if not named or not control.toolTip():
                bare.append(f"{control} {control.accessibleName()!r} {control.toolTip()!r}")
    return bare


def test_keys_go_through_the_images_and_accept(program: Program, qtbot: QtBot) -> None:
    press(program, Qt.Key.Key_S)
    wait_for_label_map(qtbot, program)
    assert program.session.current is not None
    assert program.session.current.entry.relative.name == "p1.png"
    press(program, Qt.Key.Key_A)
    wait_for_label_map(qtbot, program)
    assert program.session.current.status is Status.ACCEPTED
    press(program, Qt.Key.Key_A)
    message = program.window.workspace.messages.message()
    assert message is not None
    assert "first image" in message.text


def test_digits_pick_classes_also_above_nine(program: Program) -> None:
    press(program, Qt.Key.Key_8)
    assert program.window.classes.picked_class == CAT
    press(program, Qt.Key.Key_1)
    press(program, Qt.Key.Key_2)
    assert program.window.classes.picked_class == DOG
    assert program.session.editing.paint.label == DOG


def test_theta_moves_by_key(program: Program, qtbot: QtBot) -> None:
    program.settings.set(preferences.THETA_STEP, 7.0)
    before = program.session.rules.effective().thresholds.theta
    press(program, Qt.Key.Key_U)
    assert program.session.rules.effective().thresholds.theta == before + 7
    press(program, Qt.Key.Key_J)
    press(program, Qt.Key.Key_J)
    assert program.session.rules.effective().thresholds.theta == before - 7
    wait_for_label_map(qtbot, program)


def test_peeking_lasts_as_long_as_the_key_is_held(program: Program) -> None:
    canvas = program.window.canvas
    canvas.setFocus()
    QTest.keyPress(canvas, Qt.Key.Key_Z)
    assert canvas.peek
    QTest.keyRelease(canvas, Qt.Key.Key_Z)
    assert not canvas.peek


def test_layers_are_shown_by_menu_and_panel_alike(program: Program, qtbot: QtBot) -> None:
    window = program.window
    window.book.action("view.mask").trigger()
    assert window.layers.boxes[Layer.MASK].isChecked()
    qtbot.waitUntil(lambda: program.session.activation.plane is not None, timeout=PATIENCE_MS)
    window.layers.boxes[Layer.SALIENCY].click()
    assert window.canvas.layers.state(Layer.SALIENCY).visible
    assert window.book.action("view.saliency").isChecked()


def test_a_class_is_hidden_by_its_eye(program: Program) -> None:
    window = program.window
    window.classes.toggle_visible(CAT)
    assert CAT in window.classes.model.hidden
    window.classes.toggle_visible(CAT)
    assert CAT not in window.classes.model.hidden


def test_export_all_through_the_dialog(program: Program, tmp_path: Path, qtbot: QtBot) -> None:
    program.window.book.run("file.export_all")
    dialog = dialog_of(program, ExportDialog)
    assert isinstance(dialog, ExportDialog)
    assert dialog.out.text().endswith("project-labels"), "a folder beside the photos is suggested"
    dialog.out.clear()
    assert not dialog.go.isEnabled(), "there is no folder"
    dialog.formats[ExportFormat.VOC].setChecked(True)
    QTest.keyClicks(dialog.out, str(tmp_path / "out"))
    assert dialog.go.isEnabled()
    QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "2 images were exported" in dialog.state.text(), timeout=PATIENCE_MS)
    assert not dialog.failures.isVisible()
    current = program.session.current
    assert current is not None
    assert current.labels is not None
    with Image.open(tmp_path / "out" / "SegmentationClass" / "photos__p0.png") as picture:
        np.testing.assert_array_equal(np.asarray(picture), current.labels)
    dialog.reject()


def test_an_export_that_fails_for_one_photo_names_it(program: Program, tmp_path: Path, qtbot: QtBot) -> None:
    assert program.session.project is not None
    (program.session.project.folder / "photos" / "p1.png").write_bytes(b"no longer a picture")
    program.window.book.run("file.export_all")
    dialog = dialog_of(program, ExportDialog)
    assert isinstance(dialog, ExportDialog)
    dialog.out.setText(str(tmp_path / "out"))
    QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(dialog.failures.isVisible, timeout=PATIENCE_MS)
    assert "p1.png" in dialog.failures.toPlainText()
    assert "1 images were exported" in dialog.state.text()
    dialog.reject()


def test_the_folders_dialog_says_what_matches(program: Program, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "truth").mkdir()
    Image.fromarray(np.full((80, 120), CAT, np.uint8)).save(tmp_path / "truth" / "p0.png")
    program.session.folders.set(Role.GROUND_TRUTH, tmp_path / "truth")
    wait_for_label_map(qtbot, program)
    program.window.book.run("file.folders")
    dialog = dialog_of(program, FoldersDialog)
    assert isinstance(dialog, FoldersDialog)
    qtbot.waitUntil(lambda: "1 of 2" in dialog.fits[Role.GROUND_TRUTH].text(), timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: "2 of 2" in dialog.fits[Role.SALIENCY].text(), timeout=PATIENCE_MS)
    QTest.mouseClick(dialog.takes[Role.GROUND_TRUTH], Qt.MouseButton.LeftButton)
    assert dialog.paths[Role.GROUND_TRUTH].text() == ""
    dialog.reject()
    wait_for_label_map(qtbot, program)


def test_saliency_can_be_switched_off(program: Program, qtbot: QtBot) -> None:
    program.window.book.run("model.saliency")
    dialog = dialog_of(program, SaliencyDialog)
    assert isinstance(dialog, SaliencyDialog)
    dialog.choices["none"].click()
    dialog.accept()
    wait_for_label_map(qtbot, program)
    current = program.session.current
    assert current is not None
    assert current.saliency is None
    assert "Without a saliency map" in program.window.thresholds.hint.text()
    assert program.window.thresholds.rows["background"].isVisibleTo(program.window.thresholds)


def test_settings_hold_at_once(program: Program) -> None:
    program.window.book.run("file.settings")
    dialog_of(program, SettingsDialog).reject()
    program.settings.set(preferences.PALETTE, "colour_blind")
    np.testing.assert_array_equal(program.window.presenter.colors(), colour_blind_palette())
    program.settings.set(preferences.LABEL_OPACITY, 20)
    assert program.window.canvas.layers.state(Layer.LABELS).opacity == 0.2
    program.settings.set(preferences.ANNOTATOR, "Ada")
    assert program.session.project is not None
    assert program.session.project.store.annotator == "Ada"


def test_the_split_view_shows_what_was_before(program: Program, qtbot: QtBot) -> None:
    window = program.window
    before = program.session.current.labels.copy() if program.session.current else None
    corners = [QRect(0, 0, 90, 36), QRect(window.canvas.width() - 90, 0, 90, 36)]
    plain = [window.canvas.grab(corner).toImage() for corner in corners]
    window.book.action("view.split").trigger()
    assert window.canvas.split
    named = [window.canvas.grab(corner).toImage() for corner in corners]
    assert all(there != here for there, here in zip(named, plain, strict=True)), "the sides have names"
    assert window.workspace.messages.message() is not None, "there is nothing to see yet, and it is said why"
    program.session.rules.set(theta=255.0)
    wait_for_label_map(qtbot, program)
    assert program.session.comparison.labels is not None
    np.testing.assert_array_equal(program.session.comparison.labels, before)
    window.book.action("view.split").trigger()
    assert program.session.comparison.labels is None


def test_the_grid_and_back(program: Program) -> None:
    window = program.window
    window.book.action("view.grid").trigger()
    grid = window.workspace.grid
    assert grid is not None
    assert grid.isVisible()
    assert not window.canvas.isVisible()
    window.book.action("view.grid").trigger()
    assert window.canvas.isVisible()


def test_a_dropped_folder_is_opened(program: Program, tmp_path: Path, qtbot: QtBot) -> None:
    other = make_folder(tmp_path / "other", images=1)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(other))])
    actions, buttons = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    event = QDropEvent(QPointF(QPoint(50, 50)), actions, data, buttons, Qt.KeyboardModifier.NoModifier)
    program.window.dropEvent(event)
    qtbot.waitUntil(lambda: len(program.session.navigator.ids) == 1, timeout=PATIENCE_MS)
    wait_for_label_map(qtbot, program)
    assert program.window.recent.paths()[0] == other


def test_the_palette_of_commands_runs_an_action(program: Program) -> None:
    window = program.window
    window.book.run("help.palette")
    palette = window.help.palette
    assert palette.isVisible()
    line = palette.findChild(QLineEdit)
    assert line is not None
    QTest.keyClicks(line, "peek")
    assert "Peek" in palette.texts()[0]
    palette.close()


def test_the_guide_opens_at_the_keys(program: Program) -> None:
    window = program.window
    window.book.run("help.keys")
    guide = window.help.show_guide()
    assert guide.isVisible()
    assert "Ctrl+Z" in guide.text()
    guide.close()


def test_closing_the_project_shows_what_to_do_again(program: Program) -> None:
    program.window.book.run("file.close_project")
    assert program.window.workspace.empty.isVisible()
    assert program.session.project is None
    assert not program.window.book.action("image.next").isEnabled()


def test_the_dense_crf_follows_its_parameters(program: Program, qtbot: QtBot) -> None:
    panel = program.window.thresholds
    panel.crf.click()
    wait_for_label_map(qtbot, program)
    panel.crf_options.click()
    dialog = dialog_of(program, CrfDialog)
    assert isinstance(dialog, CrfDialog)
    dialog.boxes["iterations"].setValue(7)
    assert program.session.labelling.crf_options.parameters.iterations == 7
    wait_for_label_map(qtbot, program)
    dialog.reject()
    assert program.session.project is not None
    assert program.session.project.store.setting("crf")["iterations"] == 7


def test_zoom_and_place_come_back_with_the_image(program: Program, qtbot: QtBot) -> None:
    canvas = program.window.canvas
    canvas.set_zoom(6.0)
    canvas.centre_on(40.0, 30.0)
    state = canvas.view_state()
    press(program, Qt.Key.Key_D)
    wait_for_label_map(qtbot, program)
    assert canvas.view_state().fitted
    press(program, Qt.Key.Key_A)
    wait_for_label_map(qtbot, program)
    again = canvas.view_state()
    assert (again.scale, again.x, again.y) == pytest.approx((state.scale, state.x, state.y))
