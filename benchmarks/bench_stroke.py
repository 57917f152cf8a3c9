"""Brush strokes at 4000x3000 from the mouse event to the painted frame, against napari's viewer, paired in one run.

Run ``make bench`` or ``python benchmarks/bench_stroke.py``. Ours is the real thing without the panels:
mouse events to the canvas, tool, session, project on the disk, recomposed label map, repainted widget (Qt offscreen).
napari's is its whole viewer with the same photo, canvas size, zoom, brush and path, mouse events likewise, until it has
drawn; it needs OpenGL, so it gets a display, by `xvfb-run` where there is none (drawn by the CPU then, as ours always
is). The two take turns stroke by stroke; the ratio is the median over the rounds.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import cv2
import numpy as np
from PIL import Image
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from edam_gui.core.edits.brush import Brush
from edam_gui.gui.actions import ACTIONS
from edam_gui.gui.annotate.canvas import Canvas
from edam_gui.gui.annotate.canvas_presenter import CanvasPresenter
from edam_gui.gui.annotate.tools import ToolController
from edam_gui.gui.bindings.tools import bind_tools
from edam_gui.gui.deliver import GuiDeliver
from edam_gui.gui.shell.action_book import ActionBook
from edam_gui.session.model_host import ModelHost
from edam_gui.session.pass_cache import PassCache
from edam_gui.session.session import Session

SIZE = (3000, 4000)
CANVAS = (1000, 800)
HINT = (
    "napari is not there: to compare, `python3 -m venv /tmp/napari-venv && /tmp/napari-venv/bin/pip install napari "
    '"PySide6<6.12"`, or name a Python that has it in NAPARI_PYTHON. Without a display it needs xvfb-run.'
)
LEFT, NO_BUTTON = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
Point = tuple[float, float]


def stroke_path(moves: int) -> list[Point]:
    """A winding path over the canvas, in widget pixels."""
    width, height = CANVAS
    turns = [n / moves * 5 * math.pi for n in range(moves + 1)]
    return [
        (round(width * (0.1 + 0.8 * n / moves)), round(height * (0.5 + 0.35 * math.sin(turn))))
        for n, turn in enumerate(turns)
    ]


def write_project(folder: Path) -> Path:
    """Write one large photo with saliency and two masks."""
    rng = np.random.default_rng(0)
    for name in ("photos", "masks", "saliency"):
        (folder / name).mkdir()
    small = rng.integers(0, 255, (30, 40, 3), np.uint8)
    photo = cv2.resize(small, SIZE[::-1], interpolation=cv2.INTER_CUBIC)
    Image.fromarray(photo).save(folder / "photos" / "large.jpg", quality=95)
    Image.fromarray(photo[..., 0]).save(folder / "saliency" / "large.png")
    scores = cv2.resize(rng.random((12, 16, 2), np.float32), (500, 375)).transpose(2, 0, 1)
    np.savez(folder / "masks" / "large.npz", scores=scores, classes=[8, 12], score_form="max", passes=1)
    (folder / "labels.csv").write_text("large,cat,dog\n")
    return folder


class Ours:
    """The program's canvas over an open project."""

    def __init__(self, folder: Path) -> None:
        self.app = QApplication.instance() or QApplication([])
        self._deliver = GuiDeliver()
        self.session = Session(self._deliver, PassCache(folder / "cache"))
        self.canvas = Canvas()
        self._presenter = CanvasPresenter(self.session, self.canvas)
        self._book = ActionBook(ACTIONS, self.canvas)
        self.controller = ToolController(self.session, self.canvas, self._book)
        bind_tools(self._book, self.session, self.controller)
        self.frames = 0
        paint = self.canvas.paintEvent

        def painted(event: object) -> None:
            paint(event)
            self.frames += 1

        self.canvas.paintEvent = painted
        self.canvas.resize(*CANVAS)
        self.canvas.show()
        self.session.open(folder)
        self.wait(lambda: self.session.current is not None and self.session.current.labels is not None)
        self.wait(lambda: not self.session.labelling.is_busy)
        self.controller.choose("tool.brush")
        self.saved: list[float] = []
        self.session.edit_saved.connect(lambda _: self.saved.append(time.perf_counter()))

    def wait(self, condition: Callable[[], bool]) -> None:
        while not condition():
            self.app.processEvents()

    def to_frame(self, act: Callable[[], object]) -> float:
        """Return the seconds from an act to the next finished frame."""
        before, start = self.frames, time.perf_counter()
        act()
        while self.frames == before:
            self.app.processEvents()
        return time.perf_counter() - start

    def mouse(self, kind: QEvent.Type, at: Point, button: Qt.MouseButton, held: Qt.MouseButton) -> None:
        place = QPointF(*at)
        event = QMouseEvent(
            kind, place, self.canvas.mapToGlobal(place), button, held, Qt.KeyboardModifier.NoModifier
        )  # fmt: skip
        QApplication.sendEvent(self.canvas, event)

    def prepare(self, diameter: float, zoom: float) -> None:
        editing = self.session.editing
        editing.set_paint(replace(editing.paint, label=7, brush=Brush(diameter)))
        self.canvas.set_zoom(zoom)
        self.canvas.centre_on(SIZE[1] / 2, SIZE[0] / 2)
        self.app.processEvents()

    def stroke(self, path: list[Point]) -> dict[str, object]:
        kinds = QEvent.Type
        self.mouse(kinds.MouseMove, path[0], NO_BUTTON, NO_BUTTON)
        press = self.to_frame(lambda: self.mouse(kinds.MouseButtonPress, path[0], LEFT, LEFT))
        moves = [
            self.to_frame(lambda at=at: self.mouse(kinds.MouseMove, at, NO_BUTTON, LEFT)) for at in path[1:]
        ]  # fmt: skip
        self.saved.clear()
        start = time.perf_counter()
        release = self.to_frame(lambda: self.mouse(kinds.MouseButtonRelease, path[-1], LEFT, NO_BUTTON))
        self.wait(lambda: bool(self.saved))
        saved = self.saved[0] - start
        painted = int((self.session.current.labels == 7).sum())
        undo = self.to_frame(self.session.undo)
        return {"moves": moves, "press": press, "release": release, "undo": undo, "saved": saved, "painted": painted}

    def close(self) -> None:
        self.session.close()
        self.canvas.close()


