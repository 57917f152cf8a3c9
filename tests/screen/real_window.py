"""The real window on a real X server, driven by real X events: `make test-screen` starts it under Xvfb.

Opens the demo project, drags theta with the mouse, paints a stroke, undoes it by key, goes to the next image, and
compares label maps before and after. Prints what it did; a failure is an exception.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from edam_gui.batch.demo import write_demo_photos
from edam_gui.core.arrays import UInt8Array
from edam_gui.gui import app
from edam_gui.gui.app import Program
from tests.gui.driving import handle_of

PATIENCE_S = 120.0


class Driver:
    """Moves the pointer of the X server and presses its keys."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def until(self, condition: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited in vain: {what}")
            self.program.app.processEvents()
            time.sleep(0.005)

    def rest(self, seconds: float = 0.4) -> None:
        end = time.monotonic() + seconds
        self.until(lambda: time.monotonic() > end, "rest")

    def settle(self) -> None:
        def settled() -> bool:
            current = self.program.session.current
            if current is None or current.masks is None or current.labels is None:
                return False
            return not self.program.session.labelling.is_busy

        self.until(settled, "a label map that is that of the thresholds")
        self.rest()

    def x(self, *arguments: object) -> None:
        subprocess.run(["xdotool", *map(str, arguments)], check=True, timeout=20)
        self.rest(0.15)

    def move(self, widget: QWidget, place: QPoint) -> None:
        on_screen = widget.mapToGlobal(place) * widget.devicePixelRatioF()
        self.x("mousemove", on_screen.x(), on_screen.y())

    def drag(self, widget: QWidget, *places: QPoint) -> None:
        self.move(widget, places[0])
        self.x("mousedown", 1)
        for place in places[1:]:
            self.move(widget, place)
        self.x("mouseup", 1)

    def key(self, name: str) -> None:
        self.x("key", name)

    @property
    def labels(self) -> UInt8Array:
        current = self.program.session.current
        assert current is not None
        assert current.labels is not None
        return current.labels.copy()


def drag_theta(driver: Driver) -> None:
    before = driver.labels
    slider = driver.program.window.thresholds.rows["theta"].slider
    start = handle_of(slider)
    end = QPoint(round(slider.width() * 0.9), start.y())
    driver.drag(slider, start, (start + end) / 2, end)
    driver.settle()
    theta = driver.program.session.rules.effective().thresholds.theta
    after = driver.labels
    assert theta > 180, theta
    assert np.count_nonzero(after) < np.count_nonzero(before), "theta took no pixel away"
    say(f"theta dragged to {theta:g}: {np.count_nonzero(before)} labelled pixels became {np.count_nonzero(after)}")


def paint_and_undo(driver: Driver) -> None:
    before = driver.labels
    canvas = driver.program.window.canvas
    canvas.setFocus()
    driver.key("b")
    centre = canvas.rect().center()
    driver.drag(canvas, centre, centre + QPoint(40, 20), centre + QPoint(80, -10))
    driver.settle()
    after = driver.labels
    assert np.any(after != before), "the brush painted nothing"
    say(f"a stroke changed {np.count_nonzero(after != before)} pixels")
    driver.key("ctrl+z")
    driver.settle()
    assert np.array_equal(driver.labels, before), "undo did not bring the label map back"
    say("undo took it back to the pixel")


def next_image(driver: Driver) -> None:
    driver.key("d")
    driver.settle()
    current = driver.program.session.current
    assert current is not None
    assert current.entry.relative.name == "chelsea.png", current.entry.relative
    say(f"the next image is there: {driver.program.window.windowTitle()}")


def say(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_demo_photos(Path(folder))
        program = app.build(Path(folder) / "images")
        driver = Driver(program)
        try:
            platform = QGuiApplication.platformName()
            assert platform in ("xcb", "wayland"), f"this is no real screen: {platform}"
            driver.until(program.window.isActiveWindow, "the window is active")
            driver.settle()
            say(f"{program.window.windowTitle()} on {platform}")
            drag_theta(driver)
            paint_and_undo(driver)
            next_image(driver)
            if len(sys.argv) > 1:
                program.window.grab().save(sys.argv[1])
        finally:
            program.window.close()
            program.close()
    say("1 passed, 0 failed")


if __name__ == "__main__":
    main()
