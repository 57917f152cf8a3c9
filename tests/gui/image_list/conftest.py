"""Lists of a project of small photos, without the window around them."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from edam_gui.gui.annotate.image_list import ImageGrid, ImageListPanel
from edam_gui.gui.deliver import GuiDeliver
from edam_gui.gui.shell.theme import ThemeChoice, current_theme
from edam_gui.session.pass_cache import PassCache
from edam_gui.session.session import Session
from tests.session.listing import QuietSession, write_photos

PATIENCE_MS = 20_000
OpenFolder = Callable[[Path], None]


@pytest.fixture
def session(qtbot: QtBot, tmp_path: Path) -> Iterator[Session]:
    """A session in which nothing is open."""
    current_theme().choose(ThemeChoice.LIGHT)
    hop = QObject()
    session = QuietSession(GuiDeliver(hop), PassCache(tmp_path / "cache"))
    yield session
    session.close()
    hop.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Thirty photos."""
    return write_photos(tmp_path / "photos", 30)


@pytest.fixture
def open_folder(session: Session, qtbot: QtBot) -> OpenFolder:
    """Open a folder and wait until its first image is on the desk and everything is counted."""

    def open_it(folder: Path) -> None:
        session.open(folder)

        def there() -> None:
            assert session.project is not None
            assert session.project.folder == folder
            assert session.current is not None
            assert session.current.files is not None
            assert session.sitting.progress is not None
            assert not session.jobs.is_busy("count-images")

        qtbot.waitUntil(there, timeout=PATIENCE_MS)

    return open_it


def show(qtbot: QtBot, widget: QWidget, width: int, height: int) -> None:
    widget.resize(width, height)
    with qtbot.waitExposed(widget):
        widget.show()


@pytest.fixture
def panel(session: Session, qtbot: QtBot) -> Iterator[ImageListPanel]:
    """The list panel, as narrow as its dock may be."""
    panel = ImageListPanel(session)
    show(qtbot, panel, 220, 600)
    yield panel
    session.close()  # as the program does: the session ends before its widgets
    _delete(panel)


@pytest.fixture
def grid(session: Session, qtbot: QtBot) -> Iterator[ImageGrid]:
    """The grid."""
    grid = ImageGrid(session)
    show(qtbot, grid, 900, 700)
    yield grid
    session.close()
    _delete(grid)


def _delete(widget: QWidget) -> None:
    widget.close()
    widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
