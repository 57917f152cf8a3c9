"""A person trains on the project, watches, stops, closes the window, comes back, goes on, and uses the model."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import psutil
import pytest
from PySide6.QtCore import QCoreApplication, QObject, QPoint, Qt, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QMessageBox, QSystemTrayIcon
from pytestqt.qtbot import QtBot

from edam_gui.gui.app import Program
from edam_gui.gui.bindings import training as training_bindings
from edam_gui.gui.train.page import TrainPage
from edam_gui.gui.train.resume_dialog import ResumeDialog
from edam_gui.session.training.launch import LaunchOptions, read_launch
from edam_gui.session.training.look import Phase
from edam_gui.session.training.request import DataKind
from edam_gui.training.events import Ended, EventLog, Outcome
from edam_gui.training.faults import not_finite
from edam_gui.training.process import ProcessIdentity
from edam_gui.training.run_folder import Heartbeat, RunFolder, create_run, open_run, write_heartbeat, write_process
from tests.gui.conftest import OpenWindow, close_program
from tests.gui.driving import type_into, wait_for_label_map
from tests.session.training.driving import QUICK
from tests.training.test_events import step
from tests.training.tiny import CONFIG, tiny_manifest, write_data

PATIENCE_MS = 120_000


def until(qtbot: QtBot, condition: Callable[[], bool]) -> None:
    qtbot.waitUntil(condition, timeout=PATIENCE_MS)


def click(button: QAbstractButton) -> None:
    assert button.isVisible()
    assert button.isEnabled()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def go_to_training(program: Program) -> TrainPage:
    QTest.keyClick(program.window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    page = program.window.places.training
    assert page.isVisible()
    return page


def phase(program: Program, run_dir: Path) -> Phase | None:
    look = program.session.training.look(run_dir)
    return look.phase if look is not None else None


def start_run(program: Program, qtbot: QtBot, name: str, *words: str) -> Path:
    """Fill the form in and start."""
    page = go_to_training(program)
    click(page.runs.new_button)
    form = page.form
    until(qtbot, form.start_button.isEnabled)
    type_into(form.name, name)
    form.settings.boxes["epochs"].setValue(1)
    form.settings.others.setText(" ".join([*(w for w in QUICK if not w.startswith("epochs=")), *words]))
    click(form.start_button)
    run_dir = program.session.training.folder() / name
    until(qtbot, lambda: phase(program, run_dir) not in (None, Phase.PREPARED, Phase.STARTING))
    return run_dir


def test_a_run_is_watched_stopped_resumed_and_its_model_used(
    open_window: OpenWindow, photos: Path, qtbot: QtBot
) -> None:
    program = open_window(photos)
    wait_for_label_map(qtbot, program)
    program.session.run_all.start()  # the masks that the new model must not take for its own
    run_dir = start_run(program, qtbot, "first", "max_steps=60")
    page = program.window.places.training
    view = page.view
    record = program.session.training.follow(run_dir)
    until(qtbot, lambda: len(record) >= 2)
    assert view.path == run_dir
    assert view.curves.plots["loss"].listDataItems()
    assert view.details.balance.counts["cat"] == 2
    assert "Step" in view.header.figures.text()

    click(view.header.pause)
    until(qtbot, lambda: phase(program, run_dir) is Phase.PAUSED)
    click(view.header.go_on)
    until(qtbot, lambda: phase(program, run_dir) is Phase.RUNNING)

    # The window is closed; the run goes on, and is found again.
    close_program(program)
    process = read_launch(run_dir)
    assert process is not None
    assert process.lives()
    again = open_window()
    wait_for_label_map(qtbot, again)
    page = go_to_training(again)
    until(qtbot, lambda: phase(again, run_dir) is Phase.RUNNING)
    until(qtbot, lambda: page.view.path == run_dir)
    click(page.view.header.stop)
    until(qtbot, lambda: phase(again, run_dir) is Phase.STOPPED)
    until(qtbot, lambda: not process.lives())
    assert "Stopped and saved" in page.view.log.toPlainText()

    click(page.view.header.resume)
    until(qtbot, lambda: phase(again, run_dir) is Phase.FINISHED)
    until(qtbot, lambda: bool(page.view.samples.pictures))

    QTest.keyClick(again.window, Qt.Key.Key_F2)
    wait_for_label_map(qtbot, again)
    before = again.session.current
    assert before is not None
    assert before.labels is not None
    old_labels, old_scores = before.labels.copy(), before.frame
    again.window.book.run("image.next")
    wait_for_label_map(qtbot, again)
    assert again.session.current is not None
    assert again.session.current.labels is not None
    next_labels = again.session.current.labels.copy()
    again.window.book.run("image.previous")
    wait_for_label_map(qtbot, again)
    go_to_training(again)
    click(page.view.header.use)
    until(qtbot, lambda: again.session.model.choice.name.endswith(".safetensors") and again.session.model.is_ready)
    wait_for_label_map(qtbot, again)
    assert not again.window.places.is_training
    assert again.window.book.action("view.split").isChecked()
    other = again.session.comparison.labels
    assert other is not None
    np.testing.assert_array_equal(other, old_labels)
    assert again.session.current is not None
    assert again.session.current.frame is not old_scores
    until(qtbot, lambda: again.session.run_all.report.done == 3)

    # The next image is compared with what the model before made of it.
    again.window.book.run("image.next")
    wait_for_label_map(qtbot, again)
    until(qtbot, lambda: again.session.comparison.labels is not None)
    other = again.session.comparison.labels
    assert other is not None
    np.testing.assert_array_equal(other, next_labels)
    assert again.session.current.masks is not None


def test_the_form_says_what_is_missing(open_window: OpenWindow, photos: Path, qtbot: QtBot) -> None:
    (photos / "labels.csv").unlink()
    program = open_window(photos)
    wait_for_label_map(qtbot, program)
    page = go_to_training(program)
    click(page.runs.new_button)
    until(qtbot, lambda: "confirmed" in page.form.check.problems.text())
    program.window.places.show_labelling()
    program.session.ticks.confirm_all()
    go_to_training(program)
    click(page.form.check_button)
    until(qtbot, lambda: page.form.check.summary.text() == "This run can start.")
    assert "One image only" in page.form.check.warnings.text()
    page.form.settings.others.setText("lr_rate=3")
    click(page.form.start_button)
    until(qtbot, lambda: "There is no setting 'lr_rate'" in page.form.check.problems.text())
    assert not (photos / "runs").exists()


def test_a_start_that_is_taken_back_starts_nothing(open_window: OpenWindow, photos: Path, qtbot: QtBot) -> None:
    program = open_window(photos)
    wait_for_label_map(qtbot, program)
    page = go_to_training(program)
    click(page.runs.new_button)
    until(qtbot, page.form.start_button.isEnabled)
    click(page.form.start_button)
    click(page.form.cancel_button)
    assert page.welcome.isVisible()
    until(qtbot, lambda: not program.session.jobs.is_busy("train-"))
    assert page.welcome.isVisible()
    assert not (photos / "runs").exists()


def test_a_folder_with_labels_and_classes_can_be_trained_on(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    data = write_data(tmp_path / "data")
    program = open_window()
    page = go_to_training(program)
    click(page.runs.new_button)
    form = page.form
    assert form.data.chosen is DataKind.FOLDER
    click(form.check_button)
    until(qtbot, lambda: form.check.problems.text() == "Choose a folder of photos.")
    type_into(form.data.photos.line, str(data / "images"))
    type_into(form.data.labels.line, str(data / "labels.csv"))
    type_into(form.data.classes.line, str(data / "classes.json"))
    type_into(form.data.validation.line, str(data / "label_maps"))
    type_into(form.folder.line, str(tmp_path / "runs"))
    click(form.check_button)
    until(qtbot, lambda: form.check.summary.text() == "This run can start.")
    assert form.check.facts.text() == "10 images to learn from, 2 of them without a class; 3 for validation."
    assert form.check.balance.counts == {"disc": 5, "box": 4, "cross": 1}
    assert "cross" in form.check.warnings.text()
    assert form.request().run_dir.parent == tmp_path / "runs"


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """A folder with a crashed run and one whose settings are damaged."""
    manifest = tiny_manifest(write_data(tmp_path / "data"))
    folder = tmp_path / "runs"
    for name in ("crashed", "damaged"):
        run = create_run(folder / name, CONFIG, manifest)
        (run.root / "output.log").write_text("Loading\nboom\n")
    (folder / "damaged" / "config.json").write_text("{")
    gone = f'{{"pid": {psutil.Process().pid}, "started": 1000.0, "host": "{_host()}"}}'
    (folder / "crashed" / "process.json").write_text(gone)
    return folder


def _host() -> str:
    return socket.gethostname()


def test_a_crashed_run_says_why_with_the_end_of_its_log(open_window: OpenWindow, runs: Path, qtbot: QtBot) -> None:
    program = open_window()
    page = go_to_training(program)
    program.session.training.add_folder(runs)
    until(qtbot, lambda: phase(program, runs / "crashed") is Phase.CRASHED)
    page.runs.pick(runs / "crashed")
    assert "killed" in page.view.trouble.text()
    assert page.view.trouble.isVisible()
    assert page.view.tail.toPlainText() == "Loading\nboom"
    assert page.view.header.resume.isVisible()
    assert not page.view.header.use.isEnabled()


def test_a_run_that_ran_away_is_resumed_with_what_it_advises(open_window: OpenWindow, runs: Path, qtbot: QtBot) -> None:
    folder = RunFolder(runs / "crashed")
    why = str(not_finite("loss", 4, CONFIG)) + " The last checkpoint is of step 3."
    with EventLog(folder.events) as log:
        log.write(Ended(1.0, 4, Outcome.FAILED, why))
    program = open_window()
    program.session.training.options = LaunchOptions("cpu", threads=1)
    page = go_to_training(program)
    program.session.training.add_folder(runs)
    until(qtbot, lambda: phase(program, folder.root) is Phase.CRASHED)
    page.runs.pick(folder.root)
    assert page.view.trouble.text() == why
    click(page.view.header.change)
    dialog = page.findChild(ResumeDialog)
    assert dialog is not None
    assert dialog.line.text() == "lr=0.001 clip_norm=5"
    type_into(dialog.line, "lr=0.001 seed=3")  # and Enter
    until(qtbot, lambda: "'seed' cannot change" in _message(program))
    assert phase(program, folder.root) is Phase.CRASHED
    click(page.view.header.change)
    dialog = next(found for found in page.findChildren(ResumeDialog) if found.isVisible())
    dialog.line.setText(f"{dialog.line.text()} max_steps=2 calibrate=0")
    click(dialog.resume)
    until(qtbot, lambda: phase(program, folder.root) is Phase.FINISHED)
    _, settings, _ = open_run(folder.root)
    assert (settings.lr, settings.clip_norm, settings.max_steps) == (0.001, 5.0, 2)
    until(qtbot, lambda: "max_steps = 2" in page.view.details.settings.text())


def _message(program: Program) -> str:
    message = program.window.workspace.messages.message()
    return message.text if message is not None else ""


def test_a_folder_that_goes_away_or_is_damaged_is_shown_as_such(
    open_window: OpenWindow, runs: Path, qtbot: QtBot
) -> None:
    program = open_window()
    page = go_to_training(program)
    program.session.training.add_folder(runs)
    until(qtbot, lambda: len(program.session.training.runs) == 2)
    page.runs.pick(runs / "damaged")
    page.view.header.clone_asked.emit()
    until(qtbot, lambda: "is damaged" in page.form.check.problems.text())
    (runs / "damaged").rename(runs.parent / "moved")
    until(qtbot, lambda: phase(program, runs / "damaged") is Phase.MISSING)
    page.runs.pick(runs / "damaged")
    assert "not there any more" in page.view.header.sentence.text()


def test_deleting_asks_first(open_window: OpenWindow, runs: Path, qtbot: QtBot) -> None:
    program = open_window()
    page = go_to_training(program)
    program.session.training.add_folder(runs)
    until(qtbot, lambda: phase(program, runs / "crashed") is Phase.CRASHED)
    page.runs.pick(runs / "crashed")
    click(page.view.header.delete)
    box = page.findChild(QMessageBox)
    assert box is not None
    click(box.button(QMessageBox.StandardButton.Cancel))
    assert (runs / "crashed").is_dir()
    click(page.view.header.delete)
    box = next(found for found in page.findChildren(QMessageBox) if found.isVisible())
    click(next(button for button in box.buttons() if button.text() == "Delete"))
    until(qtbot, lambda: not (runs / "crashed").exists())
    until(qtbot, lambda: phase(program, runs / "crashed") is None)


def test_keys_that_correct_do_nothing_while_training_is_in_view(
    open_window: OpenWindow, photos: Path, qtbot: QtBot
) -> None:
    program = open_window(photos)
    wait_for_label_map(qtbot, program)
    docks = [dock for dock in program.window.docks if dock.isVisible()]
    assert docks
    names = {dock.objectName() for dock in docks}
    page = go_to_training(program)
    assert not any(dock.isVisible() for dock in docks)
    page.setFocus()
    QTest.keyClick(program.window, Qt.Key.Key_D)
    assert program.session.navigator.place == 0
    QTest.keyClick(program.window, Qt.Key.Key_F2)
    assert all(dock.isVisible() for dock in docks)
    QTest.keyClick(program.window, Qt.Key.Key_D)
    assert program.session.navigator.place == 1
    go_to_training(program)
    close_program(program)
    again = open_window()
    wait_for_label_map(qtbot, again)
    assert all(dock.isVisible() for dock in again.window.docks if dock.objectName() in names)


class FakeTray(QObject):
    """A desktop's tray that keeps what it was told."""

    activated = Signal()
    messageClicked = Signal()  # noqa: N815 - Qt's name
    told: ClassVar[list[tuple[str, str]]] = []
    MessageIcon = QSystemTrayIcon.MessageIcon
    isSystemTrayAvailable = staticmethod(lambda: True)  # noqa: N815
    supportsMessages = staticmethod(lambda: True)  # noqa: N815

    def __init__(self, _icon: object, parent: QObject) -> None:
        super().__init__(parent)

    def show(self) -> None:
        """It is always shown."""

    def showMessage(self, title: str, text: str, *_: object) -> None:  # noqa: N802 - Qt's name
        self.told.append((title, text))


