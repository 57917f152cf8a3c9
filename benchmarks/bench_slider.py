"""From a dragged slider to the painted frame, through the whole window: 4000x3000 pixels, real mouse events.

Every step moves theta's (then alpha's, then beta's) handle by a pixel with a mouse event; a frame ends when the canvas
has painted the label map of that very value. Run it on a real X server (xvfb-run) or offscreen. The alternative in the
same run: the plain form of Algorithm 1 (`pseudo_label`) alone, without any painting.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtTest import QTest

from edam_gui.core.options import Dialect
from edam_gui.core.pseudo_label import pseudo_label
from edam_gui.gui import app
from edam_gui.gui.app import Program
from tests.gui.driving import handle_of

SIZE = (3000, 4000)
CLASSES = (8, 12, 15)
LEFT = Qt.MouseButton.LeftButton


def make_project(folder: Path) -> None:
    """Write one big photo with masks of three classes, smooth and overlapping, and a saliency map."""
    rng = np.random.default_rng(2)
    height, width = SIZE

    def smooth(cells: int) -> np.ndarray:
        low = Image.fromarray(rng.random((cells, cells), np.float32))
        return np.asarray(low.resize((width, height), Image.Resampling.BICUBIC)).clip(0, 1)

    for name in ("photos", "masks", "saliency"):
        (folder / name).mkdir()
    photo = np.stack([smooth(40), smooth(60), smooth(90)], axis=-1)
    Image.fromarray((photo * 255).astype(np.uint8)).save(folder / "photos" / "big.jpg", quality=90)
    Image.fromarray((smooth(12) * 255).astype(np.uint8)).save(folder / "saliency" / "big.png")
    scores = np.stack([smooth(10) for _ in CLASSES]).astype(np.float32)
    scores /= scores.reshape(len(CLASSES), -1).max(axis=1)[:, None, None]
    np.savez(
        folder / "masks" / "big.npz",
        scores=scores,
        classes=np.array(CLASSES),
        score_form="max",
        passes=1,
        raw_max=scores.max((1, 2)),
    )
    (folder / "labels.csv").write_text("big,cat,dog,person\n")


class Painted(QObject):
    """Counts the canvas's paints."""

    def __init__(self, program: Program) -> None:
        super().__init__()
        self.count = 0
        program.window.canvas.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802, ARG002
        if event.type() == QEvent.Type.Paint:
            self.count += 1
        return False


def wait(program: Program, condition, patience: float = 120.0) -> None:
    end = time.monotonic() + patience
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError
        program.app.processEvents()


def ready(program: Program) -> bool:
    current = program.session.current
    return bool(
        current
        and current.labels is not None
        and current.frame
        and current.frame.scores is not None
        and not program.session.labelling.is_busy
    )


def drag(program: Program, name: str, steps: int) -> list[float]:
    """Drag a slider by single pixels; return seconds from each mouse event to the painted frame."""
    row = program.window.thresholds.rows[name]
    painted = Painted(program)
    place = handle_of(row.slider)
    QTest.mousePress(row.slider, LEFT, Qt.KeyboardModifier.NoModifier, place)
    times = []
    direction = 1
    for _ in range(steps):
        if not 10 < place.x() + direction < row.slider.width() - 10:
            direction = -direction
        place += QPoint(direction, 0)
        before, frame, value = painted.count, program.session.current.frame, row.value

        def is_painted(before=before, frame=frame) -> bool:
            return program.session.current.frame is not frame and painted.count > before

        started = time.perf_counter()
        QTest.mouseMove(row.slider, place)
        if getattr(program.session.rules.shown(), name) == value:
            continue  # less than a stop of the slider
        wait(program, is_painted)
        times.append(time.perf_counter() - started)
    QTest.mouseRelease(row.slider, LEFT, Qt.KeyboardModifier.NoModifier, place)
    wait(program, lambda: ready(program))
    return times


def show(name: str, times: list[float]) -> None:
    ms = sorted(1000 * t for t in times)
    p95 = ms[int(0.95 * (len(ms) - 1))]
    over = sum(t > 50 for t in ms) / len(ms)
    print(
        f"{name:28} n {len(ms):4}  median {statistics.median(ms):6.1f}  p95 {p95:6.1f}  max {ms[-1]:6.1f} ms"
        f"   {1000 / statistics.median(ms):5.0f} fps   over 50 ms: {over:.1%}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=120)
    steps = parser.parse_args().steps
    if not os.environ.get("DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["EDAM_GUI_SETTINGS"] = str(Path(folder) / "settings.ini")
        project = Path(folder) / "project"
        project.mkdir()
        make_project(project)
        program = app.build(project)
        program.window.resize(1400, 900)
        wait(program, lambda: ready(program))
        print(f"platform {program.app.platformName()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        for dialect in Dialect:
            program.session.rules.choose(dialect=dialect)
            program.session.rules.set(theta=100.0, alpha=0.3, beta=0.7)
            wait(program, lambda: ready(program))
            for name in ("theta", "alpha", "beta"):
                drag(program, name, 8)  # warm
                show(f"{dialect.value}, {name}", drag(program, name, steps))
            frame = program.session.current.frame
            started = time.perf_counter()
            pseudo_label(frame.scores, frame.request.saliency, frame.request.rule)
            print(f"{dialect.value}: the plain form alone takes {1000 * (time.perf_counter() - started):.0f} ms")
        program.window.close()
        program.close()


if __name__ == "__main__":
    main()
