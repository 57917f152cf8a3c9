"""From event to painted frame: the canvas against plain pyqtgraph, 4000x3000, in one run.

Run ``python benchmarks/bench_canvas.py [--frames N] [--viewport 1400x900]``; offscreen unless QT_QPA_PLATFORM says
otherwise (``QT_QPA_PLATFORM=xcb xvfb-run -a python benchmarks/bench_canvas.py`` for an X server). A frame begins with
the event's work (thresholds -> label map, a dab of the brush, another colour table) and ends when Qt has painted and
handed the frame over. `sweep` includes LiveLabel, so it is what a user sees who drags a slider.

The alternative is a ViewBox with two ImageItems: the photo (down-sampled by pyqtgraph where that helps it) and the
label map as uint8 with a 256-entry table, the fast path of pyqtgraph. It cannot refresh a part, so a dab costs it a
whole frame. Compare the columns of one run only.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterator
from typing import Protocol

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import cv2
import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget

from edam_gui.core.activation_masks import Scores
from edam_gui.core.live_label import LiveLabel
from edam_gui.core.options import Dialect, LabelRule, Thresholds
from edam_gui.gui.annotate.canvas import Canvas, label_table

HEIGHT, WIDTH = 3000, 4000
BRUSH = 40
RUN = 12
KINDS = ("sweep", "redraw", "dab", "table", "pan")
Rect = tuple[int, int, int, int]


class Shown(Protocol):
    widget: QWidget

    def labels_changed(self, rect: Rect | None) -> None: ...
    def set_table(self, table: np.ndarray) -> None: ...
    def look(self, scale: float) -> None: ...
    def pan(self, step: int) -> None: ...


class Ours:
    """The canvas of this program."""

    def __init__(self, photo: np.ndarray, labels: np.ndarray) -> None:
        self.widget = self.canvas = Canvas()
        self.canvas.set_photo(photo)
        self.canvas.set_labels(labels)

    def labels_changed(self, rect: Rect | None) -> None:
        self.canvas.labels_changed(rect)

    def set_table(self, table: np.ndarray) -> None:
        self.canvas.set_label_table(table)

    def look(self, scale: float) -> None:
        self.canvas.fit()
        if scale:
            self.canvas.set_zoom(scale)

    def pan(self, step: int) -> None:
        self.canvas.pan_by(0.004 * (-1) ** (step // 20 % 2), 0.004)


class PyQtGraph:
    """Two ImageItems in a ViewBox."""

    def __init__(self, photo: np.ndarray, labels: np.ndarray) -> None:
        pg.setConfigOptions(imageAxisOrder="row-major")
        self.widget = pg.GraphicsLayoutWidget()
        self.box = self.widget.addViewBox(lockAspect=True, invertY=True, enableMenu=False)
        self.labels = labels
        self.photo_item = pg.ImageItem(photo, autoDownsample=True, levels=(0, 255))
        self.label_item = pg.ImageItem()
        self.table = label_table()
        self.box.addItem(self.photo_item)
        self.box.addItem(self.label_item)
        self.labels_changed(None)

    def labels_changed(self, rect: Rect | None) -> None:  # noqa: ARG002 - it knows no parts
        self.label_item.setImage(self.labels, autoLevels=False, levels=None, lut=self.table)

    def set_table(self, table: np.ndarray) -> None:
        self.table = table
        self.label_item.setLookupTable(table)

    def look(self, scale: float) -> None:
        if not scale:
            self.box.setRange(xRange=(0, WIDTH), yRange=(0, HEIGHT), padding=0.01)
            return
        half_x, half_y = self.widget.width() / scale / 2, self.widget.height() / scale / 2
        x, y = WIDTH / 2, HEIGHT / 2
        self.box.setRange(xRange=(x - half_x, x + half_x), yRange=(y - half_y, y + half_y), padding=0)

    def pan(self, step: int) -> None:
        (left, right), (top, bottom) = self.box.viewRange()
        across, down = (right - left) * 0.004 * (-1) ** (step // 20 % 2), (bottom - top) * 0.004
        self.box.translateBy(x=across, y=down)


class Painted(QObject):
    """Counts how often a widget was painted."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.count = 0
        watched = widget.viewport() if isinstance(widget, pg.GraphicsView) else widget
        watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        self.count += event.type() == QEvent.Type.Paint
        return super().eventFilter(watched, event)


def frame(app: QApplication, painted: Painted, work: Callable[[int], object], step: int) -> tuple[float, float]:
    """Return the wall time and the processor time (both threads) of one frame in ms."""
    before = painted.count
    start, busy = time.perf_counter(), time.process_time()
    work(step)
    while painted.count == before:
        app.processEvents()
        if time.perf_counter() - start > 10:
            raise SystemExit("nothing was painted for 10 s")
    # The flush to the screen follows the paint event within the same update request.
    return (time.perf_counter() - start) * 1e3, (time.process_time() - busy) * 1e3


