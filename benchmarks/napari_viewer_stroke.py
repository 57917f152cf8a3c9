"""napari's viewer painting strokes; run by bench_stroke.py with a Python that has napari, not by itself.

Reads one JSON line {photo, canvas, size}, then an order {diameter, zoom, path} a line: paints the stroke with mouse
events, waits for each frame, undoes it, and answers with the seconds.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

import napari
import numpy as np
from qtpy.QtCore import QEvent, QPointF, Qt
from qtpy.QtGui import QMouseEvent
from qtpy.QtWidgets import QApplication

LEFT, NO_BUTTON = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
PATIENCE_S = 0.5


class Viewer:
    def __init__(self, start: dict) -> None:
        self.viewer = napari.Viewer()
        self.size = start["size"]
        self.viewer.open(start["photo"])
        self.layer = self.viewer.add_labels(np.zeros(self.size, np.uint8))
        self.layer.mode, self.layer.selected_label = "paint", 7
        canvas = self.viewer.window._qt_viewer.canvas
        self.widget = canvas.native
        self.frames = 0
        canvas._scene_canvas.events.draw.connect(self._drawn)
        window = self.viewer.window._qt_window
        self.pump(0.5)
        for _ in range(3):  # panels take what they need; the canvas gets the size asked for
            wanted, has = start["canvas"], (self.widget.width(), self.widget.height())
            window.resize(window.width() + wanted[0] - has[0], window.height() + wanted[1] - has[1])
            self.pump(0.5)
        self.canvas_size = self.widget.width(), self.widget.height()

    def _drawn(self, _: object) -> None:
        self.frames += 1

    def pump(self, seconds: float) -> None:
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            QApplication.processEvents()

    def to_frame(self, act: Callable[[], object]) -> float | None:
        before, start = self.frames, time.perf_counter()
        act()
        while self.frames == before:
            QApplication.processEvents()
            if time.perf_counter() - start > PATIENCE_S:
                return None  # it saw no need to draw
        return time.perf_counter() - start

    def mouse(self, kind: QEvent.Type, at: list[float], button: Qt.MouseButton, held: Qt.MouseButton) -> None:
        place = QPointF(*at)
        there = QPointF(self.widget.mapToGlobal(place.toPoint()))
        QApplication.sendEvent(
            self.widget, QMouseEvent(kind, place, there, button, held, Qt.KeyboardModifier.NoModifier)
        )  # fmt: skip

    def stroke(self, order: dict) -> dict:
        path, kinds = order["path"], QEvent.Type
        self.layer.brush_size = order["diameter"]
        self.viewer.scene.camera.zoom = order["zoom"]
        self.viewer.scene.camera.center = (0, self.size[0] / 2, self.size[1] / 2)
        self.pump(0.3)
        self.mouse(kinds.MouseMove, path[0], NO_BUTTON, NO_BUTTON)
        self.to_frame(lambda: self.mouse(kinds.MouseButtonPress, path[0], LEFT, LEFT))
        moves = [self.to_frame(lambda at=at: self.mouse(kinds.MouseMove, at, NO_BUTTON, LEFT)) for at in path[1:]]
        self.mouse(kinds.MouseButtonRelease, path[-1], LEFT, NO_BUTTON)
        self.pump(0.3)
        painted = int(np.count_nonzero(self.layer.data))
        undo = self.to_frame(self.layer.undo)
        assert not self.layer.data.any()
        drawn = [seconds for seconds in moves if seconds is not None]
        return {"moves": drawn, "undo": undo, "painted": painted, "drawn": len(drawn), "canvas": self.canvas_size}


def main() -> None:
    viewer = Viewer(json.loads(sys.stdin.readline()))
    print(json.dumps({"version": napari.__version__, "canvas": viewer.canvas_size}), flush=True)
    for line in sys.stdin:
        print(json.dumps(viewer.stroke(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