def test_the_desktop_is_told_when_a_run_ends(
    open_window: OpenWindow, runs: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_bindings, "QSystemTrayIcon", FakeTray)
    monkeypatch.setattr(FakeTray, "told", [])
    program = open_window()
    monkeypatch.setattr(program.window, "isActiveWindow", lambda: False)
    folder = RunFolder(runs / "crashed")
    write_process(folder, ProcessIdentity.own())
    write_heartbeat(folder, Heartbeat(time.time(), 60.0, "training", 3, 6, 0))
    program.session.training.add_folder(runs)
    until(qtbot, lambda: phase(program, folder.root) is Phase.RUNNING)
    with EventLog(folder.events) as log:
        log.write(Ended(time.time() + 1, 3, Outcome.FAILED, "The disk is full."))
    write_process(folder, ProcessIdentity(psutil.Process().pid, 1000.0, _host()))
    program.session.training.poll()
    until(qtbot, lambda: bool(FakeTray.told))
    assert FakeTray.told == [("Training crashed crashed", "The disk is full.")]
    message = program.window.workspace.messages.message()
    assert message is not None
    assert "The disk is full." in message.text


def test_a_frozen_run_is_shown_as_such(open_window: OpenWindow, runs: Path, qtbot: QtBot) -> None:
    folder = RunFolder(runs / "crashed")
    write_process(folder, ProcessIdentity.own())
    write_heartbeat(folder, Heartbeat(time.time() - 600, 60.0, "training", 3, 6, 0))
    program = open_window()
    page = go_to_training(program)
    program.session.training.add_folder(runs)
    until(qtbot, lambda: phase(program, folder.root) is Phase.FROZEN)
    page.runs.pick(folder.root)
    assert page.view.header.state.text() == "Frozen"
    assert "no sign of life for 10 minutes" in page.view.header.sentence.text()
    assert page.view.tail.isVisible()
    assert page.view.header.stop.isVisible()


