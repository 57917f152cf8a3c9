"""Frame times of labelling with and without a training run beside it, in one process and one run.

Run ``python benchmarks/bench_label_while_training.py [--frames N] [--rounds N] [--greedy]``; offscreen unless
QT_QPA_PLATFORM says otherwise. A frame begins when theta moves (as a slider drags it) and ends when the label map of
that theta is painted by the canvas of the real window. The run is a real one, started as the training tab starts it:
the preset `lite` on the photos shown, with the default number of threads and priority. `--greedy` adds a column with a
run that takes all cores at normal priority, to show what the defaults are for. Short
rounds alternate, the other runs suspended meanwhile, so that what else the computer does hits all columns; compare the
columns of one run only.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import psutil
from PIL import Image

HEIGHT, WIDTH = 960, 1280
CLASSES = {"cat": 8, "dog": 12, "person": 15}
IMAGES = 12
PATIENCE_S = 180.0


@dataclass
class Column:
    """Frame times under one condition, in seconds."""

    name: str
    times: list[float] = field(default_factory=list)

    def line(self) -> str:
        p50, p95 = np.percentile(self.times, [50, 95]) * 1000
        late = np.mean(np.array(self.times) > 1 / 30)
        worst = max(self.times) * 1000
        return f"{self.name:<34}{len(self.times):>7}{p50:>10.1f}{p95:>10.1f}{worst:>10.1f}{100 * late:>11.1f} %"


def make_project(folder: Path) -> Path:
    """Write photos with smooth masks and saliency, so that every theta gives another label map."""
    rng = np.random.default_rng(0)
    rows, columns = np.indices((HEIGHT, WIDTH), np.float32)
    for name in ("photos", "masks", "saliency"):
        (folder / name).mkdir(parents=True)
    lines = []
    for number in range(IMAGES):
        photo = rng.integers(0, 255, (HEIGHT // 8, WIDTH // 8, 3), np.uint8)
        Image.fromarray(photo).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC).save(
            folder / "photos" / f"p{number}.jpg"
        )
        centres = rng.uniform(0.2, 0.8, (len(CLASSES), 2))
        scores = np.stack(
            [np.exp(-(((rows / HEIGHT - y) / 0.2) ** 2 + ((columns / WIDTH - x) / 0.2) ** 2)) for y, x in centres]
        ).astype(np.float32)
        saliency = (scores.max(0) ** 0.5 * 255).astype(np.uint8)
        Image.fromarray(saliency).save(folder / "saliency" / f"p{number}.png")
        np.savez(
            folder / "masks" / f"p{number}.npz",
            scores=scores,
            classes=np.array(list(CLASSES.values())),
            score_form="max",
            passes=1,
            raw_max=scores.max((1, 2)),
        )
        lines.append(f"p{number},{','.join(CLASSES)}\n")
    (folder / "labels.csv").write_text("".join(lines))
    return folder


class Bench:
    """The real window, a sweep of theta, and a run beside it."""

    def __init__(self, project: Path) -> None:
        from PySide6.QtCore import QEvent, QObject

        from edam_gui.gui import app

        self.program = app.build(project)
        self.session, self.canvas = self.program.session, self.program.window.canvas
        self.program.window.resize(1600, 1000)
        self.runs: list[Path] = []
        self.painted = 0
        self.labels = 0
        bench = self

        class Watch(QObject):
            def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802
                if event.type() is QEvent.Type.Paint:
                    bench.painted = bench.labels
                return False

        self._watch = Watch()
        self.canvas.installEventFilter(self._watch)
        for child in self.canvas.findChildren(QObject):
            child.installEventFilter(self._watch)
        self.session.events.labels_changed.connect(self._labels_changed)
        self.until(self._ready)

    def _labels_changed(self, _: object) -> None:
        self.labels += 1

    def _ready(self) -> bool:
        current = self.session.current
        return current is not None and current.labels is not None and not self.session.labelling.is_busy

    def until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            self.program.app.processEvents()
            if time.monotonic() > deadline:
                raise TimeoutError("it did not happen")

    def frames(self, number: int) -> list[float]:
        """Drag theta up and down; return the seconds from each move to its painted label map."""
        times = []
        self.program.app.processEvents()
        for frame in range(number):
            theta = 40.0 + 160.0 * abs((frame / number * 4) % 2 - 1) + frame % 2
            seen = self.labels
            start = time.perf_counter()
            self.session.rules.drag(theta=theta)
            self.until(lambda seen=seen: self.labels > seen and self._ready() and self.painted == self.labels)
            times.append(time.perf_counter() - start)
        return times

    def start_run(self, name: str, threads: int, niceness: int) -> psutil.Process:
        """Start a run and wait until it trains."""
        from edam_gui.session.training.launch import LaunchOptions
        from edam_gui.session.training.look import Phase
        from edam_gui.session.training.request import Preparation, RunRequest

        desk = self.session.training
        desk.options = LaunchOptions("cpu", threads, niceness)
        run_dir = desk.folder() / name
        request = RunRequest(run_dir, words=("epochs=1000", "validate_every=0", "save_every=100000"))
        found: list[Preparation] = []
        desk.prepare(request, found.append, lambda text: print("cannot train:", text))
        self.until(lambda: bool(found))
        desk.start(found[0])
        record = desk.follow(run_dir)
        polled = time.monotonic()

        def trains() -> bool:
            nonlocal polled
            if time.monotonic() - polled > 0.5:
                polled = time.monotonic()
                desk.poll()
            look = desk.look(run_dir)
            return look is not None and look.phase is Phase.RUNNING and len(record) >= 3

        self.until(trains)
        self.runs.append(run_dir)
        heartbeat = desk.look(run_dir)
        assert heartbeat is not None
        from edam_gui.session.training.launch import read_launch

        process = read_launch(run_dir)
        assert process is not None
        return psutil.Process(process.pid)

    def close(self) -> None:
        self.program.window.close()
        self.program.close()


def end(process: psutil.Process) -> None:
    process.kill()
    process.wait(20)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=40, help="in a round")
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--greedy", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        os.environ |= {"EDAM_GUI_SETTINGS": str(home / "s.ini"), "XDG_DATA_HOME": name, "XDG_CACHE_HOME": name}
        measure(Bench(make_project(home / "project")), options)


def measure(bench: Bench, options: argparse.Namespace) -> None:
    from edam_gui.session.training.launch import default_threads

    cores = os.cpu_count() or 1
    alone = Column("without a run")
    columns: list[tuple[Column, psutil.Process]] = []
    try:
        bench.until(lambda: not bench.session.jobs.is_busy())
        bench.frames(30)
        name = f"with a run, {default_threads()} threads, nice 10"
        columns.append((Column(name), bench.start_run("default", 0, 10)))
        columns[-1][1].suspend()
        if options.greedy:
            columns.append((Column(f"with a run, {cores} threads, nice 0"), bench.start_run("greedy", cores, 0)))
            columns[-1][1].suspend()
        for _ in range(options.rounds):
            alone.times += bench.frames(options.frames)
            for column, process in columns:
                process.resume()
                column.times += bench.frames(options.frames)
                process.suspend()
    finally:
        for _, process in columns:
            end(process)
        bench.close()
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"{WIDTH}x{HEIGHT}, {len(CLASSES)} classes, {cores} cores, load {load}; ms from move to painted label map")
    print(f"{'':<34}{'frames':>7}{'median':>10}{'95 %':>10}{'worst':>10}{'over 33 ms':>13}")
    for column in (alone, *(column for column, _ in columns)):
        print(column.line())


if __name__ == "__main__":
    main()
