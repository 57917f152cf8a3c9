"""Windows are opened through the program's own `main`, with settings, cache and home of their own."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from edam_gui import start
from edam_gui.gui import app
from edam_gui.gui.app import Program
from edam_gui.session.model_host import ModelHost
from tests.gui.driving import wait_for_label_map
from tests.session.projects import make_folder, without_network

OpenWindow = Callable[..., Program]


@pytest.fixture
def open_window(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, isolated_home: Path) -> Iterator[OpenWindow]:
    """Start the program as ``edam-gui ARGUMENTS`` and return it; it is closed after the test.

    A stray exception fails the test.
    """
    monkeypatch.setenv("EDAM_GUI_SETTINGS", str(isolated_home / "settings.ini"))
    programs: list[Program] = []
    strays: list[str] = []

    def run(path: Path | None = None) -> int:
        programs.append(app.build(path))
        return 0

    def open_it(*arguments: object) -> Program:
        monkeypatch.setattr(app, "run", run)
        monkeypatch.setattr(sys, "argv", ["edam-gui", *map(str, arguments)])
        with pytest.raises(SystemExit):
            start.main()
        program = programs[-1]
        program.guard.told.connect(strays.append)
        with qtbot.waitExposed(program.window):
            program.window.show()
        return program

    yield open_it
    for program in programs:
        close_program(program)
    programs.clear()
    gc.collect()
    assert not strays, strays


def close_program(program: Program) -> None:
    """Close the window as a person does, and let Qt delete what was to be deleted; nothing happens a second time."""
    if not isValid(program.window):
        return
    program.window.close()
    program.close()
    program.window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QCoreApplication.processEvents()


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Make a folder of three small photos with image-level labels: cat, cat and dog, nothing said."""
    folder = tmp_path / "photos"
    folder.mkdir()
    with files("skimage.data").joinpath("chelsea.png").open("rb") as file, Image.open(file) as cat:
        small = cat.convert("RGB").resize((150, 100))
    small.save(folder / "cat.png")
    small.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(folder / "mirrored.png")
    noise = np.random.default_rng(3).integers(0, 255, (90, 120, 3), np.uint8)
    Image.fromarray(noise).save(folder / "noise.png")
    (folder / "labels.csv").write_text("cat,cat\nmirrored,cat,dog\n")
    return folder


@pytest.fixture
def program(open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Program:
    """A window on two photos of a cat and a dog; no network is loaded."""
    monkeypatch.setattr(ModelHost, "load", without_network)
    program = open_window(make_folder(tmp_path / "project"))
    wait_for_label_map(qtbot, program)
    return program
