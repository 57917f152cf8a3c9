"""Ticking classes on 1,000 thumbnails with keys, and making the thumbnails.

    python benchmarks/bench_image_grid.py [--images 1000]

Every image gets a class of one digit, one of two digits and a step to the right, as real key events; told is the time
from a key to the painted grid. The photos are 500 x 375 JPEGs, as PASCAL VOC's are.
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

import numpy as np
from PIL import Image
from PySide6.QtCore import QEventLoop, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from skimage import data

from edam_gui.gui.annotate.image_list import ImageGrid
from edam_gui.gui.deliver import GuiDeliver
from edam_gui.imaging.thumbnail import read_thumbnail
from edam_gui.imaging.thumbnail_cache import ThumbnailCache
from edam_gui.session.pass_cache import PassCache
from edam_gui.session.session import Session
from edam_gui.session.thumbnails import SIDE

_SECOND_DIGIT = (Qt.Key.Key_1, Qt.Key.Key_5)


def run_until(condition: Callable[[], bool]) -> None:
    while not condition():
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)


def make_photos(folder: Path, count: int) -> None:
    folder.mkdir()
    cat = Image.fromarray(data.chelsea()).resize((500, 375))
    for number in range(count):
        cat.rotate(number % 7).save(folder / f"img_{number:04d}.jpg", quality=92)


def measure_thumbnails(folder: Path, home: Path) -> None:
    photos = sorted(folder.glob("*.jpg"))[:300]
    cache = ThumbnailCache(home / "thumbnails")
    start = time.perf_counter()
    for photo in photos:
        cache.put(cache.key(photo, SIDE), read_thumbnail(photo, SIDE))
    made = time.perf_counter() - start
    start = time.perf_counter()
    for photo in photos:
        assert cache.get(cache.key(photo, SIDE)) is not None
    read = time.perf_counter() - start
    print(
        f"thumbnails, one thread: made and kept {made / len(photos) * 1e3:.1f} ms each, "
        f"read again {read / len(photos) * 1e3:.1f} ms each"
    )


def measure_keys(folder: Path, count: int, home: Path) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    session = Session(GuiDeliver(app), PassCache(home / "passes"))
    session.load_model = lambda: None  # type: ignore[method-assign]
    grid = ImageGrid(session)
    grid.resize(1200, 800)
    grid.show()
    session.open(folder)
    run_until(lambda: len(session.navigator.ids) == count and session.current is not None)
    grid.view.setFocus()
    times: list[float] = []
    start = time.perf_counter()
    for _ in range(count):
        for key in (Qt.Key.Key_8, *_SECOND_DIGIT, Qt.Key.Key_Right):
            instant = time.perf_counter()
            QTest.keyClick(grid.view, key)
            QApplication.processEvents()
            times.append(time.perf_counter() - instant)
    total = time.perf_counter() - start
    project = session.project
    assert project is not None
    start = time.perf_counter()
    project.store.flush()
    saved = time.perf_counter() - start
    rows = project.store.rows(project.store.ids())
    assert all(row.ticks is not None and row.ticks.classes == {8, 15} for row in rows)
    low, high, worst = (1e3 * v for v in (np.percentile(times, 50), np.percentile(times, 99), max(times)))
    print(
        f"{count:,} images, two classes each, {len(times):,} keys: {total:.1f} s in all, "
        f"key to painted grid {low:.1f} ms (median), {high:.1f} ms (99 %), {worst:.0f} ms (worst); "
        f"saved {saved * 1e3:.0f} ms after the last key"
    )
    session.close()
    grid.close()
    grid.deleteLater()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=1_000)
    count = parser.parse_args().images
    home = Path(tempfile.mkdtemp(prefix="bench-grid-"))
    os.environ["XDG_CACHE_HOME"] = str(home / "cache")
    app = QApplication([])
    print(f"window system: {app.platformName()}")
    try:
        make_photos(home / "photos", count)
        measure_thumbnails(home / "photos", home)
        measure_keys(home / "photos", count, home)
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
