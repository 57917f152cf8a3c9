"""The authors' network on the CPU: their arithmetic against ours, side by side, on weights filled by rule.

Theirs: 8 sequential passes of batch 1 in float32, batch norms as stored, all 21 masks enlarged to the photo's size
after every pass. Ours: `run_passes` and the masks of the classes present. Both decode nothing.
Run: python benchmarks/bench_resnet38.py [--rounds N] [--size WIDTHxHEIGHT] [--bf16]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import skimage.data
import torch

from edam_gui.core.activation_masks import ActivationMasks
from edam_gui.core.arrays import Float32Array, UInt8Array
from edam_gui.core.options import LabelRule, ScoreForm
from edam_gui.core.pseudo_label import pseudo_label
from edam_gui.imaging.photo import resize_photo
from edam_gui.model.checkpoint import LoadedModel, load_checkpoint
from edam_gui.model.inference import InferenceOptions, run_passes
from edam_gui.model.precision import Precision
from tests.golden import data
from tests.model.authors_file import filled_file
from tests.model.plain_inference import plain_sums

CPU = torch.device("cpu")
CLASSES = (8, 12, 15)
SIZE = "250x188"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--size", default=SIZE)
    parser.add_argument("--bf16", action="store_true", help="Also measure how many label-map pixels bfloat16 keeps.")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = filled_file(Path(folder) / "edam.pth", 1)
        stored, ready = load_checkpoint(path), load_checkpoint(path)
    ready.network.prepare_for_inference(CPU)
    width, height = map(int, arguments.size.split("x"))
    pixels = resize_photo(skimage.data.chelsea(), (width, height))
    print(f"resnet38, {arguments.size}, median of {arguments.rounds} paired rounds")
    # One thread first: where other programs run too, several threads wait for each other and the clock says little.
    for threads in sorted({1, torch.get_num_threads()}):
        torch.set_num_threads(threads)
        compare(stored, ready, pixels, arguments.rounds)
    if arguments.bf16:
        bfloat16_agreement(stored)


def compare(stored: LoadedModel, ready: LoadedModel, pixels: UInt8Array, rounds: int) -> None:
    plain_times, our_times = [], []
    for _ in range(rounds):
        expected, seconds = timed(lambda: plain_sums(stored, pixels))
        plain_times.append(seconds)
        ours, seconds = timed(lambda: fast_sums(ready, pixels))
        our_times.append(seconds)
    error = float(np.abs(scores(ours) - scores(expected[list(CLASSES)])).max())
    ratio = statistics.median(p / o for p, o in zip(plain_times, our_times, strict=True))
    plain, our = statistics.median(plain_times), statistics.median(our_times)
    print(
        f"{torch.get_num_threads()} thread(s): theirs {plain:6.2f} s, ours {our:6.2f} s, ratio {ratio:.2f} "
        f"(largest difference of a score {error:.1e}; 2e-5 is the tolerance)",
        flush=True,
    )


def bfloat16_agreement(model: LoadedModel) -> None:
    """Print the share of pixels equal to float32's, in the label maps of the authors' options, with saliency."""
    model.network.backbone.__class__.float32_only = False  # it is refused otherwise
    model.network.backbone.fold_batch_norms()
    for name in data.NAMES:
        present = [int(k) + 1 for k in data.load("msf", name)["present"]]
        maps, times = [], []
        for precision in (Precision.FP32, Precision.BF16):
            options = InferenceOptions(precision=precision)
            start = time.perf_counter()
            outputs = run_passes(model.network, model.info, data.picture(name), options, CPU)
            times.append(time.perf_counter() - start)
            masks = outputs.masks(present).scores(ScoreForm.MAX).select(frozenset(present))
            maps.append(pseudo_label(masks, data.saliency(name), LabelRule()))
        equal = float((maps[0] == maps[1]).mean())
        print(f"{name}: bfloat16 keeps {equal:.2%} of the pixels, {times[0] / times[1]:.2f}x as fast as float32")


def fast_sums(model: LoadedModel, pixels: UInt8Array) -> Float32Array:
    masks: ActivationMasks = run_passes(model.network, model.info, pixels, InferenceOptions(), CPU).masks(CLASSES)
    return masks.values[1:]


def scores(sums: Float32Array) -> Float32Array:
    return sums / sums.max(axis=(1, 2), keepdims=True)


def timed(run: Callable[[], Float32Array]) -> tuple[Float32Array, float]:
    start = time.perf_counter()
    result = run()
    return result, time.perf_counter() - start


if __name__ == "__main__":
    main()