def test_several_runs_are_drawn_in_one_plot(open_window: OpenWindow, runs: Path, qtbot: QtBot) -> None:
    other = create_run(runs / "other", CONFIG, tiny_manifest(runs.parent / "data"))
    for folder in (RunFolder(runs / "crashed"), other):
        with EventLog(folder.events) as log:
            for number in range(1, 40):
                log.write(replace(step(number), loss=1e6 if number == 20 else 1.0 / number))
    program = open_window()
    page = go_to_training(program)
    program.session.training.add_folder(runs)
    until(qtbot, lambda: phase(program, other.root) is not None)
    page.runs.pick(other.root)
    record = program.session.training.follow(other.root)
    until(qtbot, lambda: len(record) == 39)
    plot = page.view.curves.plots["loss"]
    until(qtbot, lambda: len(plot.listDataItems()) == 2)
    assert plot.viewRange()[1][1] < 2  # the spike is out of view
    QTest.mouseClick(page.view.curves.outliers, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    assert plot.viewRange()[1][1] > 1e6
    item = next(i for row in range(3) if (i := page.runs.tree.topLevelItem(row)) and i.text(0) == "crashed")
    item.setCheckState(0, Qt.CheckState.Checked)
    until(qtbot, lambda: len(plot.listDataItems()) == 4)
    assert "crashed" in page.view.legend.text()
    page.view.curves.logarithmic.setChecked(True)
    assert plot.getAxis("left").logMode


def test_a_look_at_the_training_tab_leaves_the_labelling_panels_as_they_were(
    open_window: OpenWindow, photos: Path, qtbot: QtBot
) -> None:
    program = open_window(photos)
    wait_for_label_map(qtbot, program)
    window = program.window
    window.resize(1100, 760)

    def panels() -> list[object]:
        QCoreApplication.processEvents()
        return [window.size(), *((dock.objectName(), dock.geometry(), dock.visibleRegion()) for dock in window.docks)]

    qtbot.waitUntil(lambda: window.docks[-1].width() > 0, timeout=PATIENCE_MS)
    before = panels()
    for _ in range(2):
        go_to_training(program)
        QTest.keyClick(window, Qt.Key.Key_F2)
        assert window.canvas.isVisible()
        assert panels() == before
