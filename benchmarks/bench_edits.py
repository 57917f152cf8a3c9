"""A brush stroke at 4000x3000 and its undo, against napari's Labels layer painting the same stroke, paired in one run.

Run ``make bench`` or ``python benchmarks/bench_edits.py [--rounds N]``. Ours is the whole step from the pointer to the
label map: paint into the edit layer, recompose the dirty rectangle. napari's is `Labels._draw`, what its mouse handler
calls, likewise without drawing on a screen. Every round paints the same stroke, the two take turns, and of each move
and of the undo the best round counts: what other programs do to the processor is nobody's merit. A mouse moves 10 to
20 px of the screen per event, and an image that is zoomed to fit has 4 of its pixels in one of those.
Then: what a whole map costs, large fills, and clean-ups.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np

from edam_gui.core.edits.brush import Brush, BrushPoint
from edam_gui.core.edits.cleanup.band import ignore_band
from edam_gui.core.edits.cleanup.holes import fill_holes
from edam_gui.core.edits.cleanup.islands import remove_islands
from edam_gui.core.edits.cleanup.resize_class import grow_class, shrink_class
from edam_gui.core.edits.cleanup.smooth import smooth_outlines
from edam_gui.core.edits.components import component_at
from edam_gui.core.edits.layer import EditLayer
from edam_gui.core.edits.layer_code import layer_from_bytes, layer_to_bytes
from edam_gui.core.edits.paint import paint
from edam_gui.core.edits.paint_rule import Over, PaintContext, PaintRule
from edam_gui.core.edits.patch_code import patch_from_bytes, patch_to_bytes
from edam_gui.core.edits.rect import Rect
from edam_gui.core.edits.region import Region
from edam_gui.core.edits.shapes import polygon
from edam_gui.core.edits.stroke import Stroke

SIZE = (3000, 4000)
LASSO = [(2000 + 1500 * math.cos(n / 318), 1500 + 1200 * math.sin(n / 318)) for n in range(2000)]
HINT = (
    "napari is not there: to compare, `python3 -m venv /tmp/napari-venv && /tmp/napari-venv/bin/pip install napari`, "
    "or name a Python that has it in NAPARI_PYTHON."
)


def stroke_path(events: int, pace: float) -> list[tuple[float, float]]:
    """A wavy line on a circle about the middle of the image, `pace` px from event to event."""
    x, y, path = 2000.0, 500.0, []
    for n in range(events):
        path.append((round(x, 2), round(y, 2)))
        heading = n * pace / 1000 + 0.6 * math.sin(n * pace / 60)
        x, y = x + pace * math.cos(heading), y + pace * math.sin(heading)
    return path


def timed(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


class Ours:
    def __init__(self, diameter: float, path: list[tuple[float, float]], rule: PaintRule) -> None:
        self.layer = EditLayer(SIZE)
        self.auto = np.zeros(SIZE, np.uint8)
        self.shown = self.auto.copy()
        self.brush = Brush(diameter)
        self.path = [BrushPoint(x, y) for x, y in path]
        self.rule = rule
        self.context = PaintContext(self.auto)

    def round(self) -> dict[str, object]:
        moves = []
        stroke = Stroke(self.layer, self.brush, 7, self.rule, self.context)
        for point in self.path:
            start = time.perf_counter()
            dirty = stroke.extend((point,))
            self.layer.compose(self.shown if stroke.only_paints else self.auto, self.shown, dirty)
            moves.append(time.perf_counter() - start)
        start = time.perf_counter()
        patch = stroke.finish()
        finish = time.perf_counter() - start
        assert patch is not None
        painted = int(np.count_nonzero(self.shown))
        stored = patch_to_bytes(patch)
        packed = timed(lambda: patch_to_bytes(patch))
        cold = timed(lambda: self.recompose(patch_from_bytes(stored, SIZE).revert(self.layer)))
        self.recompose(patch.apply(self.layer))
        undo = math.inf
        for _ in range(3):
            undo = min(undo, timed(lambda: self.recompose(patch.revert(self.layer))))
            assert not self.shown.any()
            self.recompose(patch.apply(self.layer))
        self.recompose(patch.revert(self.layer))
        return {
            "moves": moves, "finish": finish, "undo": undo, "painted": painted,
            "packed": packed, "cold": cold, "bytes": len(stored),
        }  # fmt: skip

    def recompose(self, rects: tuple[Rect, ...]) -> None:
        for rect in rects:
            self.layer.compose(self.auto, self.shown, rect)


def napari_python() -> str | None:
    if importlib.util.find_spec("napari"):
        return sys.executable
    for candidate in (os.environ.get("NAPARI_PYTHON"), "/tmp/napari-venv/bin/python"):  # noqa: S108 - as the hint says
        if candidate and Path(candidate).exists():
            return candidate
    return None


@contextmanager
def napari(python: str, diameter: float, path: list[tuple[float, float]]) -> Iterator[Callable[[], dict[str, object]]]:
    script = str(Path(__file__).with_name("napari_stroke.py"))
    process = subprocess.Popen(
        [python, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None

    def say(line: str) -> None:
        process.stdin.write(line + "\n")
        process.stdin.flush()

    def one_round() -> dict[str, object]:
        say("go")
        answer = process.stdout.readline()
        if not answer:
            raise SystemExit("napari stopped; its message is above.")
        return json.loads(answer)

    try:
        say(json.dumps({"height": SIZE[0], "width": SIZE[1], "diameter": diameter, "path": path}))
        yield one_round
    finally:
        process.stdin.close()
        process.wait()


def compare(diameter: float, pace: float, rounds: int, python: str | None) -> None:
    path = stroke_path(120, pace)
    ours = Ours(diameter, path, PaintRule())
    if python is None:
        report(diameter, pace, [ours.round() for _ in range(rounds)], [])
        return
    with napari(python, diameter, path) as their_round:
        ours.round(), their_round()  # neither pays for its start
        pairs = [(ours.round(), their_round()) for _ in range(rounds)]
    report(diameter, pace, [own for own, _ in pairs], [other for _, other in pairs])
    painted = pairs[0][0]["painted"], pairs[0][1]["painted"]
    # napari makes every brush an odd number of pixels wide.
    assert abs(painted[0] - painted[1]) < (1.3 / diameter + 0.01) * painted[1], f"not the same stroke: {painted} pixels"


def best(rows: list[dict]) -> tuple[float, float, float]:
    """Return mean and 95th percentile of a move, and undo, ms; of each the best of the rounds."""
    moves = sorted(min(times) * 1e3 for times in zip(*(row["moves"] for row in rows), strict=True))
    return statistics.mean(moves), moves[len(moves) * 95 // 100], min(row["undo"] for row in rows) * 1e3


def report(diameter: float, pace: float, own: list[dict], other: list[dict]) -> None:
    print(f"brush {diameter:g} px, {pace:g} px a move")
    for name, rows in (("ours", own), ("napari", other)):
        if rows:
            move, late, undo = best(rows)
            print(f"  {name:6}: move {move:7.3f} ms (95 % within {late:7.3f}), undo {undo:7.2f} ms")
    finish, packed, cold = (min(row[key] for row in own) * 1e3 for key in ("finish", "packed", "cold"))
    size = own[0]["bytes"]
    print(f"  finish {finish:.2f} ms, pack {packed:.2f} ms into {size} bytes, undo from those {cold:.2f} ms")
    if other:
        move, _, undo = (theirs / mine for mine, theirs in zip(best(own), best(other), strict=True))
        print(f"  ours is {move:.1f}x faster per move, {undo:.1f}x in undo")


def with_rule(rounds: int) -> None:
    ours = Ours(30, stroke_path(120, 20), PaintRule(Over.BACKGROUND, protected=frozenset({3})))
    rows = [ours.round() for _ in range(rounds)]
    move = best(rows)[0]
    print(f"brush 30 px, over background only: move {move:.3f} ms")


def whole_maps(rounds: int) -> None:
    auto = np.random.default_rng(0).integers(0, 5, SIZE).astype(np.uint8)
    shown = np.empty_like(auto)
    layer = EditLayer(SIZE)

    def least(action: Callable[[], object]) -> float:
        return min(timed(action) for _ in range(rounds * 3)) * 1e3

    print(f"whole map: copy {least(lambda: np.copyto(shown, auto)):.2f} ms, "
          f"compose without edits {least(lambda: layer.compose(auto, shown)):.2f} ms", end="")  # fmt: skip
    layer.put(Rect(500, 500, 1000, 1000), np.ones((1000, 1000), np.bool_), 3)
    print(f", 1 MP edited {least(lambda: layer.compose(auto, shown)):.2f} ms", end="")
    layer.put(Rect.whole(SIZE), np.random.default_rng(1).random(SIZE) < 0.5, 4)
    print(f", half of all edited {least(lambda: layer.compose(auto, shown)):.2f} ms, "
          f"in place {least(lambda: layer.compose(shown, shown)):.2f} ms")  # fmt: skip


def fills() -> None:
    whole = Region(Rect.whole(SIZE), np.ones(SIZE, np.bool_))
    rows, columns = np.indices(SIZE, np.float32)
    disc = Region.of((rows - 1500) ** 2 + (columns - 2000) ** 2 < 1400**2)
    assert disc is not None
    speckle = Region(Rect.whole(SIZE), np.random.default_rng(0).random(SIZE) < 0.05)
    for name, region in (("whole image", whole), ("disc of 6 MP", disc), ("speckle on 5 %", speckle)):
        layer = EditLayer(SIZE)
        start = time.perf_counter()
        patch = paint(layer, region, 5)
        painted = time.perf_counter() - start
        assert patch is not None
        start = time.perf_counter()
        data = patch_to_bytes(patch)
        packed = time.perf_counter() - start
        snapshot = layer_to_bytes(layer)
        loaded = timed(lambda s=snapshot: layer_from_bytes(s, SIZE))
        undone = timed(lambda d=data, to=layer: patch_from_bytes(d, SIZE).revert(to))
        print(
            f"fill {name}: paint {painted * 1e3:.0f} ms, pack {packed * 1e3:.0f} ms into {len(data)} bytes, "
            f"undo from those {undone * 1e3:.0f} ms; snapshot {len(snapshot)} bytes, read in {loaded * 1e3:.0f} ms"
        )


def clean_ups() -> None:
    """A map as the network yields it, 3 classes, with speckle: what a preview costs."""
    rng = np.random.default_rng(0)
    planes = [cv2.resize(rng.random((30, 40), np.float32), SIZE[::-1], interpolation=cv2.INTER_CUBIC) for _ in range(4)]
    labels = np.argmax(planes, axis=0).astype(np.uint8)
    labels[rng.random(SIZE) < 0.0005] = 2
    row, column = next((r, c) for r, c in np.ndindex(SIZE) if component_at(labels, r, c).count > 100_000)
    for name, act in (
        ("remove islands below 50 px", lambda: remove_islands(labels, 50)),
        ("fill holes", lambda: fill_holes(labels)),
        ("grow by 3 px", lambda: grow_class(labels, 1, 3)),
        ("shrink by 3 px", lambda: shrink_class(labels, 1, 3)),
        ("smooth by 3 px", lambda: smooth_outlines(labels, 3)),
        ("band of 5 px", lambda: ignore_band(labels, 5)),
        ("component under the pointer", lambda: component_at(labels, row, column)),
        ("lasso of 2000 points", lambda: polygon(LASSO, SIZE)),
    ):
        print(f"{name}: {min(timed(act) for _ in range(3)) * 1e3:.0f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    python = napari_python()
    if python is None:
        print(HINT)
    for diameter, pace in ((10, 15), (30, 15), (30, 60), (150, 15), (150, 60), (500, 60)):
        compare(diameter, pace, rounds, python)
    with_rule(rounds)
    whole_maps(rounds)
    fills()
    clean_ups()


if __name__ == "__main__":
    main()
