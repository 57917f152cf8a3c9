"""Keys and clicks that come while something is loading, fails to load, or must not be changed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from edam_gui.core.errors import Cancelled, EdamError
from edam_gui.gui.annotate.class_model import Column
from edam_gui.gui.app import Program
from edam_gui.gui.dialogs.note_dialog import NoteDialog
from edam_gui.imaging.crf import refine
from edam_gui.jobs import CancelToken
from edam_gui.project.images import ImageEntry
from edam_gui.project.store import Query, Status
from edam_gui.session import model_host, opener
from edam_gui.session.image_files import FileReader, ImageFiles
from edam_gui.session.model_host import ModelHost
from tests.gui.conftest import OpenWindow
from tests.gui.driving import PATIENCE_MS, at, drag_slider, wait_for_label_map
from tests.session.projects import CAT, DOG, make_folder, without_network


@pytest.fixture
def program(open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Program:
    """A window on four photos; no network is loaded."""
    monkeypatch.setattr(ModelHost, "load", without_network)
    program = open_window(make_folder(tmp_path / "project", images=4))
    wait_for_label_map(qtbot, program)
    return program


def press(program: Program, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    program.window.canvas.setFocus()
    QTest.keyClick(program.window.canvas, key, modifier)


def name(program: Program) -> str:
    assert program.session.current is not None
    return program.session.current.entry.relative.name


def message(program: Program) -> str:
    shown = program.window.workspace.messages.message()
    return "" if shown is None else shown.text


def gated_reading(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Let no photo be read from now on until the event is set."""
    gate, read = threading.Event(), FileReader.read

    def slowly(reader: FileReader, entry: ImageEntry) -> ImageFiles:
        gate.wait(30)
        return read(reader, entry)

    monkeypatch.setattr(FileReader, "read", slowly)
    return gate


@pytest.fixture
def second(program: Program, open_window: OpenWindow, qtbot: QtBot) -> Program:
    """Another window on the same project."""
    assert program.session.project is not None
    second = open_window(program.session.project.folder)
    wait_for_label_map(qtbot, second)
    return second


