"""What was opened lately and where the window was come back, also without the screen of then."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QRect, QSettings, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDockWidget, QMainWindow, QMenu
from pytestqt.qtbot import QtBot

from edam_gui.gui.shell.recent_files import RecentFiles, keep_recent_menu
from edam_gui.gui.shell.settings_file import open_settings_file
from edam_gui.gui.shell.window_place import restore_place, store_place


@pytest.fixture
def file(qtbot: QtBot) -> QSettings:
    return open_settings_file()


def test_the_newest_comes_first_once_and_is_kept(file: QSettings) -> None:
    recent = RecentFiles(file, limit=3)
    for name in ("a", "b & ünï", "a", "c", "d"):
        recent.add(Path("/photos") / name)
    kept = RecentFiles(open_settings_file(), limit=3).paths()
    assert [p.name for p in kept] == ["d", "c", "a"]
    recent.remove(Path("/photos/c"))
    assert [p.name for p in recent.paths()] == ["d", "a"]


@pytest.mark.parametrize("stored", ["{", "7", '{"a": 1}', '["", 3, null]'])
def test_a_damaged_list_is_empty(file: QSettings, stored: str) -> None:
    file.setValue("recent/paths", stored)
    assert RecentFiles(file).paths() == ()


def test_the_menu_follows_and_opens(file: QSettings, qtbot: QtBot) -> None:
    recent = RecentFiles(file)
    menu = QMenu("Open recent")
    qtbot.addWidget(menu)
    opened: list[Path] = []
    keep_recent_menu(menu, recent, opened.append)
    assert not menu.isEnabled()
    recent.add(Path("/photos/cats & dogs"))
    assert menu.isEnabled()
    first = menu.actions()[0]
    assert first.text() == "&1 /photos/cats && dogs"
    first.trigger()
    assert opened == [Path("/photos/cats & dogs")]
    menu.actions()[-1].trigger()
    assert recent.paths() == ()
    assert not menu.isEnabled()


def make_window(qtbot: QtBot) -> QMainWindow:
    window = QMainWindow()
    dock = QDockWidget("Classes", window)
    dock.setObjectName("classes")
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock)
    qtbot.addWidget(window)
    return window


def test_size_and_docks_come_back(file: QSettings, qtbot: QtBot) -> None:
    window = make_window(qtbot)
    restore_place(window, file)
    window.setGeometry(QRect(60, 70, 500, 400))
    window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, window.findChild(QDockWidget))
    window.show()
    store_place(window, file)
    again = make_window(qtbot)
    restore_place(again, open_settings_file())
    assert again.geometry() == QRect(60, 70, 500, 400)
    dock = again.findChild(QDockWidget)
    assert again.dockWidgetArea(dock) == Qt.DockWidgetArea.RightDockWidgetArea


def test_the_first_time_it_fits_the_screen(file: QSettings, qtbot: QtBot) -> None:
    window = make_window(qtbot)
    restore_place(window, file, size=QSize(9000, 300))
    screen = QGuiApplication.primaryScreen().availableGeometry()
    assert screen.contains(window.geometry())
    assert window.height() == 300


@pytest.mark.parametrize("place", [QRect(20000, 100, 400, 300), QRect(-390, 100, 400, 300), QRect(100, -900, 400, 300)])
def test_a_window_is_never_out_of_reach(file: QSettings, qtbot: QtBot, place: QRect) -> None:
    window = make_window(qtbot)
    window.setGeometry(place)
    store_place(window, file)
    again = make_window(qtbot)
    restore_place(again, open_settings_file())
    screen = QGuiApplication.primaryScreen().availableGeometry()
    seen = again.geometry().intersected(screen)
    assert seen.width() >= 80
    assert again.geometry().top() >= screen.top() - 12


def test_damaged_bytes_are_no_harm(file: QSettings, qtbot: QtBot) -> None:
    file.setValue("windows/main/geometry", "rubbish")
    file.setValue("windows/main/state", b"rubbish")
    window = make_window(qtbot)
    restore_place(window, file, size=QSize(640, 480))
    assert window.size() == QSize(640, 480)
