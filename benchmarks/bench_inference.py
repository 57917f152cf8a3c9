"""Multi-scale inference against the plain form, side by side, on the shipped model.

Plain: 8 sequential passes of batch 1 in float32, batch norms as stored, all 21 masks enlarged to the photo's size
after every pass. Ours: `run_passes` and the masks of the classes present. Both decode nothing and use every core.
Run: python benchmarks/bench_inference.py [--rounds N]
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
import skimage.data
import torch

from edam_gui.core.arrays import Float32Array, UInt8Array
from edam_gui.imaging.photo import resize_photo
from edam_gui.model.checkpoint import LoadedModel, load_checkpoint
from edam_gui.model.inference import InferenceOptions, run_passes
from edam_gui.model.shipped import DEFAULT_MODEL, find_model
from tests.model.plain_inference import plain_sums

CPU = torch.device("cpu")
CLASSES = (8, 12, 15)
SIZES = ((375, 500), (1000, 1000))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=7)
    rounds: int = parser.parse_args().rounds
    stored = load_checkpoint(find_model(DEFAULT_MODEL))
    ready = load_checkpoint(find_model(DEFAULT_MODEL))
    ready.network.prepare_for_inference(CPU)
    print(f"{DEFAULT_MODEL}, {torch.get_num_threads()} threads, median of {rounds} paired rounds")
    for height, width in SIZES:
        compare(stored, ready, resize_photo(skimage.data.chelsea(), (width, height)), rounds)


def compare(stored: LoadedModel, ready: LoadedModel, pixels: UInt8Array, rounds: int) -> None:
    plain_times, our_times = [], []
    expected, ours = plain_sums(stored, pixels), fast_sums(ready, pixels)
    error = float(np.abs(ours - expected[list(CLASSES)]).max() / expected.max())
    for _ in range(rounds):
        plain_times.append(seconds(lambda: plain_sums(stored, pixels)))
        our_times.append(seconds(lambda: fast_sums(ready, pixels)))
    ratio = statistics.median(p / o for p, o in zip(plain_times, our_times, strict=True))
    plain, our = statistics.median(plain_times), statistics.median(our_times)
    height, width = pixels.shape[:2]
    print(
        f"{width}x{height}: plain {plain * 1e3:7.0f} ms, ours {our * 1e3:6.0f} ms, "
        f"ratio {ratio:.2f} (largest difference {error:.1e} of the maximum)"
    )


def fast_sums(model: LoadedModel, pixels: UInt8Array) -> Float32Array:
    return run_passes(model.network, model.info, pixels, InferenceOptions(), CPU).masks(CLASSES).values


def seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
