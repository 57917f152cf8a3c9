"""The dense CRF against pydensecrf2 (C++), side by side in one process, on photos that scikit-image ships.

Run ``make bench`` or ``python benchmarks/bench_dense_crf.py [--pairs N]``. Both do 3 mean-field iterations with the
parameters of EDAM's authors. `first` is everything from photo to Q; `rerun` is other probabilities on the same photo.
pydensecrf2 is compared twice: as it is used (built anew), and reusing its object (`setUnaryEnergy`, then inference).
It is no dependency: `pip install pydensecrf2` (it is compiled) puts it there for this comparison.
"""

from __future__ import annotations

import argparse
import importlib
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from edam_gui.imaging.dense_crf import DenseCrf
from edam_gui.imaging.photo import resize_photo
from edam_gui.imaging.picture_file import read_picture

PHOTOS = ("chelsea.png", "astronaut.png", "motorcycle_left.png", "coffee.png")

PEAK_OF_A_LARGE_PHOTO = """
import resource, time
import numpy as np
from benchmarks.bench_dense_crf import probabilities, shipped
from edam_gui.imaging.dense_crf import DenseCrf
photo, start = shipped("motorcycle_left.png", (4000, 3000)), probabilities(3000, 4000, 4)
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
times = [time.perf_counter()]
crf = DenseCrf(photo)
times.append(time.perf_counter())
crf.run(start)
times.append(time.perf_counter())
crf.run(start)
times.append(time.perf_counter())
built, first, rerun = np.diff(times)
print(f"4000x3000, 4 labels: first {built + first:.2f} s, rerun {rerun:.2f} s; the process's peak memory is "
      f"{peak():.0f} MB, of which photo {photo.nbytes / 2**20:.0f}, input and result {start.nbytes / 2**20:.0f} each")
print(f"  notice: {crf.notices[0]}")
"""


def shipped(name: str, size: tuple[int, int]) -> np.ndarray:
    photo = read_picture(files("skimage.data").joinpath(name)).rgb()
    return resize_photo(photo, size)


def probabilities(height: int, width: int, labels: int, seed: int = 0) -> np.ndarray:
    """Smooth random fields, as masks are."""
    rng = np.random.default_rng(seed)
    values = np.empty((labels, height, width), np.float32)
    for channel in values:
        cv2.resize(rng.random((10, 13), np.float32), (width, height), dst=channel, interpolation=cv2.INTER_CUBIC)
    values.clip(0.01, 1, out=values)
    values /= values.sum(axis=0)
    return values


def timed(action: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = action()
    return time.perf_counter() - start, result


def pydensecrf() -> Any | None:
    try:
        return importlib.import_module("pydensecrf.densecrf")
    except ImportError:
        return None


def theirs(module: Any, photo: np.ndarray, start: np.ndarray) -> tuple[Any, np.ndarray]:
    labels, height, width = start.shape
    crf = module.DenseCRF2D(width, height, labels)
    crf.setUnaryEnergy(energy(start))
    crf.addPairwiseGaussian(sxy=3, compat=3)
    crf.addPairwiseBilateral(sxy=80, srgb=13, rgbim=photo, compat=10)
    return crf, np.asarray(crf.inference(3)).reshape(start.shape)


def energy(start: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(-np.log(start.clip(1e-5, 1)).reshape(start.shape[0], -1))


def compare(module: Any | None, width: int, height: int, labels: int, pairs: int) -> None:
    starts = [probabilities(height, width, labels, seed) for seed in (0, 1)]
    photos = [shipped(name, (width, height)) for name in PHOTOS]
    rows = []
    for pair in range(pairs):
        photo = photos[pair % len(photos)]
        first, (crf, q) = timed(lambda p=photo: ((made := DenseCrf(p)), made.run(starts[0])))
        rerun, _ = timed(lambda c=crf: c.run(starts[1]))
        if module is None:
            rows.append((first, rerun))
            continue
        anew, (other, expected) = timed(lambda p=photo: theirs(module, p, starts[0]))
        reused, _ = timed(lambda o=other: (o.setUnaryEnergy(energy(starts[1])), np.asarray(o.inference(3))))
        assert np.abs(q - expected).mean() < 1e-3
        assert (q.argmax(axis=0) == expected.argmax(axis=0)).mean() > 0.999
        rows.append((first, rerun, anew, reused))
    medians = [statistics.median(column) * 1e3 for column in zip(*rows, strict=True)]
    head = f"{width}x{height}, {labels:2} labels: first {medians[0]:6.1f} ms, rerun {medians[1]:6.1f} ms"
    if module is None:
        print(head)
        return
    ratios = [statistics.median(r[i] / r[j] for r in rows) for i, j in ((0, 2), (2, 1), (3, 1))]
    print(
        f"{head}; pydensecrf2 {medians[2]:6.1f} ms, its inference alone {medians[3]:6.1f} ms: first takes "
        f"{ratios[0]:.2f}x its time, a rerun is {ratios[1]:.1f}x faster ({ratios[2]:.1f}x than its inference alone)"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=21)
    pairs = parser.parse_args().pairs
    module = pydensecrf()
    if module is None:
        print("pydensecrf2 is not installed, so only our own times follow; `pip install pydensecrf2` to compare.")
    loading, _ = timed(lambda: importlib.import_module("scipy.sparse"))
    print(f"scipy.sparse is imported with the first photo of a process: {loading * 1e3:.0f} ms, once")
    compare(module, 500, 375, 4, pairs)
    compare(module, 500, 375, 21, max(5, pairs // 3))
    subprocess.run([sys.executable, "-c", PEAK_OF_A_LARGE_PHOTO], check=True, cwd=Path(__file__).parents[1])


if __name__ == "__main__":
    main()
