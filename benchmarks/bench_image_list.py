"""Opening a folder of 100,000 images: our list, and a plain QListWidget filled in a loop, in one run.

    python benchmarks/bench_image_list.py [--images 100000]

Tells, for a project of that many tiny files: the time until first rows are painted and until the whole list stands,
the longest time in which the event loop did not come round (and how long the thread computed in the longest of its
rounds: what other programs do to the processor is not in that), and how much memory the process has taken.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PIL import Image
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QListWidget, QListWidgetItem

from edam_gui.gui.annotate.image_list import ImageListPanel
from edam_gui.gui.deliver import GuiDeliver
from edam_gui.imaging.walk import walk_files
from edam_gui.session.pass_cache import PassCache
from edam_gui.session.session import Session


class LoopWatch:
    """Measures the longest gap between two rounds of the event loop, by a timer of 0 ms."""

    def __init__(self) -> None:
        self._timer = QTimer()
        self._timer.timeout.connect(self._tick)
        self._timer.start(0)
        self.reset()

    def reset(self) -> None:
        self._last, self._last_cpu = time.perf_counter(), time.thread_time()
        self.longest = self.longest_cpu = 0.0

    def _tick(self) -> None:
        now, cpu = time.perf_counter(), time.thread_time()
        self.longest = max(self.longest, now - self._last)
        self.longest_cpu = max(self.longest_cpu, cpu - self._last_cpu)
        self._last, self._last_cpu = now, cpu

    def __str__(self) -> str:
        return f"longest GUI block {self.longest * 1e3:.0f} ms ({self.longest_cpu * 1e3:.0f} ms of the processor)"

    def stop(self) -> None:
        self._timer.stop()


def run_until(condition: Callable[[], bool]) -> None:
    while not condition():
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)


def memory_mb() -> float:
    """Return the memory that the process occupies now; Linux only."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def make_files(folder: Path, count: int) -> None:
    Image.new("RGB", (8, 6), (200, 40, 40)).save(folder / "first.png")
    data = (folder / "first.png").read_bytes()
    (folder / "first.png").unlink()
    for number in range(count):
        (folder / f"img_{number:06d}.png").write_bytes(data)


def measure_ours(folder: Path, count: int, title: str, home: Path) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    session = Session(GuiDeliver(app), PassCache(home / "passes"))
    session.load_model = lambda: None  # type: ignore[method-assign]
    panel = ImageListPanel(session)
    panel.resize(260, 800)
    panel.show()
    QApplication.processEvents()
    before, watch = memory_mb(), LoopWatch()
    opened: list[float] = []
    session.events.project_changed.connect(lambda: opened.append(time.perf_counter()))
    start, cpu = time.perf_counter(), time.process_time()
    session.open(folder)
    run_until(lambda: len(session.navigator.ids) > 0)
    panel.view.viewport().repaint()
    first, first_cpu = time.perf_counter(), time.process_time() - cpu
    run_until(lambda: len(session.navigator.ids) == count and panel.view.images.rowCount() == count)
    full = time.perf_counter()
    run_until(lambda: session.sitting.progress is not None and session.current is not None)
    run_until(lambda: not session.jobs.is_busy())
    print(
        f"{title}: project open {opened[0] - start:.2f} s, first rows {first - start:.2f} s "
        f"({first - opened[0]:.2f} s after the project is open; {first_cpu:.2f} s of the processor), "
        f"whole list {full - start:.2f} s, "
        f"{watch}, memory +{memory_mb() - before:.0f} MiB"
    )
    watch.reset()
    bar = panel.view.verticalScrollBar()
    worst, begun = 0.0, time.perf_counter()
    for step in range(200):
        bar.setValue(bar.maximum() * (step * 73 % 200) // 200)
        instant = time.perf_counter()
        panel.view.viewport().repaint()
        worst = max(worst, time.perf_counter() - instant)
        QApplication.processEvents()
    run_until(lambda: not session.jobs.is_busy())
    mean = (time.perf_counter() - begun) / 200
    print(
        f"{title}: 200 jumps of the scroll bar, {mean * 1e3:.1f} ms each, slowest painting {worst * 1e3:.0f} ms, "
        f"{watch}, memory +{memory_mb() - before:.0f} MiB"
    )
    watch.reset()
    start = time.perf_counter()
    panel.filter.text.setText("img_0123")
    run_until(lambda: len(session.navigator.ids) == min(count, 100))
    print(
        f"{title}: filter typed to rows, {time.perf_counter() - start:.2f} s (150 ms of it waiting for more keys), "
        f"{watch}"
    )
    watch.stop()
    panel.close()
    session.close()
    panel.deleteLater()


def measure_plain(folder: Path, count: int) -> None:
    widget = QListWidget()
    widget.resize(260, 800)
    widget.show()
    QApplication.processEvents()
    before, watch = memory_mb(), LoopWatch()
    start = time.perf_counter()
    for name in walk_files(folder, {".png"}).files:
        widget.addItem(QListWidgetItem(name))
    QApplication.processEvents()
    widget.viewport().repaint()
    end = time.perf_counter()
    QApplication.processEvents()
    QApplication.processEvents()
    print(
        f"QListWidget, names only: first rows {end - start:.2f} s, whole list {end - start:.2f} s, "
        f"{watch}, memory +{memory_mb() - before:.0f} MiB"
    )
    assert widget.count() == count
    watch.stop()
    widget.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=100_000)
    count = parser.parse_args().images
    home = Path(tempfile.mkdtemp(prefix="bench-list-"))
    os.environ["XDG_CACHE_HOME"] = str(home / "cache")
    app = QApplication([])
    try:
        folder = home / "photos"
        folder.mkdir()
        make_files(folder, count)
        print(f"{count:,} images; window system: {app.platformName()}")
        measure_plain(folder, count)
        measure_ours(folder, count, "ours, a folder opened for the first time", home)
        measure_ours(folder, count, "ours, its project opened again", home)
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
