"""The project store: opening a folder of 100,000 images, lists, and how long a stroke takes to the disk.

Everything happens in a temporary folder in the current directory, so that the disk is a real one.
Run ``make bench`` or ``python benchmarks/bench_project_store.py [--images N] [--strokes N]``.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from edam_gui.core.label_set import PASCAL_VOC
from edam_gui.project.opening import begin_project, fill_project, look_at, open_project
from edam_gui.project.store import ProjectStore, Query, Sort, Status
from edam_gui.project.store.changes import AppendStep

T = TypeVar("T")


def timed(what: str, action: Callable[[], T], repeat: int = 1) -> T:
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        result = action()
        times.append(time.perf_counter() - start)
    print(f"{what:58} {sorted(times)[repeat // 2] * 1e3:9.1f} ms")
    return result


@contextmanager
def folder_of(count: int) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=".") as name:
        for number in range(count):
            path = Path(name) / f"batch{number % 10}" / f"IMG_{number:06d}.jpg"
            if number < 10:
                path.parent.mkdir()
            path.touch()
        yield Path(name)


def first_rows(folder: Path) -> tuple[float, float]:
    """Return seconds from the start of a new project to its first rows, and to its last."""
    start = time.perf_counter()
    opening = look_at(folder)
    with begin_project(opening, PASCAL_VOC) as store:
        assert len(store.rows(store.ids(limit=100))) == 100
        first = time.perf_counter()
        fill_project(store, opening)
        return first - start, time.perf_counter() - start


def strokes(store: ProjectStore, count: int, saved: dict[int, float], told: threading.Event) -> None:
    image = store.ids(limit=1)[0]
    times = []
    for number in range(1, count + 1):
        told.clear()
        payload = os.urandom(30_000)
        start = time.perf_counter()
        batch = store.submit(AppendStep(image, number, "stroke", "Brush", payload))
        returned = time.perf_counter() - start
        while batch not in saved:
            told.wait(1)
            told.clear()
        times.append((saved[batch] - start, returned))
        time.sleep(0.01)
    for what, values in (("saved after", [t[0] for t in times]), ("submit returned after", [t[1] for t in times])):
        values.sort()
        shown = ", ".join(f"{name} {values[int(share * (count - 1))] * 1e3:.2f}" for name, share in SHARES)
        print(f"stroke of 30 kB, {what}: {shown} ms")


SHARES = (("median", 0.5), ("90 %", 0.9), ("99 %", 0.99), ("longest", 1.0))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--strokes", type=int, default=500)
    arguments = parser.parse_args()
    saved: dict[int, float] = {}
    told = threading.Event()

    def on_saved(number: int) -> None:
        saved[number] = time.perf_counter()
        told.set()

    with folder_of(arguments.images) as folder:
        rows, whole = first_rows(folder)
        print(f"new project of {arguments.images} images: first rows {rows:.2f} s, whole {whole:.2f} s")
        store = timed("opened again (whole file checked)", lambda: open_project(folder, on_saved=on_saved))
        with store:
            timed("all ids, natural order", store.ids, 5)
            timed("first page of 100 ids and rows", lambda: store.rows(store.ids(limit=100)), 5)
            timed("last page", lambda: store.ids(limit=100, offset=arguments.images - 100), 5)
            timed("text filter, all ids", lambda: store.ids(Query(text="batch3 99")), 5)
            timed("status filter, first page", lambda: store.ids(Query(statuses=frozenset({Status.NEW})), limit=100), 5)
            timed("sorted by change, first page", lambda: store.ids(Query(sort=Sort.CHANGED), limit=100), 5)
            timed("counts", store.counts, 5)
            strokes(store, arguments.strokes, saved, told)


if __name__ == "__main__":
    main()
