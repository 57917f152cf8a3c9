"""A scripted sitting that is meant to be killed; run as ``python killed_strokes.py FOLDER CACHE``.

Reads lines ``go N`` and forks a sitting for each. It opens the folder, prints its process id, goes on with action N,
and prints the number of every action whose changes `edit_saved` reported on the disk. What action n does is known
from n alone, so `Model` knows what the project must hold after it.
"""

from __future__ import annotations

import os
import random
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from edam_gui.core.edits.brush import Brush, BrushPoint
from edam_gui.core.edits.layer import EditLayer
from edam_gui.core.edits.recorder import REVERT, PaintValue
from edam_gui.core.edits.rect import Rect
from edam_gui.core.edits.stroke import Stroke
from edam_gui.jobs.delivery import DeliveryQueue
from edam_gui.session.model_host import ModelHost
from edam_gui.session.session import Session
from tests.session.projects import opened, settle, without_network

SIZE = (80, 120)
IMAGES = 2
VALUES: tuple[PaintValue, ...] = (15, 0, 8, 255, REVERT)


@dataclass(frozen=True)
class Action:
    """Action n: a stroke on an image, or an undo."""

    n: int
    image: int
    undo: bool
    value: PaintValue
    brush: Brush
    points: tuple[BrushPoint, ...]

    @classmethod
    def of(cls, n: int) -> Action:
        chance = random.Random(n)  # noqa: S311
        height, width = SIZE
        points = [
            BrushPoint(chance.uniform(-5, width + 5), chance.uniform(-5, height + 5))
            for _ in range(chance.randint(1, 6))
        ]
        brush = Brush(float(chance.randint(1, 25)))
        return cls(n, n // 9 % IMAGES, n % 6 == 5, chance.choice(VALUES), brush, tuple(points))


@dataclass
class ImageModel:
    layers: list[tuple[np.ndarray, np.ndarray]] = field(default_factory=lambda: [_content(EditLayer(SIZE))])
    position: int = 0

    def act(self, action: Action) -> None:
        if action.undo:
            self.position = max(0, self.position - 1)
            return
        layer = EditLayer(SIZE)
        values, mask = self.layers[self.position]
        layer.load(Rect.whole(SIZE), values, mask)
        stroke = Stroke(layer, action.brush, action.value)
        stroke.extend(action.points)
        if stroke.finish() is not None:
            self.layers[self.position + 1 :] = [_content(layer)]
            self.position += 1

    def labels(self, automatic: np.ndarray) -> np.ndarray:
        values, mask = self.layers[self.position]
        return np.where(mask, values, automatic)


class Model:
    """What the project holds after the first n actions."""

    def __init__(self) -> None:
        self.done = 0
        self.images = [ImageModel() for _ in range(IMAGES)]

    def step(self) -> None:
        action = Action.of(self.done)
        self.images[action.image].act(action)
        self.done += 1


def _content(layer: EditLayer) -> tuple[np.ndarray, np.ndarray]:
    return layer.values.copy(), layer.mask.copy()


def show(session: Session, queue: DeliveryQueue, image: int) -> None:
    """Bring an image to the desk."""
    wanted = session.navigator.ids[image]
    if session.current is None or session.current.id != wanted:
        session.navigator.go_to(wanted)
    settle(session, queue)


def do(session: Session, action: Action) -> None:
    """Do what the annotator does."""
    if action.undo:
        session.undo()
        return
    editing = session.editing
    editing.set_paint(replace(editing.paint, brush=action.brush))
    assert editing.begin_stroke(action.points[0], value=action.value)
    for point in action.points[1:]:
        editing.extend_stroke([point])
    editing.finish_stroke()


def run(folder: Path, cache: Path, first: int) -> None:
    """Act until killed."""
    with opened(folder, cache) as (session, queue):
        assert session.project is not None
        store = session.project.store
        submit, numbers = store.submit, [0]

        def counted(*changes: Any) -> int:
            numbers.append(submit(*changes))
            return numbers[-1]

        store.submit = counted  # type: ignore[method-assign]
        finished: list[tuple[int, int]] = []

        def saved(number: int) -> None:
            done = [action for last, action in finished if last <= number]
            if done:
                os.write(1, f"{done[-1] + 1}\n".encode())

        session.edit_saved.connect(saved)
        os.write(1, f"pid {os.getpid()}\n".encode())
        n = first
        while True:
            action = Action.of(n)
            show(session, queue, action.image)
            do(session, action)
            finished.append((numbers[-1], n))
            n += 1
            # Sometimes several strokes are on their way, sometimes none.
            alone = n % 4 == 0
            queue.run_until(lambda alone=alone: alone and store.pending() == 0, 0.002)


if __name__ == "__main__":
    ModelHost.load = without_network  # type: ignore[method-assign,assignment]
    for line in sys.stdin:
        if os.fork() == 0:
            run(Path(sys.argv[1]), Path(sys.argv[2]), int(line.split()[1]))
        os.wait()
