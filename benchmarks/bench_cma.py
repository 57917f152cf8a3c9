"""The CMA module against its plain form: a loop over the classes and the attention matrix in memory.

Forward and backward at 2 x 46 x 46 tokens, 20 classes. Every run is a process of its own, so that its peak memory
can be read; runs of the two forms take turns. Dropout off: time, peak memory and agreement of logits and gradients.
Dropout 0.1 (on attention weights too): time and peak memory.
Run ``make bench`` or ``python benchmarks/bench_cma.py [--pairs N] [--threads N]``.
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

import torch
from plain_cma import plain_cma

from edam_gui.model.cma import CMA, CMASizes
from edam_gui.model.cma.authors import to_authors

SIZES = CMASizes(in_channels=512, num_classes=20)
IMAGES, SIDE = 2, 46


def run(form: str, dropout: float, out: Path | None) -> dict[str, float]:
    """One forward and backward in this process; memory in GB, `before` what the process held at the start."""
    torch.manual_seed(0)
    cma = CMA(SIZES, dropout)
    features = torch.randn(IMAGES, SIZES.in_channels, SIDE, SIDE).requires_grad_()
    masks = torch.rand(IMAGES, SIZES.num_classes, SIDE, SIDE).requires_grad_()
    target = torch.rand(IMAGES, SIZES.num_classes).round()
    entries = {n: v.clone().requires_grad_() for n, v in to_authors(cma.state_dict()).items()}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    start = time.perf_counter()
    logits = cma(features, masks) if form == "batched" else plain_cma(entries, features, masks, dropout=dropout)
    torch.nn.functional.binary_cross_entropy_with_logits(logits, target).backward()
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    if out is not None:
        if form == "batched":
            grads = to_authors({n: p.grad for n, p in cma.named_parameters()})
            del grads["embedding.position.pe"]
        else:
            grads = {n: v.grad for n, v in entries.items() if n != "embedding.position.pe"}
        torch.save({"logits": logits.detach(), "features": features.grad, "masks": masks.grad, **grads}, out)
    return {"seconds": seconds, "peak": peak, "before": before}


def in_process(form: str, dropout: float, threads: int, out: Path | None = None) -> dict[str, float]:
    command = [sys.executable, __file__, "--form", form, "--dropout", str(dropout), "--threads", str(threads)]
    command += [] if out is None else ["--out", str(out)]
    result: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return result


def largest_difference(folder: Path) -> str:
    plain, batched = (torch.load(folder / f"{form}.pt", weights_only=True) for form in ("plain", "batched"))
    assert plain.keys() == batched.keys()
    logits = float((plain["logits"] - batched["logits"]).abs().max())
    # Gradients differ in size by orders of magnitude, so each is measured by its own largest value; key biases have
    # none but rounding, for they move all scores of a query alike.
    names = [n for n in plain if n != "logits" and not n.endswith("linear_layers.1.bias")]
    grads = max(float((plain[n] - batched[n]).abs().max() / plain[n].abs().max()) for n in names)
    assert max(logits, grads) < 1e-4
    return f"largest difference: logits {logits:.1e}, gradients {grads:.1e} of their maximum"


def compare(dropout: float, pairs: int, threads: int) -> None:
    rows = []
    with tempfile.TemporaryDirectory() as name:
        for pair in range(pairs):
            folder = Path(name) if pair == 0 and dropout == 0 else None
            forms = ("plain", "batched") if pair % 2 == 0 else ("batched", "plain")
            results = {f: in_process(f, dropout, threads, folder and folder / f"{f}.pt") for f in forms}
            rows.append((results["plain"], results["batched"]))
        agreement = f"; {largest_difference(Path(name))}" if dropout == 0 else ""
    plain, batched = ({k: statistics.median(r[i][k] for r in rows) for k in rows[0][i]} for i in range(2))
    faster = statistics.median(p["seconds"] / b["seconds"] for p, b in rows)
    smaller = statistics.median(p["peak"] / b["peak"] for p, b in rows)
    print(
        f"dropout {dropout}: plain {plain['seconds']:.1f} s, {plain['peak']:.2f} GB; "
        f"batched {batched['seconds']:.1f} s, {batched['peak']:.2f} GB ({batched['before']:.2f} GB of it before); "
        f"{faster:.2f}x faster, 1/{smaller:.2f} of the memory{agreement}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--form", choices=("plain", "batched"), help="run one form in this process, print JSON")
    parser.add_argument("--dropout", type=float, default=0.0)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.form:
        print(json.dumps(run(options.form, options.dropout, options.out)))
        return
    compare(0.0, options.pairs, options.threads)
    # The plain form takes 10 GB and its time here; once is enough.
    compare(0.1, 1, options.threads)


if __name__ == "__main__":
    main()