def napari_command() -> list[str] | None:
    """Return how to start napari's side, `None` if it cannot be."""
    candidates = [os.environ.get("NAPARI_PYTHON"), "/tmp/napari-venv/bin/python"]  # noqa: S108 - as the hint says
    if importlib.util.find_spec("napari"):
        candidates.insert(0, sys.executable)
    python = next((c for c in candidates if c and Path(c).exists()), None)
    if python is None:
        return None
    display = [] if os.environ.get("DISPLAY") else ["xvfb-run", "-a", "-s", "-screen 0 1920x1200x24"]
    if display and shutil.which("xvfb-run") is None:
        return None
    return [*display, python, str(Path(__file__).with_name("napari_viewer_stroke.py"))]


@contextmanager
def napari(command: list[str], photo: Path) -> Iterator[Callable[[dict[str, object]], dict[str, object]]]:
    environment = {name: value for name, value in os.environ.items() if name != "QT_QPA_PLATFORM"}
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdin is not None
    assert process.stdout is not None

    def ask(order: dict[str, object]) -> dict[str, object]:
        process.stdin.write(json.dumps(order) + "\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        if not answer:
            raise SystemExit("napari stopped; its message is above.")
        return json.loads(answer)

    try:
        print(f"napari {ask({'photo': str(photo), 'canvas': CANVAS, 'size': SIZE})['version']}")
        yield ask
    finally:
        process.stdin.close()
        process.wait()


def report(title: str, own: list[dict], other: list[dict]) -> None:
    def ms(rows: list[dict], name: str) -> str:
        return f"{statistics.median(row[name] for row in rows) * 1e3:.1f}"

    def move(row: dict) -> float:
        return statistics.median(row["moves"])

    moves = [t for row in own for t in row["moves"]]
    print(f"{title}\n  ours  : move {statistics.median(map(move, own)) * 1e3:.2f} ms (95 %: "
          f"{np.percentile(moves, 95) * 1e3:.2f}), press {ms(own, 'press')}, release {ms(own, 'release')}, "
          f"undo {ms(own, 'undo')} ms; saved {ms(own, 'saved')} ms after the release "
          f"(worst {max(row['saved'] for row in own) * 1e3:.1f})")  # fmt: skip
    if other:
        rest = [t for row in other for t in row["moves"]]
        print(f"  napari: move {statistics.median(map(move, other)) * 1e3:.2f} ms (95 %: "
              f"{np.percentile(rest, 95) * 1e3:.2f}), undo {ms(other, 'undo')} ms")  # fmt: skip
        by_move = statistics.median(move(b) / move(a) for a, b in zip(own, other, strict=True))
        undo = statistics.median(b["undo"] / a["undo"] for a, b in zip(own, other, strict=True))
        print(f"  ours is {by_move:.1f}x faster from the event to the frame, {undo:.1f}x in undo")
        share = own[0]["painted"] / other[0]["painted"]
        assert 0.93 < share < 1.07, f"not the same stroke: {own[0]['painted']} and {other[0]['painted']} pixels"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--moves", type=int, default=60)
    options = parser.parse_args()
    ModelHost.load = lambda *_: None
    path, command = stroke_path(options.moves), napari_command()
    with tempfile.TemporaryDirectory() as folder:
        ours = Ours(write_project(Path(folder)))
        photo = Path(folder) / "photos" / "large.jpg"
        cases = [(30.0, 0.25), (200.0, 0.25), (30.0, 1.0)]
        if command is None:
            print(HINT)
            for diameter, zoom in cases:
                ours.prepare(diameter, zoom)
                report(
                    f"brush {diameter:g} px, zoom {zoom:.0%}", [ours.stroke(path) for _ in range(options.rounds)], []
                )
        else:
            with napari(command, photo) as ask:
                for diameter, zoom in cases:
                    ours.prepare(diameter, zoom)
                    order = {"diameter": diameter, "zoom": zoom, "path": path}
                    ours.stroke(path), ask(order)  # neither pays for its start
                    pairs = [(ours.stroke(path), ask(order)) for _ in range(options.rounds)]
                    own, other = zip(*pairs, strict=True)
                    report(f"brush {diameter:g} px, zoom {zoom:.0%}", list(own), list(other))
        ours.close()


if __name__ == "__main__":
    main()