def smooth(rng: np.random.Generator, cells: int) -> np.ndarray:
    coarse = rng.random((cells * 3, cells * 4), np.float32) ** 2
    return cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC).clip(0, 1)


def rules() -> Iterator[LabelRule]:
    """Theta, alpha and beta dragged to and fro, one after the other."""
    while True:
        for position in np.r_[0:1:60j, 1:0:60j]:
            yield LabelRule(Dialect.PAPER, thresholds=Thresholds(float(position * 255), 0.1, 0.6))
        for position in np.r_[0:1:60j, 1:0:60j]:
            yield LabelRule(Dialect.PAPER, thresholds=Thresholds(100.0, float(position), 0.6))
        for position in np.r_[0:1:60j, 1:0:60j]:
            yield LabelRule(Dialect.PAPER, thresholds=Thresholds(100.0, 0.1, float(position)))


def works(shown: Shown, live: LiveLabel, labels: np.ndarray, scale: float) -> dict[str, Callable[[int], object]]:
    sweep = rules()
    tables = [label_table(opacity=opacity) for opacity in np.linspace(0.2, 0.9, 15)]
    circle = 25 if scale > 1 else 300

    def drag(_: int) -> None:
        live.label_map(next(sweep), labels)
        shown.labels_changed(None)

    def dab(step: int) -> None:
        # The brush circles around the middle, inside the view at every zoom.
        x = int(WIDTH / 2 + np.cos(step / 15) * circle)
        y = int(HEIGHT / 2 + np.sin(step / 15) * circle)
        cv2.circle(labels, (x, y), BRUSH // 2, step % 20 + 1, -1)
        shown.labels_changed((x - BRUSH // 2, y - BRUSH // 2, x + BRUSH // 2 + 1, y + BRUSH // 2 + 1))

    return {
        "sweep": drag,
        "redraw": lambda _: shown.labels_changed(None),
        "dab": dab,
        "table": lambda step: shown.set_table(tables[step % len(tables)]),
        "pan": shown.pan,
    }


def report(where: str, kind: str, name: str, frames: list[tuple[float, float]]) -> None:
    times, busy = np.array(frames).T
    median, p95 = np.percentile(times, (50, 95))
    print(
        f"{where:4} {kind:6} {name:9} median {median:6.2f}  p95 {p95:6.2f}  max {times.max():6.2f} ms  "
        f"{1000 / times.mean():6.0f} fps  {(times > 1000 / 60).mean():6.1%} over 16.7 ms, "
        f"{(times > 50).mean():5.1%} over 50 ms  cpu {np.median(busy):6.2f} ms"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=360)
    parser.add_argument("--viewport", default="1400x900")
    parser.add_argument("--without-pyqtgraph", action="store_true")
    options = parser.parse_args()
    width, height = map(int, options.viewport.split("x"))
    app = QApplication([])
    rng = np.random.default_rng(0)
    photo = cv2.resize(rng.integers(0, 256, (300, 400, 3), np.uint8), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    scores = Scores(np.stack([smooth(rng, cells) for cells in (8, 9, 10, 11)]), (0, 3, 7, 15))
    live = LiveLabel(scores, (smooth(rng, 5) * 255).astype(np.uint8))
    live.prepare(Dialect.PAPER)
    print(f"{app.platformName()}, {width}x{height} viewport, {WIDTH}x{HEIGHT} image, {os.cpu_count()} cores")
    shown: list[tuple[Shown, Painted, np.ndarray]] = []
    for make in (Ours,) if options.without_pyqtgraph else (Ours, PyQtGraph):
        labels = live.label_map(next(rules()))
        one: Shown = make(photo, labels)
        one.widget.resize(width, height)
        one.widget.show()
        shown.append((one, Painted(one.widget), labels))
    app.processEvents()
    for where, scale in (("fit", 0.0), ("1:1", 1.0), ("8x", 8.0)):
        for kind in KINDS:
            measure(app, shown, live, where, scale, kind, options.frames)
    for one, _, _ in shown:
        one.widget.close()


def measure(
    app: QApplication,
    shown: list[tuple[Shown, Painted, np.ndarray]],
    live: LiveLabel,
    where: str,
    scale: float,
    kind: str,
    frames: int,
) -> None:
    """Runs of a dozen frames of one and of the other, in turn: what else the machine does hits both."""
    todo = []
    for one, painted, labels in shown:
        one.look(scale)
        todo.append((type(one).__name__, painted, works(one, live, labels, scale)[kind], []))
    app.processEvents()
    for start in range(0, frames, RUN):
        for _, painted, work, times in todo:
            for step in range(start, start + RUN):
                result = frame(app, painted, work, step)
                if step - start >= 2:  # a running drag is what a user feels
                    times.append(result)
    for name, _, _, times in todo:
        report(where, kind, name, times)


if __name__ == "__main__":
    main()
