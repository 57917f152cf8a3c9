"""What nobody caught is logged and told in one sentence, from any thread; the hooks are given back."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QThread
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from edam_gui.core.errors import EdamError
from edam_gui.gui.shell.about_dialog import AboutDialog
from edam_gui.gui.shell.crash_guard import CrashGuard, log_folder
from edam_gui.gui.shell.theme import Theme


@pytest.fixture
def guard(qtbot: QtBot, tmp_path: Path) -> Iterator[CrashGuard]:
    guard = CrashGuard(tmp_path / "logs")
    guard.install()
    yield guard
    guard.remove()


def raise_uncaught(error: BaseException) -> None:
    try:
        raise error
    except BaseException:  # noqa: BLE001
        sys.excepthook(*sys.exc_info())


def test_an_uncaught_error_is_logged_and_told(guard: CrashGuard, qtbot: QtBot) -> None:
    with qtbot.waitSignal(guard.told) as told:
        raise_uncaught(ZeroDivisionError("division by zero"))
    assert "ZeroDivisionError: division by zero" in told.args[0]
    assert "\n" not in told.args[0]
    log = guard.file.read_text()
    assert "raise_uncaught" in log
    assert "ZeroDivisionError" in log


def test_an_error_for_the_user_is_told_as_it_is(guard: CrashGuard, qtbot: QtBot) -> None:
    with qtbot.waitSignal(guard.told) as told:
        raise_uncaught(EdamError("a.jpg: the file is empty"))
    assert told.args == ["a.jpg: the file is empty"]


def test_it_is_told_on_the_guis_thread(guard: CrashGuard, qtbot: QtBot) -> None:
    threads: list[QThread] = []
    guard.told.connect(lambda _: threads.append(QThread.currentThread()))

    def fail() -> None:
        raise RuntimeError("in a thread")

    with qtbot.waitSignal(guard.told) as told:
        thread = threading.Thread(target=fail, name="reader")
        thread.start()
        thread.join()
    assert "in a thread" in told.args[0]
    assert threads == [QApplication.instance().thread()]
    assert "in thread reader" in guard.file.read_text()


def test_errors_in_destructors_are_told(guard: CrashGuard, qtbot: QtBot) -> None:
    class Bad:
        def __del__(self) -> None:
            raise ValueError("in a destructor")

    with qtbot.waitSignal(guard.told) as told:
        bad = Bad()
        del bad
        gc.collect()
    assert "in a destructor" in told.args[0]


def test_the_log_does_not_grow_without_end(guard: CrashGuard) -> None:
    for _ in range(6):
        raise_uncaught(RuntimeError("x" * 600_000))
    sizes = [path.stat().st_size for path in guard.file.parent.iterdir()]
    assert 2 <= len(sizes) <= 4
    assert max(sizes) < 2_000_000


def test_a_log_that_cannot_be_written_is_told(qtbot: QtBot, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("not a folder")
    guard = CrashGuard(tmp_path / "file" / "logs")
    try:
        with qtbot.waitSignal(guard.told) as told:
            guard.install()
        assert "cannot be written" in told.args[0]
        with qtbot.waitSignal(guard.told):
            raise_uncaught(RuntimeError("still told"))
        assert "still told" in capsys.readouterr().err
    finally:
        guard.remove()


def test_the_hooks_are_given_back(qtbot: QtBot, tmp_path: Path) -> None:
    before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
    guard = CrashGuard(tmp_path)
    guard.install()
    assert sys.excepthook != before[0]
    guard.remove()
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before


def test_about_says_what_a_bug_report_needs(theme: Theme, qtbot: QtBot) -> None:
    dialog = AboutDialog([("Log", log_folder())])
    qtbot.addWidget(dialog)
    dialog.copy()
    copied = QApplication.clipboard().text()
    assert "Version: 0." in copied
    assert "Qt: 6." in copied
    assert f"Log: {log_folder()}" in copied
    shown = {label.text() for label in dialog.findChildren(QLabel)}
    assert str(log_folder()) in shown
    assert "torch" not in sys.modules or "torch" in copied
