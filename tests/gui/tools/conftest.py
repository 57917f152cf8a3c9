"""A canvas with its tools over a session without a network, driven by real events."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from edam_gui.core.arrays import UInt8Array
from edam_gui.gui.actions import ACTIONS
from edam_gui.gui.annotate.canvas import Canvas
from edam_gui.gui.annotate.canvas_presenter import CanvasPresenter
from edam_gui.gui.annotate.tools import ToolController
from edam_gui.gui.bindings.tools import bind_tools
from edam_gui.gui.conditions import Conditions
from edam_gui.gui.deliver import GuiDeliver
from edam_gui.gui.shell.action_book import ActionBook
from edam_gui.session.model_host import ModelHost
from edam_gui.session.pass_cache import PassCache
from edam_gui.session.session import Session
from tests.session.projects import is_settled, make_folder, without_network

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NONE, SHIFT, ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


@dataclass(eq=False)
class Easel:
    """What a person has before them."""

    qtbot: QtBot
    window: QMainWindow
    canvas: Canvas
    session: Session
    controller: ToolController
    book: ActionBook

    @property
    def labels(self) -> UInt8Array:
        current = self.session.current
        assert current is not None
        assert current.labels is not None
        return current.labels

    @property
    def steps(self) -> tuple[str, ...]:
        current = self.session.current
        assert current is not None
        return current.history.names[: current.history.position]

    def use(self, tool: str, label: int | None = None, **brush: object) -> None:
        """Choose a tool through its action, the current class, and the brush."""
        assert self.book.run(f"tool.{tool}")
        editing = self.session.editing
        paint = editing.paint if label is None else replace(editing.paint, label=label)
        editing.set_paint(replace(paint, brush=replace(paint.brush, **brush)))

    def at(self, x: float, y: float) -> QPoint:
        """Return the widget position of image coordinates."""
        return self.canvas.to_widget(x, y).toPoint()

    def click(self, x: float, y: float, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NONE) -> None:
        QTest.mouseClick(self.canvas, button, keys, self.at(x, y))

    def double_click(self, x: float, y: float) -> None:
        QTest.mouseClick(self.canvas, LEFT, NONE, self.at(x, y))
        QTest.mouseDClick(self.canvas, LEFT, NONE, self.at(x, y))

    def press(self, x: float, y: float, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NONE) -> None:
        QTest.mousePress(self.canvas, button, keys, self.at(x, y))

    def move(self, x: float, y: float) -> None:
        QTest.mouseMove(self.canvas, self.at(x, y))

    def release(self, x: float, y: float, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NONE) -> None:
        QTest.mouseRelease(self.canvas, button, keys, self.at(x, y))

    def drag(
        self, *points: tuple[float, float], button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NONE
    ) -> None:
        self.press(*points[0], button, keys)
        for point in points[1:]:
            self.move(*point)
        self.release(*points[-1], button, keys)

    def key(self, key: Qt.Key, keys: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(self.canvas, key, keys)

    def wheel(self, notches: int, keys: Qt.KeyboardModifier) -> None:
        middle = QPointF(self.canvas.rect().center())
        event = QWheelEvent(
            middle, self.canvas.mapToGlobal(middle), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton, keys,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QCoreApplication.sendEvent(self.canvas, event)

    def settle(self) -> None:
        """Wait for the label map of the thresholds."""
        self.qtbot.waitUntil(lambda: is_settled(self.session), timeout=20_000)

    def go(self, action: str) -> None:
        """Go to another image and wait for it."""
        before = self.session.current
        assert before is not None
        (self.session.navigator.next if action == "next" else self.session.navigator.previous)()
        assert self.session.current is not before
        self.settle()


@pytest.fixture
def set_up(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], Easel]]:
    """Open a folder before an easel; everything is closed after the test."""
    monkeypatch.setattr(ModelHost, "load", without_network)
    easels: list[Easel] = []

    def make(folder: Path) -> Easel:
        deliver = GuiDeliver()
        session = Session(deliver, PassCache(tmp_path / "cache"))
        window = QMainWindow()
        canvas = Canvas(window)
        window.setCentralWidget(canvas)
        window.resize(640, 480)
        book = ActionBook(ACTIONS, window)
        book.add_to(window)
        presenter = CanvasPresenter(session, canvas)
        controller = ToolController(session, canvas, book)
        bind_tools(book, session, controller)
        window.kept = deliver, presenter, Conditions(session, book)
        easel = Easel(qtbot, window, canvas, session, controller, book)
        easels.append(easel)
        session.open(folder)
        easel.settle()
        with qtbot.waitExposed(window):
            window.show()
        window.activateWindow()
        canvas.setFocus()
        return easel

    yield make
    for easel in easels:
        easel.session.close()
        easel.window.close()
        easel.window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QCoreApplication.processEvents()
    easels.clear()
    gc.collect()


@pytest.fixture
def easel(set_up: Callable[[Path], Easel], tmp_path: Path) -> Easel:
    """Two photos of a cat and a dog, the first one shown four times its size."""
    return set_up(make_folder(tmp_path / "project"))


def disc(size: tuple[int, int], x: float, y: float, diameter: float) -> np.ndarray:
    """Return the pixels whose centre is at most half a diameter away."""
    rows, columns = np.indices(size) + 0.5
    return (columns - x) ** 2 + (rows - y) ** 2 <= (diameter / 2) ** 2