def test_keys_pressed_before_the_photo_is_there_count(
    program: Program, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    gate = gated_reading(monkeypatch)
    session = program.session
    session.desk.prepare(False)
    session.navigator.go_to(session.navigator.ids[3])
    assert session.current is not None
    assert session.current.files is None
    press(program, Qt.Key.Key_8)
    press(program, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    assert session.current.present == {DOG}
    press(program, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert session.current.present == {CAT, DOG}
    press(program, Qt.Key.Key_W)
    gate.set()
    assert session.current.status is Status.NEEDS_WORK, "the list ends here, so the image stays"
    wait_for_label_map(qtbot, program)


def test_a_broken_photo_can_be_skipped_by_key(
    open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(ModelHost, "load", without_network)
    folder = make_folder(tmp_path / "project")
    (folder / "photos" / "p0.png").write_bytes(b"no picture")
    program = open_window(folder)
    session = program.session
    qtbot.waitUntil(lambda: session.current is not None and bool(session.current.problem), timeout=PATIENCE_MS)
    assert not program.window.book.action("image.accept").isEnabled(), "there is nothing to be accepted"
    QTest.keyClick(program.window, Qt.Key.Key_W, Qt.KeyboardModifier.ShiftModifier)
    wait_for_label_map(qtbot, program)
    assert name(program) == "p1.png"
    assert session.rows.many(session.navigator.ids)[0].status is Status.SKIPPED


def test_a_stroke_is_kept_when_its_image_is_read_again(program: Program, qtbot: QtBot) -> None:
    canvas, session = program.window.canvas, program.session
    program.window.book.run("tool.brush")
    press(program, Qt.Key.Key_8)
    place, left, none = at(canvas, 0.5, 0.1), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(canvas, left, none, place)
    session.desk.reload()  # what an import of labels does when it is done
    QTest.mouseRelease(canvas, left, none, place)
    wait_for_label_map(qtbot, program)
    assert session.current is not None
    assert session.current.history.names == ("Brush: cat",)
    assert session.current.labels is not None
    assert session.current.labels[8, 60] == CAT


def test_the_next_image_follows_one_that_left_the_filtered_list(program: Program, qtbot: QtBot) -> None:
    navigator = program.session.navigator
    navigator.go_to(navigator.ids[2])
    wait_for_label_map(qtbot, program)
    program.session.finishing.accept()
    navigator.set_query(Query(statuses=frozenset({Status.NEW})))
    qtbot.waitUntil(lambda: len(navigator.ids) == 3)
    press(program, Qt.Key.Key_D)
    assert name(program) == "p3.png"
    wait_for_label_map(qtbot, program)
    navigator.set_query(Query())
    qtbot.waitUntil(lambda: len(navigator.ids) == 4)
    press(program, Qt.Key.Key_A)
    navigator.set_query(Query(statuses=frozenset({Status.NEW})))
    qtbot.waitUntil(lambda: len(navigator.ids) == 3)
    press(program, Qt.Key.Key_A)
    assert name(program) == "p1.png"
    wait_for_label_map(qtbot, program)


def test_images_that_may_not_be_read_are_stepped_over(
    open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(ModelHost, "load", without_network)
    folder = make_folder(tmp_path / "project", images=3)
    for number in (0, 1):
        photo = folder / "photos" / f"p{number}.png"
        photo.rename(tmp_path / photo.name)
        photo.symlink_to(tmp_path / photo.name)
    program = open_window(folder)
    qtbot.waitUntil(lambda: "outside" in message(program), timeout=PATIENCE_MS)
    assert program.session.current is None
    for _ in range(2):
        program.window.book.run("image.next")
    wait_for_label_map(qtbot, program)
    assert name(program) == "p2.png"


def test_a_second_window_changes_nothing_and_says_why(second: Program, qtbot: QtBot) -> None:
    window, session = second.window, second.session
    assert "open in another window" in message(second)
    window.workspace.messages.clear()
    current = session.current
    assert current is not None
    assert current.labels is not None
    before, theta = current.labels.copy(), session.rules.effective().thresholds.theta
    model = window.classes.model
    line = model.row_of(CAT)
    assert line is not None
    window.classes.view.setFocus()
    window.classes.pick(CAT)
    QTest.keyClick(window.classes.view, Qt.Key.Key_Space)
    assert current.present == {CAT, DOG}
    assert model.data(model.index(line, Column.TICK), Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
    assert "open in another window" in message(second)
    drag_slider(window.thresholds.rows["theta"].slider, 0.9)
    wait_for_label_map(qtbot, second)
    assert session.rules.effective().thresholds.theta == theta
    assert float(window.thresholds.rows["theta"].box.text()) == theta
    window.thresholds.crf.click()
    assert not window.thresholds.crf.isChecked()
    session.finishing.accept()
    session.notes.set("mine")
    session.bulk_ticks.set_none(session.navigator.ids)
    assert (current.status, current.note, current.history.names) == (Status.NEW, "", ())
    np.testing.assert_array_equal(current.labels, before)
    assert not any(window.book.action(name).isEnabled() for name in ("edit.undo", "class.confirm", "image.accept"))


def test_a_second_window_does_not_undo_the_first_ones_steps(
    program: Program, open_window: OpenWindow, qtbot: QtBot
) -> None:
    program.session.ticks.untick(CAT)
    assert program.session.project is not None
    assert program.session.project.store.flush(10.0)
    second = open_window(program.session.project.folder)
    wait_for_label_map(qtbot, second)
    current = second.session.current
    assert current is not None
    assert current.history.names == ("Untick cat",)
    assert not second.session.undo()
    second.session.go_to_step(0)
    assert current.present == {DOG}
    assert not second.window.book.action("edit.undo").isEnabled()


def test_undo_names_and_does_what_is_undone_here(program: Program) -> None:
    session, book = program.session, program.window.book
    session.bulk_ticks.set_class(session.navigator.ids[1:], CAT, on=False)
    assert not book.action("edit.undo").isEnabled(), "nothing was done to the image on the canvas"
    book.action("view.grid").trigger()
    assert book.plain_text("edit.undo") == "Undo Untick cat"
    assert book.run("edit.undo")
    assert all(row.ticks is not None and CAT in row.ticks.classes for row in session.rows.many(session.navigator.ids))
    assert book.plain_text("edit.redo") == "Redo Untick cat"
    book.action("view.grid").trigger()
    assert not book.action("edit.redo").isEnabled()


def test_a_dense_crf_that_is_stopped_leaves_the_map_as_it_is(
    program: Program, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    def for_ever(*_: object, cancelled: Callable[[], bool], **__: object) -> None:
        while not cancelled():
            time.sleep(0.001)
        raise Cancelled

    crf_scores = refine.crf_scores
    monkeypatch.setattr(refine, "crf_scores", for_ever)
    session, book = program.session, program.window.book
    assert not book.action("model.cancel").isEnabled()
    program.window.thresholds.crf.click()
    qtbot.waitUntil(lambda: book.action("model.cancel").isEnabled(), timeout=PATIENCE_MS)
    assert session.labelling.is_busy
    assert book.run("model.cancel")
    wait_for_label_map(qtbot, program)  # nobody waits for what will not come
    assert "stopped" in message(program)
    assert not book.action("model.cancel").isEnabled()
    monkeypatch.setattr(refine, "crf_scores", crf_scores)
    program.window.thresholds.crf.click()
    program.window.thresholds.crf.click()
    wait_for_label_map(qtbot, program)
    assert session.current is not None
    assert session.current.crf is not None, "switched on again, it runs again"


def test_a_model_that_cannot_be_loaded_is_said_once_in_the_bar(
    open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    def fail(_choice: object) -> None:
        raise EdamError("The checkpoint is damaged; choose another one.")

    monkeypatch.setattr(model_host, "_open", fail)
    folder = make_folder(tmp_path / "project")
    (folder / "labels.csv").unlink()
    (folder / "masks" / "p0.npz").unlink()
    program = open_window(folder)
    qtbot.waitUntil(lambda: "damaged" in message(program), timeout=PATIENCE_MS)
    assert program.window.workspace.messages.waiting() == ()
    qtbot.waitUntil(lambda: program.session.current is not None and program.session.current.labels is not None)
    assert program.window.classes.hint.text() == "Tick the classes that this photo shows."


def test_listing_that_is_stopped_shows_what_there_is(
    open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    def for_ever(_store: object, _opening: object, token: CancelToken, _progress: object) -> None:
        while True:
            token.check()

    monkeypatch.setattr(ModelHost, "load", without_network)
    monkeypatch.setattr(opener, "fill_project", for_ever)
    program = open_window(make_folder(tmp_path / "project"))
    session = program.session
    qtbot.waitUntil(lambda: any("Listing" in info.title for info in session.jobs.shown()), timeout=PATIENCE_MS)
    assert program.window.book.run("model.cancel")
    qtbot.waitUntil(lambda: session.current is not None, timeout=PATIENCE_MS)
    assert len(session.navigator.ids) == 2
    assert "Add images" in message(program)


def test_a_note_is_kept_also_if_its_image_was_read_again_meanwhile(program: Program, qtbot: QtBot) -> None:
    program.window.book.run("edit.note")
    dialog = program.window.findChild(NoteDialog)
    assert dialog is not None
    QTest.keyClicks(dialog.edit, "look again")
    program.session.desk.reload()
    dialog.accept()
    assert program.session.notes.text == "look again"
    wait_for_label_map(qtbot, program)


def test_an_outline_begun_on_the_photo_before_is_given_up(
    program: Program, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    gate = gated_reading(monkeypatch)
    session, canvas = program.session, program.window.canvas
    session.desk.prepare(False)
    program.window.book.run("tool.polygon")
    session.navigator.go_to(session.navigator.ids[3])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    for place in ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9)):
        QTest.mouseClick(canvas, left, none, at(canvas, *place))
    gate.set()
    wait_for_label_map(qtbot, program)
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert session.current is not None
    assert session.current.history.names == ()
