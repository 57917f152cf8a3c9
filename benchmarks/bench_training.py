"""Training: a step of DA layer and CMA module against their plain form, the sampler, and the preparation of photos.

The plain form follows the paper word by word: for every class the features are multiplied with the class's mask, go
through the shared 1x1 convolution and a transformer block whose attention matrix is in memory. A step is forward,
backward and SGD, for one group of two images. Each run is a process of its own, so that its peak memory can be read.
Run ``make bench`` or ``python benchmarks/bench_training.py [--side N] [--pairs N] [--threads N]``.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from PIL import Image
from plain_cma import plain_block, plain_position_code

from edam_gui.core.label_set import PASCAL_VOC
from edam_gui.model.checkpoint_info import CheckpointInfo
from edam_gui.model.cma import CMA, CMASizes
from edam_gui.model.cma.authors import to_authors
from edam_gui.model.da_layer import DALayer, MaskForm
from edam_gui.training.batches import PlannedBatches
from edam_gui.training.manifest import Manifest, TrainingImage
from edam_gui.training.presets import AUTHORS
from edam_gui.training.sampler import GroupSampler

CHANNELS, CLASSES, IMAGES = 4096, 20, 2


def plain_logits(entries: dict[str, torch.Tensor], features: torch.Tensor, masks: torch.Tensor) -> torch.Tensor:
    height, width = features.shape[-2:]
    position = plain_position_code(height * width, 128).float()
    logits = []
    for k in range(CLASSES):
        own = F.conv2d(features * masks[:, k, None], entries["d_d.weight"])
        tokens = own.flatten(2).transpose(1, 2) + position + entries["embedding.segment.weight"][:IMAGES, None]
        mixed = plain_block(entries, f"trans_list.{k}.0.", tokens.reshape(-1, 128), 2, 0.0)
        logits.append(mixed.view(IMAGES, -1, 128).mean(1) @ entries[f"fc_list.{k}.weight"].flatten())
    return torch.stack(logits, 1)


def run(form: str, side: int) -> dict[str, float]:
    """Two steps, the second one timed; memory in GB, `before` what the process held at the start."""
    torch.manual_seed(0)
    da_layer, cma = DALayer(CHANNELS, CLASSES + 1), CMA(CMASizes(CHANNELS, CLASSES), dropout=0.0)
    features = torch.randn(IMAGES, CHANNELS, side, side)
    target = torch.rand(IMAGES, CLASSES).round()
    entries = {n: v.clone().requires_grad_() for n, v in to_authors(cma.state_dict()).items()}
    learned = list(cma.parameters()) if form == "batched" else list(entries.values())
    optimizer = torch.optim.SGD([*da_layer.parameters(), *learned], lr=1e-3, momentum=0.9)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    for _ in range(2):
        start = time.perf_counter()
        optimizer.zero_grad()
        masks = MaskForm.L2_ABS.normalise(da_layer(features))[:, 1:]
        logits = cma(features, masks) if form == "batched" else plain_logits(entries, features, masks)
        loss = F.binary_cross_entropy_with_logits(logits, target)
        loss.backward()
        optimizer.step()
        seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return {"seconds": seconds, "peak": peak, "before": before, "loss": float(loss)}


def in_process(form: str, side: int, threads: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--form", form, "--side", str(side), "--threads", str(threads)]
    result: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return result


def compare_step(side: int, pairs: int, threads: int) -> None:
    rows = []
    for pair in range(pairs):
        forms = ("plain", "batched") if pair % 2 == 0 else ("batched", "plain")
        results = {form: in_process(form, side, threads) for form in forms}
        assert abs(results["plain"]["loss"] - results["batched"]["loss"]) < 1e-4
        rows.append((results["plain"], results["batched"]))
    plain, batched = ({k: statistics.median(r[i][k] for r in rows) for k in rows[0][i]} for i in range(2))
    print(
        f"DA layer and CMA, {IMAGES} images, {CHANNELS} channels, {side} x {side}, {CLASSES} classes: plain "
        f"{plain['seconds']:.2f} s, {plain['peak'] - plain['before']:.2f} GB; batched {batched['seconds']:.2f} s, "
        f"{batched['peak'] - batched['before']:.2f} GB (beyond weights and features); "
        f"{plain['seconds'] / batched['seconds']:.2f}x faster, "
        f"1/{(plain['peak'] - plain['before']) / (batched['peak'] - batched['before']):.1f} of the memory",
        flush=True,
    )


def voc_sized() -> np.ndarray:
    """10,582 images with VOC's frequencies of classes, about 1.5 each."""
    rng = np.random.default_rng(0)
    shares = np.array([4, 4, 5, 3, 5, 3, 8, 7, 8, 2, 4, 9, 3, 4, 30, 4, 2, 4, 4, 4]) / 100
    hot = rng.random((10_582, 20)) < shares
    hot[np.arange(10_582), rng.choice(20, 10_582, p=shares / shares.sum())] = True
    return hot


def time_sampler() -> None:
    sampler = GroupSampler(voc_sized(), 2, 0, 0.0, 0)
    times = []
    for epoch in range(20):
        start = time.perf_counter()
        plan = sampler.plan(epoch)
        times.append(time.perf_counter() - start)
    print(
        f"an epoch of 10,582 images, {len(plan)} groups: median {1000 * statistics.median(times):.1f} ms, "
        f"largest {1000 * max(times):.1f} ms",
        flush=True,
    )


def time_batches() -> None:
    info = CheckpointInfo(backbone="resnet38", stride=8)
    with tempfile.TemporaryDirectory() as name:
        rng = np.random.default_rng(0)
        images = []
        for number in range(8):
            noise = Image.fromarray(rng.integers(0, 256, (24, 32, 3)).astype(np.uint8)).resize((500, 375))
            noise.save(Path(name) / f"{number}.jpg", quality=90)
            images.append(TrainingImage(Path(name) / f"{number}.jpg", (1,)))
        manifest = Manifest(PASCAL_VOC, tuple(images))
        batches = PlannedBatches(manifest, AUTHORS, info, GroupSampler(manifest.hot(), 2, 0, 0.0, 0).plan(0), 0)
        times = []
        for number in range(24):
            start = time.perf_counter()
            batches[number % len(batches)]
            times.append((time.perf_counter() - start) / 2)
    print(f"preparing a 500 x 375 photo for 368 x 368: median {1000 * statistics.median(times):.1f} ms", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=32)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--form", choices=("plain", "batched"), help="run one form in this process, print JSON")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.form:
        print(json.dumps(run(options.form, options.side)))
        return
    time_sampler()
    time_batches()
    compare_step(options.side, options.pairs, options.threads)


if __name__ == "__main__":
    main()
